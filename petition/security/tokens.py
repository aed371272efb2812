"""Tokens of private links and codes to type: unguessable, stored only as hashes."""

import hashlib
import secrets

from django.conf import settings

from petition.models.contacts import CODE_PREFIX
from petition.security.encryption import compute_keyed_hash

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U/V confusion when read aloud or typed
CODE_LENGTH = 12


def generate_token() -> str:
    """Return 256 random bits as 43 characters of base64url (RFC 4648, section 5)."""
    return secrets.token_urlsafe(32)


def hash_token(token: str, purpose: str) -> str:
    """Return the hash that is stored of a token."""
    # A plain hash is enough: nobody can try out 256 random bits. The purpose keeps a token from working as another.
    return hashlib.sha256(f"{purpose}\0{token}".encode(errors="replace")).hexdigest()


def generate_code() -> str:
    """Return twelve characters (58 bits) to type, in groups of three: `7KM-2QX-9RD-4TB`."""
    return _format_code("".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH)))


def derive_removal_code(row_id: str, key_id: str = "") -> str:
    """Return the removal code that belongs to a request: as `generate_code`, but always the same for one SECRET_KEY.

    The page that shows the code can be loaded again, and a request that is sent twice has one code. `key_id` says with
    which key it was first made; where that key is no longer here, return '' rather than a code that opens nothing.
    """
    key = _find_secret_key(key_id)
    if key is None:
        return ""
    number = int(compute_keyed_hash(key, "removal code", row_id), 16)
    letters = ""
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[place]
    return _format_code(letters)


def get_secret_key_id() -> str:
    """Return four hexadecimal digits that tell the present SECRET_KEY from another one, and nothing more about it."""
    return _identify(settings.SECRET_KEY)


def _find_secret_key(key_id: str) -> str | None:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return next((key for key in keys if not key_id or _identify(key) == key_id), None)


def _identify(key: str) -> str:
    return compute_keyed_hash(key, "key id", "")[:4]


def _format_code(code: str) -> str:
    return "-".join(code[start : start + 3] for start in range(0, len(code), 3))


def hash_code(code: str) -> str:
    """Return the hash that is stored of a code, typed in any case, with or without spaces and hyphens."""
    return list_code_hashes(code)[0]


def list_code_hashes(code: str) -> list[str]:
    """Return the hashes under which a code may be stored: one for each CODE_KEY, the newest first."""
    return _hash_with_each_key("code", code)


def hash_removal_code(code: str, appeal_slug: str) -> str:
    """Return the hash that is stored of a removal code, which works for one appeal."""
    return list_removal_code_hashes(code, appeal_slug)[0]


def list_removal_code_hashes(code: str, appeal_slug: str) -> list[str]:
    """Return the hashes under which a removal code may be stored: one for each CODE_KEY, the newest first."""
    return _hash_with_each_key(f"removal code {appeal_slug}", code)


def _hash_with_each_key(kind: str, code: str) -> list[str]:
    # Keyed: 58 bits could be tried out against a stolen database.
    keys = [settings.CODE_KEY, *settings.CODE_KEY_FALLBACKS]
    return [CODE_PREFIX + compute_keyed_hash(key, kind, _normalize(code)) for key in keys]


def compute_reference_word(form: str) -> str:
    """Return three syllables, like `kamiro`, that a page shows and its mail repeats; they open nothing.

    The same form has the same word. It is keyed, so that the word tells nothing about the form.
    """
    number = int(compute_keyed_hash(settings.SECRET_KEY, "reference", form)[:12], 16)
    word = ""
    for _ in range(3):
        number, consonant = divmod(number, len(_CONSONANTS))
        number, vowel = divmod(number, len(_VOWELS))
        word += _CONSONANTS[consonant] + _VOWELS[vowel]
    return word


def is_reference_word(text: str) -> bool:
    """Return whether `text` could be a reference word."""
    return len(text) == 6 and set(text[::2]) <= set(_CONSONANTS) and set(text[1::2]) <= set(_VOWELS)


def _normalize(code: str) -> str:
    return "".join(char for char in code.upper() if char.isalnum())
