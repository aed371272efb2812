"""Recognize keys and passwords that somebody could guess."""

import re
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST_BYTES: Final = 32
"""As many as `manage.py new_keys` gives at least: 256 bits where each is random."""
LEAST_KINDS: Final = 10
"""How many different characters a key has at least. 32 random ones have 12 or more, but for one in a million."""
_DEFAULTS: Final = {
    "", "admin", "changeme", "changeit", "change-me", "default", "example", "guest", "password", "passwd", "pass",
    "petition", "postgres", "postgresql", "root", "secret", "test", "user", "12345678", "123456", "letmein", "qwerty",
}  # fmt: skip
_SITE_WORDS: Final = {
    "admin", "administrator", "appeal", "auditor", "civic", "editor", "endorse", "endorsement", "kyrgyzstan",
    "moderator", "password", "petition", "platform", "secretariat", "signatory", "solidarity",
}  # fmt: skip
"""Words that somebody who knows the site would try first in a password, beside those of its own names."""
LEAST_OWN: Final = 8
"""How many characters of a password are left at least without them."""


def is_weak_key(key: str) -> bool:
    """Return whether a key is too short, repeats itself, or is an example of Django's."""
    return (
        len(key.encode()) < LEAST_BYTES or len(set(key)) < LEAST_KINDS or key.startswith(("django-insecure", "change"))
    )


def has_default_password(url: str) -> bool:
    """Return whether the URL has a password that is a well-known one, or the name of its user or its database.

    A URL without a password has none to guess: PostgreSQL then admits the system user alone (`peer`).
    """
    parts = urlsplit(url)
    if parts.password is None:
        return False
    password = unquote(parts.password).lower()
    return password in _DEFAULTS | {unquote(parts.username or "").lower(), parts.path.strip("/").lower()}


class SiteWordsValidator:
    """Refuse a password that is little more than words of this site, such as its name or that of a role."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError if fewer than LEAST_OWN characters are left without words of the site."""
        names = f"{settings.SITE_URL} {settings.SECRETARIAT_NAME} {settings.MAIL_NAME}".lower()
        words = _SITE_WORDS | {word for word in re.findall(r"\w+", names) if len(word) >= 4}
        left = password.lower()
        for word in sorted(words, key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < min(LEAST_OWN, len(password)):
            raise ValidationError(self.get_help_text(), code="password_of_site_words")

    def get_help_text(self) -> str:
        return _("Choose a password that is not made of words of this site.")
