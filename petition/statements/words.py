"""The word lists of words.toml."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("words.toml")


@cache
def listed(group: str, name: str) -> frozenset[str]:
    """Return the words of one list of words.toml."""
    lists: dict[str, dict[str, str]] = _load()
    return frozenset(lists[group][name].split())


@cache
def _load() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def words_in(text: str) -> list[str]:
    """Return the words of the text in lowercase; "co-signed" is one."""
    return re.findall(r"[^\W_]+", re.sub(r"\bco-(?=\w)", "co", text.lower()))
