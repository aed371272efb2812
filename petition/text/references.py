"""References of public entries, such as `original-12` and `further-12`."""

import re

_REFERENCE = re.compile(r"(original|further)-([1-9][0-9]{0,8})")
_IN_TEXT = re.compile(r"\b(original|further)\W{0,3}([1-9][0-9]{0,8})\b", re.IGNORECASE)
_TYPED = re.compile(r"(?:(original|further)\W{0,3})?([1-9][0-9]{0,8})", re.IGNORECASE)


def format_reference(kind: str, number: int) -> str:
    return f"{kind}-{number}"


def parse_reference(reference: str) -> tuple[str, int]:
    """Return kind and number; ("", 0), which no entry has, if it is no reference."""
    match = _REFERENCE.fullmatch(reference)
    return (match[1], int(match[2])) if match else ("", 0)


def parse_typed_reference(typed: str) -> tuple[str, int]:
    """Return kind and number of what somebody typed: "Further 12", or a number alone, which has kind "".

    ("", 0) if it is neither.
    """
    match = _TYPED.fullmatch(typed)
    return ((match[1] or "").lower(), int(match[2])) if match else ("", 0)


def find_references(text: str) -> list[tuple[str, int]]:
    """Return kind and number of each reference in a text: "further-12", "Original 3"."""
    return [(kind.lower(), int(number)) for kind, number in _IN_TEXT.findall(text)]
