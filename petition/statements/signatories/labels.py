"""One printed label: name, acronym and countries. Only what is printed counts; nothing is inferred from a name."""

import re
from dataclasses import dataclass, replace

from petition.reference.countries import find_country
from petition.statements.lines.lines import ABBREVIATION

PARENTHESES = re.compile(r"(?P<name>.*\S)\s*\((?P<inside>[^()]+)\)")
ACRONYM = re.compile(r"[^\W\d_][\w&.\-]{1,11}")
ACRONYM_FIRST = re.compile(r"(?P<acronym>[^\s:]+)(?: [-–—]|:) (?P<name>\S+ .+)")
ACRONYM_LAST = re.compile(r"(?P<name>\S+ .+) [-–—] (?P<acronym>\S+)")
# Capitals that say what kind of body it is, not which one.
LEGAL_FORMS = frozenset({"NGO", "INGO", "NPO", "CSO", "LLC", "S.A.", "НПО", "НКО", "ОО", "ОФ", "МОО", "ОЮЛ"})
INSIDE = re.compile(r"\s*[,;/]\s*|\s+[-–—]\s+")
LIST_OF_COUNTRIES = re.compile(r"\s+(?:and|и|жана|&)\s+")


@dataclass(frozen=True)
class Organisation:
    """What one label says. `doubtful` holds parentheses that are neither a country nor an acronym."""

    name: str
    acronym: str = ""
    countries_as_printed: str = ""
    countries: tuple[str, ...] = ()
    doubtful: str = ""


def organisation_of(label: str) -> Organisation:
    """Return the label taken apart from its ends inwards; what is not understood stays in the name."""
    bare = label.rstrip(" ;,")
    # A full stop ends the row; that of "Inc." or "e.V." is the name's own.
    found = Organisation(bare if ABBREVIATION.search(bare) else bare.rstrip(".") or label)
    while True:
        peeled = _without_parentheses(found) or _without_country(found) or _without_acronym(found)
        if peeled is None:
            break
        found = peeled
        if found.doubtful:
            return found
    left = re.search(r"[(\[].*", found.name)
    return replace(found, doubtful=left[0]) if left else found


def countries_of(printed: str) -> tuple[str, ...]:
    """Return the codes of one country or several ("Ukraine/Georgia"), in order; () unless every part is a country."""
    if whole := find_country(printed):
        return (whole,)
    codes: list[str] = []
    for part in re.split(r"[,;/]", printed):
        one = find_country(part)
        several = [one] if one else [find_country(word) for word in LIST_OF_COUNTRIES.split(part.strip())]
        codes.extend(code for code in several if code)
        if None in several:
            return ()
    return tuple(dict.fromkeys(codes))


def is_acronym(word: str) -> bool:
    """Return whether the word is an acronym: no spaces, at least two capitals, and half of it capitals."""
    capitals = sum(letter.isupper() for letter in word)
    letters = sum(letter.isalpha() for letter in word)
    return bool(ACRONYM.fullmatch(word)) and word not in LEGAL_FORMS and capitals > 1 and 2 * capitals >= letters


def _without_parentheses(found: Organisation) -> Organisation | None:
    """Return the parentheses at the name's end read as acronym and countries; None when there are none to read."""
    printed = PARENTHESES.fullmatch(found.name)
    if not printed:
        return None
    inside = printed["inside"].strip()
    acronym, places, whole = _inside(inside)
    if not (acronym or places) or (acronym and found.acronym) or (places and found.countries):
        return replace(found, doubtful=f"({inside})")
    return replace(
        found,
        # A town before the country ("Tbilisi, Georgia"): the country is read, the parentheses stay as they are.
        name=printed["name"] if whole else found.name,
        acronym=acronym or found.acronym,
        countries_as_printed=places or found.countries_as_printed,
        countries=countries_of(places) or found.countries,
        doubtful="" if whole else f"({inside})",
    )


def _inside(inside: str) -> tuple[str, str, bool]:
    """Return acronym and countries as printed, '' if missing, and whether the parentheses hold nothing else."""
    if countries_of(inside):
        return "", inside, True
    first, *others = INSIDE.split(inside, maxsplit=1)
    acronym, rest = first if is_acronym(first) else "", "".join(others)
    if acronym and (not rest or countries_of(rest)):
        return acronym, rest, True
    before, _, last = (part.strip() for part in inside.rpartition(","))
    if is_acronym(last) and countries_of(before):
        return last, before, True
    return acronym, last if before and countries_of(last) else "", False


def _without_country(found: Organisation) -> Organisation | None:
    """Return the countries after a comma ("Freedom Now, USA") taken off the name."""
    if found.countries:
        return None
    name, places = found.name, ""
    codes: tuple[str, ...] = ()
    while "," in name:
        start, _, last = name.rpartition(",")
        if not start.strip() or not countries_of(last):
            break
        name, places = start.rstrip(), found.name[len(start) + 1 :].strip()
        codes = countries_of(places)
    return replace(found, name=name, countries_as_printed=places, countries=codes) if codes else None


def _without_acronym(found: Organisation) -> Organisation | None:
    """Return the acronym before or after a dash ("IPHR – International Partnership …") taken off the name."""
    for form in (ACRONYM_FIRST, ACRONYM_LAST):
        printed = form.fullmatch(found.name)
        if printed and not found.acronym and is_acronym(printed["acronym"]):
            return replace(found, name=printed["name"], acronym=printed["acronym"])
    return None
