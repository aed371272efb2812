"""People among organisations, and organisations by their words."""

import re

from petition.reading.wording import listed

# Nouns that name a body, never a person; lowercase, both numbers where both occur.
ORGANISATION_WORDS = listed(
    "academy action agency alliance assembly association associations bureau campaign center centre centers centres"
    " clinic club coalition commission committee committees community council defenders europe federation forum"
    " foundation fund group groups helsinki house initiative institute international lawyers league media mission"
    " monitor monitoring monitors movement network ngo ngos office organisation organization partnership platform"
    " project society solidarity team trust union university verdict watch workshop"
    " агентство альянс ассоциация бюро группа движение дом институт инициатива комитет коалиция лига нпо объединение"
    " общество организация партнерство партнёрство платформа проект сеть совет союз федерация фонд форум центр"
    " академия бирикме уюм уюму борбору фонду кыймылы коому"
)
TITLE = re.compile(r"(?:Dr|Prof|Professor|Mr|Mrs|Ms|Sir|Rev|Hon|[Пп]роф|[Пп]рофессор|[Дд]-р|[Гг]-жа|[Гг]-н)\b")
ROLES = listed(
    "defender activist lawyer attorney advocate barrister journalist professor researcher director chair chairperson"
    " chairman chairwoman president expert writer poet scholar blogger economist consultant scientist student"
    " правозащитник правозащитница журналист журналистка адвокат юрист эксперт активист активистка профессор"
    " писатель поэт директор председатель исследователь"
)
PARTICLES = listed("de da di del der den van von al el bin ibn uulu kyzy уулу кызы оглы")
NAME_WORD = re.compile(r"[^\W\d_][\w'’.\-]*")
MOST_NAMES = 4


def names_body(text: str) -> bool:
    """Whether a word of the text is one that only organisations have in their names."""
    return not ORGANISATION_WORDS.isdisjoint(re.findall(r"\w+", text.lower()))


def is_individual(label: str) -> bool:
    """Whether a label names a person: a title before the name, or a role after it, and no organisation's word."""
    name, _, rest = (part.strip() for part in label.replace("(", ",").replace(" – ", ",").partition(","))
    if names_body(name):
        return False
    if TITLE.match(name):
        return True
    roles = ROLES.intersection(re.findall(r"\w+", rest.lower()))
    return bool(roles) and _is_personal(name)


def _is_personal(name: str) -> bool:
    words = name.split()
    shaped = all(NAME_WORD.fullmatch(word) and (word[0].isupper() or word in PARTICLES) for word in words)
    return shaped and 1 < len(words) <= MOST_NAMES
