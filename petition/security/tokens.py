"""Tokens of private links and short codes: unguessable, kept only as hashes."""

import hashlib
import secrets

from petition.security.encryption import index_of

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U/V confusion when read aloud or typed
CODE_LENGTH = 9
REMOVAL_CODE_LENGTH = 12


def new_token() -> str:
    """256 random bits as 43 characters of base64url (RFC 4648, section 5)."""
    return secrets.token_urlsafe(32)


def digest_of_token(token: str, purpose: str) -> str:
    """What is stored of a token. A plain hash is enough for 256 random bits; the purpose makes it good for one use."""
    return hashlib.sha256(f"{purpose}\0{token}".encode(errors="replace")).hexdigest()


def new_code() -> str:
    """Nine characters (44 bits) to type, in groups of three: `7KM-2QX-9RD`."""
    return _in_threes(CODE_LENGTH)


def new_removal_code() -> str:
    """Twelve characters (58 bits), since it lasts for years: `7KM-2QX-9RD-4TB`."""
    return _in_threes(REMOVAL_CODE_LENGTH)


def _in_threes(length: int) -> str:
    code = "".join(secrets.choice(_ALPHABET) for _ in range(length))
    return "-".join(code[start : start + 3] for start in range(0, length, 3))


def digest_of_code(code: str) -> str:
    """Return what is stored of a code: keyed, since 44 bits could be tried out against a stolen database.

    Case, spaces and hyphens are as the person types them.
    """
    return index_of("code", _typed(code))


def digest_of_removal_code(code: str, appeal_slug: str) -> str:
    """What is stored of a removal code, as of a code."""
    return index_of(f"removal code {appeal_slug}", _typed(code))


def reference_word(fingerprint: str) -> str:
    """Three syllables, like `kamiro`, that a page shows and its mail repeats; they open nothing.

    Keyed, so that whoever sees the word learns nothing of the form; the same post has the same word.
    """
    number = int(index_of("reference", fingerprint)[:12], 16)
    word = ""
    for _ in range(3):
        number, consonant = divmod(number, len(_CONSONANTS))
        number, vowel = divmod(number, len(_VOWELS))
        word += _CONSONANTS[consonant] + _VOWELS[vowel]
    return word


def _typed(code: str) -> str:
    return "".join(char for char in code.upper() if char.isalnum())
