"""Markup that is forbidden in templates and static files by the site's policy or for privacy."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
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
    """Return every offence in `templates/` and `static/`, as file, line and kind."""
    result = []
    for folder in ("templates", "static"):
        for path in sorted((root / folder).rglob("*")):
            kinds = SUFFIXES.get(path.suffix)
            if kinds and path.is_file():
                text = path.read_text("utf-8", errors="replace")
                result += [f"{path.relative_to(root)}:{line}: {kind}" for line, kind in offences_in(text, kinds)]
    return result


def offences_in(text: str, kinds: tuple[str, ...] = IN_MARKUP) -> Iterator[tuple[int, str]]:
    """Return the offending lines of a text, and their kind; `{% with once=1 %}` is no handler."""
    plain = TEMPLATE_CODE.sub(_blank, text)
    for kind in kinds:
        searched = text if kind == "outside address" else plain
        for match in FORBIDDEN[kind].finditer(searched):
            yield searched.count("\n", 0, match.end()) + 1, kind


def _blank(match: re.Match[str]) -> str:
    """Return something harmless with as many lines."""
    return "x" + "\n" * match.group().count("\n")


def test_templates_and_static_files_have_nothing_inline_or_external() -> None:
    assert (ROOT / "templates" / "base.html").is_file()
    assert offences(ROOT) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<style>p {}</style>", "inline style"),
        ('<p class="a" style="color: red">', "inline style"),
        ("<p\nstyle = 'x'>", "inline style"),
        ("<script>alert(1)</script>", "inline script"),
        ('<script type="module">go()</script>', "inline script"),
        ('<a href="javascript:go()">', "inline script"),
        ('<button onclick="go()">', "handler attribute"),
        ('<body class="a"\n  onLoad=go()>', "handler attribute"),
        ('<img src="https://cdn.example/x.png">', "outside address"),
        ('<script src="//cdn.example/x.js"></script>', "outside address"),
        ("url(//cdn.example/font.woff2)", "outside address"),
        ("{% trans 'http://example.org' %}", "outside address"),
    ],
)
def test_an_offence_is_found(text: str, kind: str) -> None:
    assert [offence for _, offence in offences_in(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        '<script src="{% static "js/form.js" %}" defer></script>',
        '<script type="application/ld+json">{"@context": "https://schema.org"}</script>',
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>',
        '{% include "line.html" with online=True only %}',
        '<p {% if a %}class="{{ a }}"{% endif %}>one=two, style, on = off</p>',
        '<link rel="stylesheet" href="{{ url }}"><a href="/privacy/">styles</a>',
        "{{ site }}/appeals/x/ // a comment",
    ],
)
def test_harmless_markup_is_accepted(text: str) -> None:
    assert list(offences_in(text)) == []


def test_offences_are_reported_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "templates" / "mail").mkdir(parents=True)
    (tmp_path / "static").mkdir()
    (tmp_path / "templates" / "page.html").write_text("{% comment %}\n{% endcomment %}\n\n<p style='x'>\n")
    (tmp_path / "templates" / "mail" / "a.txt").write_text("The style= and onclick= of a mail are words.\n")
    (tmp_path / "static" / "a.css").write_text("@import\n'https://fonts.example/css';\n")
    (tmp_path / "static" / "a.png").write_bytes(b"\x89PNG https://example.org")
    assert offences(tmp_path) == ["templates/page.html:4: inline style", "static/a.css:2: outside address"]
