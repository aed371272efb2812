"""One printed entry: name, acronym and countries. Only what is printed counts; nothing is inferred from a name."""

import re
from dataclasses import dataclass, replace
from typing import Final

from petition.reference.countries import find_country

_PARENTHESES: Final = re.compile(r"(?P<name>.*\S)\s*\((?P<inside>[^()]+)\)")
_ACRONYM: Final = re.compile(r"[^\W\d_][\w&.\-]{1,11}")
_ACRONYM_FIRST: Final = re.compile(r"(?P<acronym>[^\s:]+)(?: [-–—]|:) (?P<name>\S+ .+)")
_ACRONYM_LAST: Final = re.compile(r"(?P<name>\S+ .+) [-–—] (?P<acronym>\S+)")
# Capitals that say what kind of body it is, not which one.
_LEGAL_FORMS: Final = frozenset({"NGO", "INGO", "NPO", "CSO", "LLC", "S.A.", "НПО", "НКО", "ОО", "ОФ", "МОО", "ОЮЛ"})
_ABBREVIATION: Final = re.compile(r"(?:\.\w{1,3}|\b(?:Inc|Ltd|Corp|Co|Assoc|Assn|Intl))\.$")
_INSIDE: Final = re.compile(r"\s*[,;/]\s*|\s+[-–—]\s+")
_AND: Final = re.compile(r"\s+(?:and|и|жана|&)\s+")


@dataclass(frozen=True)
class Organisation:
    """What one entry says. `odd` holds parentheses that are neither a country nor an acronym."""

    name: str
    acronym: str = ""
    countries_as_printed: str = ""
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2
    odd: str = ""


def read_organisation(label: str) -> Organisation:
    """Return the entry taken apart from its end inwards; what is not understood stays in the name."""
    bare = label.rstrip(" ;,")
    # A full stop ends the entry; that of "Inc." or "e.V." is the name's own.
    found = Organisation(bare if _ABBREVIATION.search(bare) else bare.rstrip(".") or label)
    while peeled := _without_parentheses(found) or _without_country(found) or _without_acronym(found):
        found = peeled
        if found.odd:
            return found
    left = re.search(r"[(\[].*", found.name)
    return replace(found, odd=left[0]) if left else found


def list_countries(printed: str) -> tuple[str, ...]:
    """Return the codes of one country or several ("Ukraine/Georgia"), in order; () unless every part is a country."""
    if whole := find_country(printed):
        return (whole,)
    codes: list[str | None] = []
    for part in re.split(r"[,;/]", printed):
        one = find_country(part)
        codes += [one] if one else [find_country(word) for word in _AND.split(part.strip())]
    return () if None in codes else tuple(dict.fromkeys(code for code in codes if code))


def is_acronym(word: str) -> bool:
    """Return whether the word has no space, at least two capitals, and half of it capitals."""
    capitals = sum(letter.isupper() for letter in word)
    letters = sum(letter.isalpha() for letter in word)
    return bool(_ACRONYM.fullmatch(word)) and word not in _LEGAL_FORMS and capitals > 1 and 2 * capitals >= letters


def _without_parentheses(found: Organisation) -> Organisation | None:
    """Return the entry without the parentheses at its end, read as acronym and countries; None without any to read."""
    printed = _PARENTHESES.fullmatch(found.name)
    if not printed:
        return None
    inside = printed["inside"].strip()
    acronym, places, whole = _read_inside(inside)
    if not (acronym or places) or (acronym and found.acronym) or (places and found.countries):
        return replace(found, odd=f"({inside})")
    return replace(
        found,
        # A town before the country ("Tbilisi, Georgia"): the country is read, the parentheses stay as they are.
        name=printed["name"] if whole else found.name,
        acronym=acronym or found.acronym,
        countries_as_printed=places or found.countries_as_printed,
        countries=list_countries(places) or found.countries,
        odd="" if whole else f"({inside})",
    )


def _read_inside(inside: str) -> tuple[str, str, bool]:
    """Return acronym and countries as printed, '' if missing, and whether the parentheses hold nothing else."""
    if list_countries(inside):
        return "", inside, True
    first, *others = _INSIDE.split(inside, maxsplit=1)
    acronym, rest = first if is_acronym(first) else "", "".join(others)
    if acronym and (not rest or list_countries(rest)):
        return acronym, rest, True
    before, _, last = (part.strip() for part in inside.rpartition(","))
    if is_acronym(last) and list_countries(before):
        return last, before, True
    return acronym, last if before and list_countries(last) else "", False


def _without_country(found: Organisation) -> Organisation | None:
    """Return the entry without the countries after a comma ("Freedom Now, USA")."""
    name, places = found.name, ""
    while "," in name and not found.countries:
        start, _, last = name.rpartition(",")
        if not start.strip() or not list_countries(last):
            break
        name, places = start.rstrip(), found.name[len(start) + 1 :].strip()
    return replace(found, name=name, countries_as_printed=places, countries=list_countries(places)) if places else None


def _without_acronym(found: Organisation) -> Organisation | None:
    """Return the entry without the acronym before or after a dash ("IPHR – International Partnership …")."""
    for form in (_ACRONYM_FIRST, _ACRONYM_LAST):
        printed = form.fullmatch(found.name)
        if printed and not found.acronym and is_acronym(printed["acronym"]):
            return replace(found, name=printed["name"], acronym=printed["acronym"])
    return None
