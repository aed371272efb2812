"""Input rules: which characters a text may not contain, and what a name may not look like.

Every script of the world passes. What is refused is invisible, or changes how the text around it is shown, or may
mean something else in a later Unicode version.
Sources: Unicode UAX #31 (joiners in identifiers, 2.3), UTS #39 (marks, 5.4), UAX #9 (bidirectional controls), and
OWASP "CSV Injection".
Which characters are assigned depends on Python's Unicode version (3.11: 14.0, 3.13: 15.1).
"""

import unicodedata
from enum import StrEnum
from typing import Final

from petition.text.names import INVISIBLE, script_of


class InputRule(StrEnum):
    """A rule that a text breaks."""

    CONTROL = "control"  # control characters, line and paragraph separators
    BIDI = "bidi"  # overrides, embeddings, isolates and marks that reorder the text around them
    TAG = "tag"  # U+E0000 to U+E007F: whole sentences can hide in them
    ZERO_WIDTH = "zero_width"  # not drawn, and no script needs it in this position
    UNASSIGNED = "unassigned"  # no character yet, or never one (noncharacters)
    PRIVATE_USE = "private_use"  # each font gives it another meaning
    SURROGATE = "surrogate"  # half a character: cannot be encoded
    MARKS = "marks"  # begins with a mark, or piles more than four on one letter
    FORMULA = "formula"  # a name that a spreadsheet would calculate
    NO_LETTER = "no_letter"  # a name without letter and digit


_MOST_MARKS: Final = 4  # UTS #39, 5.4: "forbid sequences of more than 4 nonspacing marks"

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# "Format characters" that are drawn: signs around numbers in Arabic, Syriac and Kaithi (Prepended_Concatenation_Mark).
_DRAWN: Final = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")

_JOINERS: Final = frozenset("\u200c\u200d")
_JOINING_SCRIPTS: Final = (
    *("ARABIC", "SYRIAC", "NKO", "MONGOLIAN"),
    *("DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM"),
    *("SINHALA", "MYANMAR", "KHMER"),
)
_VIRAMA: Final = 9  # its canonical combining class

_BY_CATEGORY: Final = {
    "Cc": InputRule.CONTROL,
    "Zl": InputRule.CONTROL,
    "Zp": InputRule.CONTROL,
    "Cf": InputRule.ZERO_WIDTH,
    "Cn": InputRule.UNASSIGNED,
    "Co": InputRule.PRIVATE_USE,
    "Cs": InputRule.SURROGATE,
}

# OWASP's list; the true minus sign is what NFKC makes of some small hyphens, and looks the same.
_FORMULA_STARTS: Final = ("=", "+", "-", "\u2212", "@", "\t", "\r", "\n")


def broken_rules(text: str) -> tuple[InputRule, ...]:
    """Return the rules that a text of one line breaks, each once, in the order of InputRule; () if it may be stored.

    Line ends count as control characters: clean a text first, or check a long one line by line.
    """
    if text.isascii() and text.isprintable():
        return ()  # as most are: looking at each letter takes a while
    broken = {_broken_rule_at(text, index) for index in range(len(text))}
    if _has_piled_marks(text):
        broken.add(InputRule.MARKS)
    return tuple(rule for rule in InputRule if rule in broken)


def broken_name_rules(text: str) -> tuple[InputRule, ...]:
    """Return the same for a name, which must also have a letter or digit and must not look like a formula.

    Length is not checked here: limits belong to the field.
    """
    broken = list(broken_rules(text))
    # A spreadsheet that opens the CSV would calculate such a name. NFKC, because it reads full-width signs as well.
    if unicodedata.normalize("NFKC", text).lstrip(" ").startswith(_FORMULA_STARTS):
        broken.append(InputRule.FORMULA)
    if not any(unicodedata.category(c)[0] in "LN" and c not in INVISIBLE for c in text):
        broken.append(InputRule.NO_LETTER)
    return tuple(broken)


def _broken_rule_at(text: str, index: int) -> InputRule | None:
    character = text[index]
    if character in _BIDI:
        return InputRule.BIDI
    if "\U000e0000" <= character <= "\U000e007f":
        return InputRule.TAG
    if character in INVISIBLE or unicodedata.category(character) == "Cf":
        return None if _is_needed(text, index) else InputRule.ZERO_WIDTH
    return _BY_CATEGORY.get(unicodedata.category(character))


def _is_needed(text: str, index: int) -> bool:
    """Return whether a script, or a pictogram, needs the invisible character at `index`."""
    character, before, after = text[index], text[index - 1 : index], text[index + 1 : index + 2]
    if character in _DRAWN:
        return True
    if not before:
        return False
    if character in _JOINERS:
        # UAX #31 A and B: between two letters, or (Malayalam at the end of a word) after a virama.
        script = _joining_script(before)
        return bool(script) and (script == _joining_script(after) or unicodedata.combining(before) == _VIRAMA)
    # Mongolian variation selectors choose the form of a letter.
    if "\u180b" <= character <= "\u180f":
        return script_of(before) == "MONGOLIAN" and unicodedata.category(before)[0] == "L"
    # These two say whether a pictogram is shown as text or in colour.
    if character in ("\ufe0e", "\ufe0f"):
        return unicodedata.category(before)[0] == "S"
    # Ideographic variation selectors.
    return "\U000e0100" <= character <= "\U000e01ef" and script_of(before) == "CJK"


def _joining_script(character: str) -> str:
    if not character or unicodedata.category(character)[0] not in "LM":
        return ""
    script = script_of(character)
    return script if script in _JOINING_SCRIPTS else ""


def _has_piled_marks(text: str) -> bool:
    if unicodedata.category(text.lstrip()[:1] or " ")[0] == "M":
        return True
    run = 0
    for character in unicodedata.normalize("NFD", text):
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if run > _MOST_MARKS:
            return True
    return False
