"""People among organisations, and organisations by their words."""

import re
from collections.abc import Sequence
from enum import Enum

from petition.statements.lines.word_lists import listed
from petition.statements.signatories.labels import countries_of
from petition.statements.signatories.personal_names import GIVEN_NAMES, HARDLY_PERSONAL, INITIALS, PATRONYMIC, SURNAME

# Nouns that name a body, never a person; lowercase, both numbers where both occur.
ORGANISATION_WORDS = listed(
    "academy action agency alliance assembly association associations bureau campaign center centre centers centres"
    " clinic club coalition commission committee committees community council defenders europe federation forum"
    " foundation fund group groups helsinki house initiative institute international lawyers league media mission"
    " monitor monitoring monitors movement network ngo ngos office organisation organization partnership platform"
    " project society solidarity team trust union university verdict watch workshop"
    " агентство альянс ассоциация бюро группа движение дом институт инициатива комитет коалиция лига нпо объединение"
    " общество организация партнерство партнёрство платформа проект сеть совет союз федерация фонд форум центр"
    " академия бирикме уюм уюму борбору фонду кыймылы коому академиясы ассоциациясы альянсы бюросу демилгеси"
    " институту кеңеши коалициясы комитети конгресси лигасы мекемеси партнёрдугу платформасы союзу тармагы федерациясы"
    " форуму уюмдары бирикмеси агенттиги университети медиа телеканал ассамблея конгресс миссия мониторинг хельсинки"
)
TITLE = re.compile(
    r"(?:Dr|Prof|Professor|Mr|Mrs|Ms|Miss|Mme|Sir|Lord|Lady|Rev|Hon|Judge|Senator|Ambassador"
    r"|[Пп]роф|[Пп]рофессор|[Аа]кадемик|[Дд]-р|[Гг]-жа|[Гг]-н|[Гг]осподин|[Гг]оспожа)\b"
)
ROLES = listed(
    "defender activist lawyer attorney advocate barrister journalist professor researcher director chair chairperson"
    " chairman chairwoman president expert writer poet scholar blogger economist consultant scientist student"
    " academic ambassador analyst anthropologist artist citizen composer coordinator deputy doctor editor filmmaker"
    " founder cofounder historian judge laureate manager mep minister mp musician ombudsman ombudsperson parliament"
    " pensioner personal phd philosopher photographer physician politician politologist psychologist rapporteur"
    " secretary senator sociologist teacher translator volunteer"
    " правозащитник правозащитница журналист журналистка адвокат юрист эксперт активист активистка профессор"
    " писатель поэт директор председатель исследователь аналитик блогер врач депутат доктор историк координатор"
    " кинорежиссер кинорежиссёр лауреат музыкант омбудсмен основатель основательница политик политолог предприниматель"
    " преподаватель психолог пенсионер пенсионерка режиссер режиссёр руководитель секретарь социолог студент студентка"
    " учитель учительница философ фотограф художник художница экономист эколог гражданин гражданка писательница"
    " коргоочу жазуучу акын тарыхчы мугалим жактоочу талдоочу жаран окутуучу дарыгер сүрөтчү жетекчи төрага"
)
PARTICLES = listed("de da di del der den van von al el bin ibn uulu kyzy уулу кызы оглы")
NAME_WORD = re.compile(r"[^\W\d_][\w'’.\-]*")
MOST_NAMES = 4


class Likeness(Enum):
    """How surely a label names a person."""

    NONE = 0
    SHAPE = 1  # two or three capitalised words, as many organisations have
    NAME = 2  # a given name, a patronymic, a surname, initials
    ROLE = 3  # a title before it or a role behind it


def names_body(text: str) -> bool:
    """Return whether a word of the text is one that only organisations have in their names."""
    return not ORGANISATION_WORDS.isdisjoint(re.findall(r"\w+", text.lower()))


def personal_likeness(label: str) -> Likeness:
    """Return how surely a label names a person; no organisation's word is in the name of one."""
    name, _, rest = (part.strip() for part in re.sub(r"[(;:]| [-–—] ", ",", label).partition(","))
    if names_body(name):
        return Likeness.NONE
    name = re.split(r" (?:and|и|жана|&) ", name)[0]
    roles = ROLES.intersection(re.findall(r"\w+", rest.lower()))
    if TITLE.match(name) or (roles and _is_personal(name)):
        return Likeness.ROLE
    if INITIALS.fullmatch(name) or (_is_personal(name) and _has_personal_word(name.lower().split())):
        return Likeness.NAME
    plain = _is_personal(name) and HARDLY_PERSONAL.isdisjoint(name.lower().split()) and not countries_of(rest)
    return Likeness.SHAPE if plain else Likeness.NONE


def _has_personal_word(words: Sequence[str]) -> bool:
    named = not GIVEN_NAMES.isdisjoint(words[:2]) or any(SURNAME.fullmatch(word) for word in (words[0], words[-1]))
    return any(PATRONYMIC.fullmatch(word) for word in words) or (named and HARDLY_PERSONAL.isdisjoint(words))


def _is_personal(name: str) -> bool:
    words = name.split()
    shaped = all(NAME_WORD.fullmatch(word) and (word[0].isupper() or word in PARTICLES) for word in words)
    return shaped and 1 < len(words) <= MOST_NAMES
