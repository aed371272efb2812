"""The keys of this site: where they come from, and what each is for. Knows no Django: settings reads it."""

import os
import secrets
import tempfile
from pathlib import Path

from nacl.encoding import URLSafeBase64Encoder
from nacl.public import PrivateKey

KEY_NAMES = ("SECRET_KEY", "CONTACT_PUBLIC_KEY", "CONTACT_PRIVATE_KEY", "CONTACT_INDEX_KEY")


def new_keys() -> dict[str, str]:
    """A fresh set of keys by the names of their environment variables.

    SECRET_KEY signs sessions; the CONTACT pair seals and opens contacts (Curve25519, NaCl sealed boxes);
    CONTACT_INDEX_KEY is the HMAC key under which mailboxes and names are looked up (256 bits).
    """
    private = PrivateKey.generate()
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CONTACT_PUBLIC_KEY": private.public_key.encode(URLSafeBase64Encoder).decode(),
        "CONTACT_PRIVATE_KEY": private.encode(URLSafeBase64Encoder).decode(),
        "CONTACT_INDEX_KEY": secrets.token_urlsafe(32),
    }


def new_backup_keys() -> dict[str, str]:
    """A fresh pair that backups are sealed to and opened with; the private half belongs on another machine."""
    private = PrivateKey.generate()
    return {
        "BACKUP_PUBLIC_KEY": private.public_key.encode(URLSafeBase64Encoder).decode(),
        "BACKUP_PRIVATE_KEY": private.encode(URLSafeBase64Encoder).decode(),
    }


def as_lines(keys: dict[str, str]) -> str:
    """The keys as `NAME=value` lines, as an environment file takes them."""
    return "".join(f"{name}={value}\n" for name, value in keys.items())


def keys_kept_in(path: Path) -> dict[str, str]:
    """The keys in the file `path`; made there first, with mode 0600, if there is no such file.

    Two processes that start together read the same keys: the file is written beside and linked into place,
    and the first link wins. Raises OSError when the folder cannot be written.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent)  # mkstemp gives mode 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(as_lines(new_keys()))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            pass  # another process was first; its keys are the keys
        finally:
            Path(beside).unlink()
    lines = path.read_text(encoding="ascii").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)
