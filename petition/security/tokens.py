"""Tokens of private links and short codes: unguessable, stored only as hashes."""

import hashlib
import secrets

from petition.security.encryption import compute_index

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U/V confusion when read aloud or typed
CODE_LENGTH = 9
REMOVAL_CODE_LENGTH = 12


def generate_token() -> str:
    """Return 256 random bits as 43 characters of base64url (RFC 4648, section 5)."""
    return secrets.token_urlsafe(32)


def hash_token(token: str, purpose: str) -> str:
    """Return the hash that is stored of a token."""
    # A plain hash is enough: nobody can try out 256 random bits. The purpose keeps a token from working as another.
    return hashlib.sha256(f"{purpose}\0{token}".encode(errors="replace")).hexdigest()


def generate_code() -> str:
    """Return nine characters (44 bits) to type, in groups of three: `7KM-2QX-9RD`."""
    return _generate_grouped(CODE_LENGTH)


def generate_removal_code() -> str:
    """Return twelve characters (58 bits), since the code lasts for years: `7KM-2QX-9RD-4TB`."""
    return _generate_grouped(REMOVAL_CODE_LENGTH)


def _generate_grouped(length: int) -> str:
    code = "".join(secrets.choice(_ALPHABET) for _ in range(length))
    return "-".join(code[start : start + 3] for start in range(0, length, 3))


def hash_code(code: str) -> str:
    """Return the hash that is stored of a code, typed in any case, with or without spaces and hyphens."""
    return compute_index("code", _normalize(code))  # keyed: 44 bits could be tried out against a stolen database


def hash_removal_code(code: str, appeal_slug: str) -> str:
    """Return the hash that is stored of a removal code, which works for one appeal."""
    return compute_index(f"removal code {appeal_slug}", _normalize(code))


def compute_reference_word(fingerprint: str) -> str:
    """Return three syllables, like `kamiro`, that a page shows and its mail repeats; they open nothing.

    The same form has the same word. It is keyed, so that the word tells nothing about the form.
    """
    number = int(compute_index("reference", fingerprint)[:12], 16)
    word = ""
    for _ in range(3):
        number, consonant = divmod(number, len(_CONSONANTS))
        number, vowel = divmod(number, len(_VOWELS))
        word += _CONSONANTS[consonant] + _VOWELS[vowel]
    return word


def _normalize(code: str) -> str:
    return "".join(char for char in code.upper() if char.isalnum())
