"""Tell organisations from people in a list of signatories; what is neither for sure is a person's question."""

import re
from typing import Final

from petition.reference.printed_entries import is_acronym, list_countries, read_organisation
from petition.statements.words import listed, words_in

_TITLE: Final = re.compile(
    r"(?:Dr|Prof|Professor|Mr|Mrs|Ms|Miss|Mme|Sir|Lord|Lady|Rev|Hon|Judge|Senator|Ambassador"
    r"|[Пп]роф|[Пп]рофессор|[Аа]кадемик|[Дд]-р|[Гг]-жа|[Гг]-н|[Гг]осподин|[Гг]оспожа)\b"
)
_PATRONYMIC: Final = re.compile(
    r"\w{2,}(?:ович|евич|[оеи]вна|ична|ovich|evich|[oe]vna)|uulu|k[yi]z[yi]|ogly|уулу|кызы|оглы"
)
_SURNAME: Final = re.compile(
    r"\w{3,}(?:ova?|eva?|enko|chuk|shvili|dze|yan|sk[yi]|skaya|ова?|[её]ва?|енко|чук|швили|дзе|ян|ск[аи][яй])"
)
_CAPITAL: Final = "[A-ZÀ-ÖØ-ÞА-ЯЁҢӨҮ]"
_INITIALS: Final = re.compile(
    rf"(?:{_CAPITAL}\.\s?){{1,2}}{_CAPITAL}[\w'’\-]+|{_CAPITAL}[\w'’\-]+\s(?:{_CAPITAL}\.\s?){{1,2}}"
)
_PARTS: Final = re.compile(r"[,(;:]| [-–—] ")
_MOST_NAMES: Final = 7
_CAPACITY: Final = re.compile(
    r"\b(?:individual|personal|private) capacit|\bindividual(?:s|ly)?\b|\bprivate persons?\b|\bличном качестве|"
    r"\bиндивидуальн|\b(?:физическ|частн)\w+ лиц|\bлично\b|\bжеке\b",
    re.IGNORECASE,
)


def speaks_of_individuals(text: str) -> bool:
    """Return whether the words say "individual, personal or private capacity", in English, Russian or Kyrgyz."""
    return _CAPACITY.search(text) is not None


def may_be_person(label: str) -> bool:
    """Return whether an entry names a person, or may: by title, role, given name, surname, or its shape alone."""
    if speaks_of_individuals(label):
        return True
    name, *others = (part.strip(" )") for part in _PARTS.split(label))
    words = name.split()
    roles = listed("people", "roles")
    has_role = not roles.isdisjoint(words_in(" ".join(others)))
    if _TITLE.match(name) or _INITIALS.fullmatch(name) or has_role or not roles.isdisjoint(words_in(name)[:1]):
        return True
    if names_organisation(name):
        return False
    if not roles.isdisjoint(words_in(name)) or _SURNAME.fullmatch(name):
        return True
    if not 1 < len(words) <= _MOST_NAMES:
        return False
    shaped = all(word[0].isupper() or word in listed("people", "particles") for word in words)
    return shaped and (_has_personal_word(name) or listed("organisations", "subjects").isdisjoint(words_in(name)))


def names_organisation(text: str) -> bool:
    """Return whether a word of the text is one that only names of organisations have."""
    return not listed("organisations", "nouns").isdisjoint(words_in(text))


def is_organisation(label: str) -> bool:
    """Return whether an entry surely names one organisation: something in it says so, and nothing says otherwise."""
    entry = read_organisation(label)
    if may_be_person(label) or entry.odd or list_countries(label):
        return False
    return bool(
        names_organisation(entry.name)
        or entry.acronym
        or entry.countries
        or is_acronym(entry.name)
        or not listed("organisations", "subjects").isdisjoint(words_in(entry.name))
    )


def _has_personal_word(name: str) -> bool:
    words = name.lower().split()
    named = not listed("people", "given_names").isdisjoint(words[:2])
    named = named or any(_SURNAME.fullmatch(word) or _PATRONYMIC.fullmatch(word) for word in words)
    return named and listed("organisations", "subjects").isdisjoint(words)
