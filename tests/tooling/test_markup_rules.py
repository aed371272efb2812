"""What templates and static files may not hold."""

from pathlib import Path

import pytest
from groundwork import markup


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
    assert [found for _, found in markup.offences_in(text)] == [kind]


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
def test_what_is_harmless_is_let_through(text: str) -> None:
    assert list(markup.offences_in(text)) == []


def test_offences_are_told_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "templates" / "mail").mkdir(parents=True)
    (tmp_path / "static").mkdir()
    (tmp_path / "templates" / "page.html").write_text("{% comment %}\n{% endcomment %}\n\n<p style='x'>\n")
    (tmp_path / "templates" / "mail" / "a.txt").write_text("The style= and onclick= of a mail are words.\n")
    (tmp_path / "static" / "a.css").write_text("@import\n'https://fonts.example/css';\n")
    (tmp_path / "static" / "a.png").write_bytes(b"\x89PNG https://example.org")
    assert markup.offences(tmp_path) == ["templates/page.html:4: inline style", "static/a.css:2: outside address"]
