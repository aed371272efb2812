"""Write the environment files of a site whose roles are separate, from deploy/environment.example."""

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from petition.actions.database.role_statements import RoleNames
from petition.security.keys import generate_keys_by_role

EXAMPLE: Final = Path(__file__).parents[3] / "deploy" / "environment.example"
LOGINS: Final = {
    "public": RoleNames.public,
    "staff": RoleNames.staff,
    "worker": RoleNames.staff,
    "owner": RoleNames.owner,
}
"""The login of PostgreSQL for each file."""
_SOCKETS: Final = "/var/run/postgresql"
_SECTION: Final = re.compile(r"^# --- (.+) ---\n", re.M)


def write_environment_files(folder: Path, *, site_url: str, database_host: str) -> list[Path]:
    """Write site.env and a file for each role, with new keys, and return their paths.

    With a `database_host` each login gets a new password: in its files, and alone in `folder`/database/LOGIN. Without
    one the database is on this machine and knows system users, so there is no password. All have mode 0600.
    Raises FileExistsError, with nothing written, if one of them exists, and OSError.
    """
    contents = dict(_build_contents(site_url, database_host))
    for name in contents:
        if (folder / name).exists():
            raise FileExistsError(str(folder / name))
    for name, text in contents.items():
        (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # after a power cut an empty file would mean that no contact can be read
    return [folder / name for name in contents]


def _build_contents(site_url: str, database_host: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file."""
    _, *parts = _SECTION.split(EXAMPLE.read_text(encoding="utf-8"))
    sections = list(zip(parts[::2], parts[1::2], strict=True))
    keys = generate_keys_by_role()
    passwords = {login: secrets.token_urlsafe(32) if database_host else "" for login in LOGINS.values()}
    yield "site.env", _fill(sections, "site.env", {"SITE_URL": site_url})
    for role, login in LOGINS.items():
        values = {
            **keys["public" if role == "public" else "staff"],
            "DATA_DIR": f"/var/lib/petition-{role}",
            "DATABASE_URL": f"postgres://{login}:{passwords[login]}@{database_host}/petition"
            if database_host
            else f"postgres://{login}@/petition?host={_SOCKETS}",
        }
        yield f"{role}.env", _fill(sections, f"{role}.env", values)
    if database_host:
        yield from ((f"database/{login}", password) for login, password in passwords.items())
        yield "database/postgres", secrets.token_urlsafe(32)


def _fill(sections: list[tuple[str, str]], name: str, values: dict[str, str]) -> str:
    """Return the sections that belong to the file `name`, with these values."""
    text = "\n".join(text.strip() + "\n" for names, text in sections if name in names.split(", "))
    for variable, value in values.items():
        text, count = re.subn(rf"^{variable}=.*$", lambda _: f"{variable}={value}", text, flags=re.M)  # noqa: B023
        if count != 1:
            raise ValueError(f"{variable} is not in {EXAMPLE.name} for {name}.")
    return text
