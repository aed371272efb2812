"""Headings and closing formulas: the lines that say what the lines below them are."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from petition.statements.lines.lines import Line, ends_sentence, numbers
from petition.statements.lines.markers import find_marker
from petition.statements.lines.word_lists import listed

BODY, SIGNATORIES, INDIVIDUALS, BACKGROUND, FURTHER = "body", "signatories", "individuals", "background", "further"

# A line is a heading when all its words are known to headings and at least one belongs to this kind.
PEOPLE = listed("individual individuals personal физические индивидуальные личном жеке")
TELLING = (
    (FURTHER, listed("contact contacts контакты контактная контактные байланыш байланышуу")),
    (INDIVIDUALS, PEOPLE),
    (
        SIGNATORIES,
        listed(
            "signed signatories signatory signatures signers undersigned endorsed endorsers endorsement endorsements"
            " endorsing supported supporters supporting cosigned cosigners cosignatories"
            " подписали подписанты подписантов подписи подписано подписавшие подписавших подписавшиеся подписавшихся"
            " подписались нижеподписавшиеся поддержали поддерживают поддержавшие присоединились присоединившиеся"
            " койгон койгондор койду коюшту койушту коюучулар колдогон колдогондор колдошту кошулган кошулгандар"
        ),
    ),
    (
        BACKGROUND,
        listed(
            "background context предыстория справка справки контекст справочная история исходная общая"
            " маалымат маалымкат тарыхы тарыхый"
        ),
    ),
    (BODY, listed("demands recommendations требования рекомендации талаптар талаптары талаптарыбыз сунуштар")),
    (FURTHER, listed("about note notes annex appendix примечание примечания приложение тиркеме эскертүү")),
)
FILLING = listed(
    "a an the of by for and in on to as at with this our us all we list following initial further other below more"
    " organisations organisation organizations organization ngos groups members partners civil society names capacity"
    " alphabetical order behalf statement appeal letter joint open information details media press editors editor"
    " paper brief current"
    " и в во на под по к от с о об нас список следующие организации организация организаций нпо"
    " гражданского общества алфавитном порядке обращение обращением обращения обращению заявление заявлением заявления"
    " заявлению письмо письмом письму призыв призыву информация лица качестве наши дополнительная краткая вопроса"
    " для сми"
    " жана үчүн кол төмөндө төмөнкү уюм уюмдар уюмдары уюмдардын тизмеси адамдар жактар жарандык коомдун биз биздин"
    " кайрылуу кайрылууга кайрылууну билдирүү билдирүүгө билдирүүнү кыскача жалпы кошумча"
)
TELLING_WORDS = frozenset[str]().union(*(words for _, words in TELLING))
KNOWN = FILLING.union(*(words for _, words in TELLING))
# These open longer headings, which name the coalition or the list: "Signed by members of …:", "About the …".
SIGNED_BY = re.compile(
    r"(?:co-?)?(?:signed|endorsed|supported) by\b.*:|(?:список )?подписа\w+.*:"
    r"|(?:под )?(?:обращени|заявлени|письмо|призыв)\w* (?:подписа|поддерж)\w+.*:|к \w+ присоедини\w+.*:",
    re.IGNORECASE,
)
FURTHER_START = re.compile(
    r"(?:about|contacts?|for (?:more|further) information|notes? to|о (?:нас|платформе|коалиции|сети))\b.*"
    r"|(?:биз|платформа|коалиция) (?:жөнүндө|тууралуу)",
    re.IGNORECASE,
)
FORMULA = re.compile(
    r"(?:yours |most |very )?(?:sincerely|respectfully|faithfully|truly)(?: yours)?|"
    r"(?:with|in) (?:respect|solidarity|hope)|(?:kind|best|warm) regards|"
    r"с (?:глубоким |искренним )?уважением|искренне ваши?|с (?:солидарностью|надеждой|наилучшими пожеланиями)|"
    r"(?:терең )?(?:урматтоо|урмат|ызаат|тилектештик|үмүт) менен",
    re.IGNORECASE,
)
# What a heading adds about the list: "(as of 27 July 2020)".
REMARK = re.compile(r"\s*\([^()]*\)$")
WORD = r"[^\W\d_]+"
LONGEST_HEADING = 12
BODIES = listed(
    "organisations organizations organisation organization ngos организации организаций нпо уюмдар уюмдары уюмдардын"
)


@dataclass
class Region:
    """The lines below one heading (None at the start of the text), and what they are."""

    kind: str
    heading: Line | None = None
    lines: list[Line] = field(default_factory=list)


def heading_kind(text: str) -> str | None:
    """Return which part of a statement a line by itself announces; None when it announces nothing."""
    bare = REMARK.sub("", text.rstrip(" :.,"))
    words = re.findall(WORD, bare.lower().replace("co-", "co"))
    if not words or not (bare[0].isupper() or bare[0].isdigit()) or len(words) > LONGEST_HEADING:
        return None
    if FORMULA.fullmatch(bare):
        return SIGNATORIES if text.endswith(",") else None
    for kind, telling in TELLING:
        if not telling.isdisjoint(words) and says_only_what_headings_say(words):
            return SIGNATORIES if kind == INDIVIDUALS and not BODIES.isdisjoint(words) else kind
    if SIGNED_BY.fullmatch(text):
        return SIGNATORIES
    return FURTHER if FURTHER_START.fullmatch(bare) and not text.endswith(".") else None


def says_only_what_headings_say(words: Iterable[str]) -> bool:
    """Return whether no word (in lowercase) is one that names something."""
    return KNOWN.issuperset(words)


def names_bodies(heading: Line | None) -> bool:
    """Return whether a heading says that organisations stand below it, and nobody else."""
    words = re.findall(WORD, heading.text.lower()) if heading else []
    return not BODIES.isdisjoint(words) and PEOPLE.isdisjoint(words)


def stands_as_heading(lines: Sequence[Line], at: int) -> bool:
    """Return whether the line's surroundings let it be a heading rather than a wrapped piece of a sentence."""
    line = lines[at]
    after = lines[at + 1] if at + 1 < len(lines) else None
    if line.text.endswith(":"):
        return True
    if after and not after.gap:
        # "About 600 people were held in" begins a paragraph as "About the Platform" begins a section.
        if after.text[0].islower() or _is_open(line.text):
            return False
        if find_marker(after.text):
            return True
    return line.gap or at == 0 or ends_sentence(lines[at - 1].text)


def _is_open(text: str) -> bool:
    """Return whether the line is a heading only by its first words."""
    return bool(FURTHER_START.fullmatch(text)) and not says_only_what_headings_say(re.findall(WORD, text.lower()))


def split_regions(lines: Sequence[Line]) -> list[Region]:
    """Return the text cut at its headings; the first region, which may be empty, is the one before any heading."""
    regions = [Region(BODY)]
    for at, line in enumerate(lines):
        kind = heading_kind(line.text)
        if kind and stands_as_heading(lines, at):
            regions.append(Region(kind, heading=line))
        else:
            regions[-1].lines.append(line)
    return regions


def heading_numbers(region: Region) -> tuple[int, ...]:
    """Return the source line of the region's heading, () when it has none."""
    return numbers([region.heading] if region.heading else [])
