"""Reads published responses, each with its own reader, and lists where one differs from the record."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree

from tests.publishing.readers import AS_OF, read_document
from tests.web.public.test_appeal_page import words

GONE = {"en": "No longer listed", "ru": "Больше не в списке", "ky": "Эми тизмеде жок"}
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class Line:
    """One entry of the record; `label` is None when it is no longer listed."""

    id: str
    label: str | None
    name: str | None

    @property
    def number(self) -> str:
        return self.id.split("-")[1]


@dataclass(frozen=True)
class Facts:
    lines: list[Line]
    counts: dict[str, int]
    as_of: date
    language: str = "en"

    def listed(self) -> list[Line]:
        return [line for line in self.lines if line.label]

    def gone(self, kind: str) -> list[int]:
        return [int(line.number) for line in self.lines if not line.label and line.id.startswith(kind)]


Reader = Callable[[bytes, Facts], list[str]]
"""Returns the differences between `body` and `facts`."""


def missing(text: str, *parts: str) -> list[str]:
    """Return the parts that are not in `text`, each after the one before it."""
    absent, place = [], 0
    for part in parts:
        position = text.find(part, place)
        if position < 0:
            absent.append(part)
        else:
            place = position + len(part)
    return absent


def numbered(line: Line, language: str) -> str:
    return f"{line.number}. {line.label or GONE[language]}"


def whole_list(text: str, facts: Facts) -> list[str]:
    """Compare every entry with its number, in order; the date; the number of those not named."""
    plain = text.replace("\u2068", "").replace("\u2069", "")
    return missing(plain, *(numbered(line, facts.language) for line in facts.lines)) + [
        part for part in (AS_OF[facts.language], str(facts.counts["withheld"])) if part not in plain
    ]


def html_list(body: bytes, facts: Facts) -> list[str]:
    return whole_list(words(body.decode()), facts) + headline(body, facts)


def widget(body: bytes, facts: Facts) -> list[str]:
    """Compare the numbers of the headline, and the date."""
    return headline(body, facts) + missing(words(body.decode()), AS_OF[facts.language])


def headline(body: bytes, facts: Facts) -> list[str]:
    text = re.findall(r'<p class="headline">(.*?)</p>', body.decode(), re.S)[0]
    numbers = [int(number) for number in re.findall(r"\d+", words(text)) if int(number) not in (9, 2020)]
    return [] if numbers == list(facts.counts.values()) else [f"the headline says {numbers}"]


def appeal_page(body: bytes, facts: Facts) -> list[str]:
    """Compare the originals, then the newest of the others, last one first, without those no longer listed."""
    originals = [line for line in facts.lines if line.id.startswith("original")]
    newest = [line for line in reversed(facts.listed()) if line.id.startswith("further")]
    text = words(body.decode())
    return missing(text, *(numbered(line, facts.language) for line in (*originals, *newest))) + headline(body, facts)


def document(kind: str) -> Reader:
    return lambda body, facts: whole_list(read_document(body, kind), facts)


def text_with_commas(body: bytes, facts: Facts) -> list[str]:
    text = body.decode().replace("\u2068", "").replace("\u2069", "")
    kinds = ("original", "further")
    joined = [", ".join(line.label or "" for line in facts.listed() if line.id.startswith(kind)) for kind in kinds]
    return missing(text, *(f"\n{line}\n" for line in joined), AS_OF[facts.language])


def text_by_country(body: bytes, facts: Facts) -> list[str]:
    text = body.decode().replace("\u2068", "").replace("\u2069", "")
    groups = text.split("\n\n")[1:-1]
    shown = {label for group in groups for label in group.split("\n")[1:]}
    sizes = [(int(re.findall(r"\((\d+)\)$", group.split("\n")[0])[0]), group.count("\n")) for group in groups]
    wrong = sorted(shown ^ {line.label or "" for line in facts.listed()})
    return wrong + missing(text, AS_OF[facts.language]) + [f"{size}" for size, lines in sizes if size != lines]


def numbers_gone(body: bytes, facts: Facts) -> list[str]:
    """Compare the numbers that are no longer listed; no name may be there."""
    text = words(body.decode())
    named = [line.label for line in facts.listed() if line.label and line.label in text]
    gone = [str(number) for kind in ("original", "further") for number in facts.gone(kind)]
    return named + missing(text, AS_OF[facts.language], *gone)


def figures(body: bytes, facts: Facts) -> list[str]:
    counts = [int(number) for number in re.findall(r"<strong>(\d+)</strong>", body.decode())]
    wrong = [] if counts == [facts.counts["original"], facts.counts["further"]] else [f"counts {counts}"]
    return wrong + missing(words(body.decode()), AS_OF[facts.language])


def head_of(content: dict[str, object], facts: Facts) -> list[str]:
    wrong = [] if content["counts"] == facts.counts else [f"counts {content['counts']}"]
    return wrong + ([] if content["as_of"] == facts.as_of.isoformat() else [f"as of {content['as_of']}"])


def signatories_json(body: bytes, facts: Facts) -> list[str]:
    content = json.loads(body)
    rows = [Line(row["id"], row["label"], row["name"]) for row in content["signatories"]]
    return head_of(content, facts) + [str(pair) for pair in zip(rows, facts.lines, strict=True) if pair[0] != pair[1]]


def appeal_json(body: bytes, facts: Facts) -> list[str]:
    content = json.loads(body)
    gone = [line.id for line in facts.lines if not line.label]
    return head_of(content, facts) + ([] if content["no_longer_listed"] == gone else [str(content["no_longer_listed"])])


def table(body: bytes, facts: Facts) -> list[str]:
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    read = [Line(row["id"], row["label"] or None, row["name"] or None) for row in rows]
    return [str(pair) for pair in zip(read, facts.lines, strict=True) if pair[0] != pair[1]]


def table_metadata(body: bytes, facts: Facts) -> list[str]:
    modified = json.loads(body)["dc:modified"]["@value"]
    return [] if modified == facts.as_of.isoformat() else [modified]


def feed(body: bytes, facts: Facts) -> list[str]:
    """Compare the numbers that are listed and no longer listed; no name may be there."""
    root = ElementTree.fromstring(body)
    text = body.decode()
    titles = [title.text or "" for title in root.iter(f"{ATOM}title")]
    listed = [f"No. {line.number} listed" for line in facts.listed() if line.id.startswith("further")]
    named = [line.name for line in facts.listed() if line.name and line.name in text]
    wrong = [] if root.findtext(f"{ATOM}updated") == f"{facts.as_of}T00:00:00+00:00" else ["updated"]
    gone = [str(number) for kind in ("original", "further") for number in facts.gone(kind)]
    return wrong + named + [title for title in listed if title not in titles] + missing(titles[-1], *gone)
