"""The languages of the site, in the order in which they are offered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Each under its own name: people look for their language in that language.
LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({"en": "English", "ru": "Русский", "ky": "Кыргызча"})

# Of an appeal's text, which may be in a language that the pages around it are not in. Under their own names, too.
TEXT_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **LANGUAGES,
        **{"az": "Azərbaycanca", "be": "Беларуская", "de": "Deutsch", "es": "Español", "fr": "Français"},
        **{"hy": "Հայերեն", "it": "Italiano", "ka": "ქართული", "kk": "Қазақша", "pl": "Polski", "ro": "Română"},
        **{"tg": "Тоҷикӣ", "tr": "Türkçe", "uk": "Українська", "uz": "Oʻzbekcha", "ar": "العربية", "fa": "فارسی"},
    }
)
RIGHT_TO_LEFT: Final = frozenset({"ar", "fa"})

# As Open Graph names them, with a territory.
LOCALES: Final[Mapping[str, str]] = MappingProxyType({"en": "en_GB", "ru": "ru_RU", "ky": "ky_KG"})

# The language of the statement as signed, and of every path without a prefix.
DEFAULT_LANGUAGE: Final = "en"

# Translated, but not yet read by a native reader. Until then what people agree to is also shown in the language that
# the same readers know best (README, docs/glossary.md).
UNREVIEWED_LANGUAGES: Final = frozenset({"ky"})
FALLBACK_LANGUAGE: Final = "ru"
