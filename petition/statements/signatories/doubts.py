"""What in a row of a list says that it may be something else: a heading, a country, a footnote's mark, several rows."""

import re

from petition.reference.countries import find_country
from petition.statements.lines.headings import FORMULA, TELLING_WORDS, says_only_what_headings_say
from petition.statements.lines.word_lists import listed

REGIONS = listed(
    "africa america americas arab asia asian balkan balkans baltic caucasus central cis countries country east eastern"
    " eu eurasia europe european global international latin local middle national north northern other pacific region"
    " regional regions republic south southeast southeastern southern union west western world worldwide"
    " азия азии америка европа европы европейский восточная западная южный южная кавказ кавказа международные"
    " национальные местные региональные регионы другие страны страна снг центральная центральной северная"
    " азиясы борбордук борбор эл аралык жергиликтүү өлкө өлкөлөр чыгыш батыш түндүк түштүк"
)
# What headings speak of.
GROUPS = listed(
    "organisations organisation organizations organization ngos groups members partners names list order capacity"
    " signatories signatures supporters endorsers endorsements undersigned signed individuals"
    " организации организация организаций нпо список порядке лица подписи подписанты подписали"
    " уюмдар уюмдары уюмдардын тизмеси адамдар жактар койгондор колдогондор"
)
STARTS_LIKE_HEADING = re.compile(
    r"(?:on behalf of|members of|in support of|with (?:the )?support|(?:also )?(?:co-?)?(?:signed|endorsed|joined) by"
    r"|supported by|the following|the undersigned|jointly with|together with|in cooperation with|от имени|при поддержке"
    r"|total|итого|всего|жалпысынан|вместе с|к (?:обращению|заявлению) присоедин\w+|төмөнкү)\b",
    re.IGNORECASE,
)
# To whom a copy goes.
ADDRESSED = re.compile(r"(?:cc|to|copy|копия|кому|көчүрмөсү)\s*:", re.IGNORECASE)
# A number of rows behind a heading: "Kyrgyzstan (12)".
COUNTED = re.compile(r"\s*\(?\d*\)?[\s:.–—-]*$")
FOOTNOTE_MARK = re.compile(r"(?<=\S)\s?[*†‡¹²³⁰⁴-⁹]|\[\d{1,3}\]|\(\d{1,3}\)|^[†‡¹²³⁰⁴-⁹]")
SEVERAL = re.compile(r";\s+\S|\)\s*(?:[,;/&+]|and\b|и\b|жана\b)\s*\S")


def is_heading_like(text: str) -> bool:
    """Return whether words name a country or a region and nothing else, or say only what headings say."""
    bare = COUNTED.sub("", text)
    words = set(re.findall(r"\w+", bare.lower()))
    if (
        names_place(text)
        or ADDRESSED.match(text)
        or FORMULA.fullmatch(bare.rstrip(","))
        or STARTS_LIKE_HEADING.match(bare)
    ):
        return True
    # "Central Asia", "International organisations"; but "Civil Society Europe" is an organisation.
    is_region = bool(words - {"and", "и", "жана", "the"}) and words <= REGIONS | {"and", "и", "жана", "the"}
    telling = TELLING_WORDS | GROUPS
    return is_region or (not telling.isdisjoint(words) and says_only_what_headings_say(words - REGIONS))


def names_place(text: str) -> bool:
    """Return whether words name a country and nothing else: no organisation, also behind a number."""
    return find_country(COUNTED.sub("", text)) is not None


def has_footnote_mark(label: str) -> bool:
    """Return whether a sign in the label points at a note somewhere else."""
    return bool(FOOTNOTE_MARK.search(label))


def names_several(name: str) -> bool:
    """Return whether a name that was taken off its acronym and countries still holds those of another one before."""
    return bool(SEVERAL.search(name))
