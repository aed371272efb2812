"""What may not stand in templates and static files: the site's own policy forbids it, or it tells others who reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Names of vocabularies, which no browser fetches.
NAMESPACES = r"schema\.org|(?:www\.)?w3\.org|purl\.org/dc"
FORBIDDEN = {
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "inline script": re.compile(
        r"<script\b(?![^>]*\ssrc\s*=)(?![^>]*\stype\s*=\s*[\"']?application/)|(?:href|src|action)\s*=\s*[\"']?\s*javascript:",
        re.IGNORECASE,
    ),
    "handler attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "outside address": re.compile(
        rf"https?://(?!{NAMESPACES})[a-z0-9]|(?:href|src|srcset|action)\s*=\s*[\"']?//|url\(\s*[\"']?//", re.IGNORECASE
    ),
}
IN_MARKUP = tuple(FORBIDDEN)
IN_CODE = ("outside address",)
SUFFIXES = {".html": IN_MARKUP, ".svg": IN_MARKUP, ".txt": IN_CODE, ".css": IN_CODE, ".js": IN_CODE, ".xml": IN_CODE}
TEMPLATE_CODE = re.compile(r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}", re.DOTALL)


def offences(root: Path) -> list[str]:
    """Every offence in `templates/` and `static/`, as file, line and what it is."""
    found = []
    for folder in ("templates", "static"):
        for path in sorted((root / folder).rglob("*")):
            kinds = SUFFIXES.get(path.suffix)
            if kinds and path.is_file():
                text = path.read_text("utf-8", errors="replace")
                found += [f"{path.relative_to(root)}:{line}: {kind}" for line, kind in offences_in(text, kinds)]
    return found


def offences_in(text: str, kinds: tuple[str, ...] = IN_MARKUP) -> Iterator[tuple[int, str]]:
    """The lines of a text that offend, and how; `{% with once=1 %}` is no handler."""
    plain = TEMPLATE_CODE.sub(_blank, text)
    for kind in kinds:
        searched = text if kind == "outside address" else plain
        for match in FORBIDDEN[kind].finditer(searched):
            yield searched.count("\n", 0, match.end()) + 1, kind


def _blank(match: re.Match[str]) -> str:
    """Something harmless with as many lines."""
    return "x" + "\n" * match.group().count("\n")
