"""The languages the site speaks, in the order in which they are offered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Each under its own name: who looks for their language reads it in that language.
LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({"en": "English", "ru": "Русский", "ky": "Кыргызча"})

# The language of the statement as signed, and of every path without a prefix.
DEFAULT: Final = "en"

# Written with care, by nobody whose first language it is. Until a native reader has read it, what people agree to
# also stands there in the language that the same readers know best (README, docs/glossary.md).
AWAITING_NATIVE_READER: Final = frozenset({"ky"})
READ_INSTEAD: Final = "ru"
