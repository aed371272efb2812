"""Names to screen: twenty of the list with ten imitations each, and three hundred made-up honest ones."""

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Final

from tests.factories import statement

_CYRILLIC: Final = str.maketrans("aeocpxyiABCEHIKMOPTX", "аеосрхуіАВСЕНІКМОРТХ")
_GREEK: Final = str.maketrans("oviABEHIKMNOPTX", "ονιΑΒΕΗΙΚΜΝΟΡΤΧ")


def _full_width(name: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)


IMITATIONS: Final[dict[str, Callable[[str], str]]] = {
    "cyrillic": lambda name: name.translate(_CYRILLIC),
    "greek": lambda name: name.translate(_GREEK),
    "full width": _full_width,
    "zero width": "\u200b".join,
    "combining": lambda name: name.replace("a", "a\u0323").replace("e", "e\u0301").replace("o", "o\u0332"),
    "dashes and spaces": lambda name: name.replace(" ", "\u2013"),
    "l, I and 1": lambda name: name.replace("l", "1").replace("i", "l"),
    "rn and m": lambda name: name.replace("m", "rn").replace("w", "vv").replace("o", "0"),
    "case": lambda name: name.upper().replace("I", "l"),
    "legal suffix": lambda name: f"The {name}, Inc.",
}


def listed_names() -> list[str]:
    """Return twenty names of the list that every way of imitating changes; DRA is too short for that."""
    names = [signatory.organisation.name for signatory in statement().signatories]
    return [name for name in names if all(way(name) != name for way in IMITATIONS.values())][:20]


def iterate_imitations() -> Iterator[tuple[str, str, str]]:
    """Yield the way of imitating, the imitation and the name: two hundred."""
    for name, (way, imitated) in itertools.product(listed_names(), IMITATIONS.items()):
        yield way, imitated(name), name


_OWN: Final = (
    *("Altyn", "Ak-Keme", "Bulak", "Chyrak", "Dordoi", "Emgek", "Gulazyk", "Issyk", "Jarkyn", "Kelechek", "Manas"),
    *("Nooruz", "Ordo", "Padysha", "Rukhaniyat", "Sary-Oi", "Tilek", "Umut", "Zhanyruu", "Ala-Archa", "Birimdik"),
    *("Ардагер", "Булут", "Гүлчамбар", "Достук", "Жаңы доор", "Келечек", "Мекен", "Өнүгүү", "Сыймык", "Үмүт", "Шоола"),
    *("Вектор", "Диалог", "Забота", "Исток", "Луч", "Маяк", "Наследие", "Опора", "Правый берег", "Родник", "Шаг"),
    *("Aurora", "Beacon", "Cedar", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Iris", "Juniper", "Kestrel"),
)
_KINDS: Final = (
    *("{} Summer School", "Centre for Human Rights “{}”", "{} Women’s Initiative", "Journalists’ Union {}"),
    *("{} Youth Network", "Association of Lawyers {}", "{} Legal Clinic", "Committee {} against Torture"),
    *("Фонд защиты природы «{}»", "Правозащитный центр «{}»", "Молодёжное движение «{}»", "Школа адвокатов «{}»"),
    *("«{}» коомдук фонду", "«{}» аялдар уюму", "«{}» жаштар бирикмеси", "{} Media", "{} Europe e.V.", "Дом прав «{}»"),
)


def honest_names(count: int = 300) -> list[str]:
    """Return names of different organisations, many of which share a word, as real ones do."""
    names = [kind.format(own) for own, kind in itertools.product(_OWN, _KINDS)]
    return random.Random(5).sample(names, count)
