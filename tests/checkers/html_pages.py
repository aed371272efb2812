"""The Nu HTML Checker on every page, errors and warnings."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from tests.checkers.gathering.gathered import Document, Finding, Gathered, Report
from tests.checkers.npm import packages

NOT_OURS: Final = {
    r"^The “list” role is unnecessary for element “ol”\.$": "Safari says no list where CSS draws no numbers",
    r"^This document appears to be written in ": "it counts words, and pages quote texts in other languages",
}
"""What the checker says and is wrong about: pattern of its words, and why it is no finding."""


def lacking() -> str:
    """Say why pages cannot be checked here."""
    if not shutil.which("java"):
        return "No page goes through the Nu HTML Checker: there is no Java (apt install default-jre-headless)."
    return packages.lacking()


def check(gathered: Gathered) -> Report:
    """Check each different page once."""
    pages = different([*gathered.published, *gathered.states, *gathered.mirror])
    folder = gathered.folder / "pages"
    folder.mkdir()
    names = {}
    for number, page in enumerate(pages):
        path = folder / f"{number}.html"
        path.write_bytes(page.body)
        names[path.name] = f"{page.name}: {page.path}"
    command = ["java", "-Xss2m", "-jar", str(packages.VNU), "--format", "json", "--stdout", "--exit-zero-always"]
    result = subprocess.run([*command, str(folder)], check=True, capture_output=True, text=True)
    messages = json.loads(result.stdout)["messages"]
    return Report(len(pages), [_finding(message, names) for message in messages if is_ours(message)])


def different(documents: Iterable[Document]) -> list[Document]:
    """Return the HTML pages among `documents`, without those whose bytes came before."""
    return list({page.body: page for page in reversed([one for one in documents if one.is_page])}.values())[::-1]


def is_ours(message: dict[str, Any]) -> bool:
    """Return whether a message is an error or a warning that is not in NOT_OURS; plain notes are advice on taste."""
    if message["type"] == "info" and message.get("subType") != "warning":
        return False
    return not any(re.search(pattern, message["message"]) for pattern in NOT_OURS)


def _finding(message: dict[str, Any], names: dict[str, str]) -> Finding:
    extract = " ".join(message.get("extract", "").split())
    where = f"{names.get(Path(message.get('url', '')).name, 'the checker itself')}, line {message.get('lastLine', '?')}"
    return Finding(where, f"{message['message']} [{extract}]")
