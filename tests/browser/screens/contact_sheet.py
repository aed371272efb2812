"""The index of the pictures: one page of HTML that is opened as a file."""

import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from tests.browser.screens.camera import LANGUAGES, PAPER, Shot, View

STYLE = Path(__file__).with_name("screens.css")


def write(folder: Path, shots: Sequence[Shot], unreached: Sequence[tuple[View, str]], at: datetime) -> Path:
    """Write `index.html` with all pictures of `folder` and links to them; return its address."""
    index = folder / "index.html"
    index.write_text(_page(folder, shots, unreached, at), encoding="utf-8")
    shutil.copyfile(STYLE, folder / STYLE.name)
    return index


def sentence(view: View, words: str) -> str:
    """One problem in one line."""
    return f"{view.state}, {view.language}, {view.variant}: {words}"


def _page(folder: Path, shots: Sequence[Shot], unreached: Sequence[tuple[View, str]], at: datetime) -> str:
    states = _once(shot.view.state for shot in shots)
    return f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Every page in every state</title>
<link rel="stylesheet" href="{STYLE.name}">
<h1>Every page in every state</h1>
<p class="quiet">{len(shots)} pictures of {len(states)} states, with made-up endorsements; {at:%-d %B %Y, %H:%M}.</p>
{_problems(shots, unreached)}
<ul class="states">{"".join(f'<li><a href="#{escape(state)}">{escape(state)}</a></li>' for state in states)}</ul>
{"".join(_state(folder, state, [shot for shot in shots if shot.view.state == state]) for state in states)}
</html>
"""


def _problems(shots: Sequence[Shot], unreached: Sequence[tuple[View, str]]) -> str:
    lines = [f"<li>{escape(sentence(view, words))}</li>" for view, words in unreached]
    lines += [
        f'<li><a href="{escape(shot.view.picture)}">{escape(sentence(shot.view, words))}</a></li>'
        for shot in shots
        for words in shot.problems
    ]
    return f'<ul class="problems">{"".join(lines)}</ul>' if lines else "<p>No problem was found.</p>"


def _state(folder: Path, state: str, shots: Sequence[Shot]) -> str:
    """One table: a row for each language, a column for each variant."""
    variants = _once(shot.view.variant for shot in shots)
    taken = {(shot.view.language, shot.view.variant): shot for shot in shots}
    rows = "".join(
        _row(language, [_cell(folder, taken.get((language, variant))) for variant in variants])
        for language in LANGUAGES
        if any(shot.view.language == language for shot in shots)
    )
    head = "".join(f'<th scope="col">{escape(variant.replace(".", " "))}</th>' for variant in variants)
    return f"""<h2 id="{escape(state)}">{escape(state)}</h2>
<div class="sheet"><table><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>
"""


def _row(language: str, cells: Sequence[str]) -> str:
    return f'<tr><th scope="row">{language}</th>{"".join(cells)}</tr>'


def _cell(folder: Path, shot: Shot | None) -> str:
    if shot is None:
        return "<td></td>"
    view = shot.view
    name, description = escape(view.picture), escape(f"{view.state}, {view.language}, {view.variant}")
    words = f'<a href="{name}"><img src="{name}" alt="{description}" loading="lazy">{_size(folder / view.picture)}</a>'
    if view.variant == PAPER:
        words += f'<a href="{escape(view.document)}">PDF, {_size(folder / view.document)}</a>'
    return f'<td class="{"bad" if shot.problems else "fine"}">{words}</td>'


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1000:.0f} KB"


def _once(words: Iterable[str]) -> list[str]:
    """Return each once, in order."""
    return list(dict.fromkeys(words))
