"""Generate and load the keys of this site. Imports nothing of Django, since settings.py calls it."""

import os
import secrets
import tempfile
from pathlib import Path

from nacl.encoding import URLSafeBase64Encoder
from nacl.public import PrivateKey

KEY_NAMES = ("SECRET_KEY", "CODE_KEY", "CONTACT_PUBLIC_KEY", "CONTACT_PRIVATE_KEY", "CONTACT_INDEX_KEY")


def generate_keys() -> dict[str, str]:
    """Return a new set of keys by the names of their environment variables.

    SECRET_KEY signs sessions and forms; CODE_KEY is the HMAC key of typed codes, which public and staff processes
    share; the CONTACT pair encrypts and decrypts what is private (Curve25519); CONTACT_INDEX_KEY is the HMAC key with
    which mailboxes and names are looked up (256 bits).
    """
    private = PrivateKey.generate()
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CODE_KEY": secrets.token_urlsafe(32),
        "CONTACT_PUBLIC_KEY": private.public_key.encode(URLSafeBase64Encoder).decode(),
        "CONTACT_PRIVATE_KEY": private.encode(URLSafeBase64Encoder).decode(),
        "CONTACT_INDEX_KEY": secrets.token_urlsafe(32),
    }


def generate_backup_keys() -> dict[str, str]:
    """Return a new pair of keys for backups; the private half belongs on another machine."""
    private = PrivateKey.generate()
    return {
        "BACKUP_PUBLIC_KEY": private.public_key.encode(URLSafeBase64Encoder).decode(),
        "BACKUP_PRIVATE_KEY": private.encode(URLSafeBase64Encoder).decode(),
    }


def generate_keys_by_role() -> dict[str, dict[str, str]]:
    """Return new variables for the environment files of ROLE=public and ROLE=staff.

    The public process gets a SECRET_KEY of its own and nothing that decrypts or looks up.
    """
    staff = generate_keys()
    shared = {name: staff[name] for name in ("CODE_KEY", "CONTACT_PUBLIC_KEY")}
    return {
        "public": {"ROLE": "public", "SECRET_KEY": generate_keys()["SECRET_KEY"], **shared},
        "staff": {"ROLE": "staff", **staff},
    }


def format_as_environment_file(keys: dict[str, str]) -> str:
    """Return the keys as `NAME=value` lines of an environment file."""
    return "".join(f"{name}={value}\n" for name, value in keys.items())


def load_or_create_keys(path: Path) -> dict[str, str]:
    """Return the keys in the file `path`, which is created with mode 0600 if it does not exist. Raises OSError."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)  # mkstemp gives mode 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(format_as_environment_file(generate_keys()))
            file.flush()
            os.fsync(file.fileno())  # after a power cut an empty file would mean that no contact can be read
        # Web and worker start together and must read the same keys. A link, unlike a rename, fails if the file exists.
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass  # another process was first; its keys are the keys
        finally:
            Path(temporary).unlink()
    lines = path.read_text(encoding="ascii").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)
