"""Read environment variables for settings.py; a mistake gives one sentence that names the variable."""

import contextlib
import ipaddress
import os
import warnings
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final

import environ
from django.core.exceptions import ImproperlyConfigured

from petition.security.keys import KEY_NAMES, load_or_create_keys
from petition.text.mailboxes import normalize_mailbox

_TAKES: Final = {
    "DATABASE_URL": "postgres://user:password@host/name or sqlite:////path",
    "CACHE_URL": "locmemcache:// or redis://host:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@host:587",
    "TRUSTED_PROXIES": "addresses or networks such as 127.0.0.1,10.0.0.0/8",
}
POSTGRESQL_OPTIONS: Final = {
    "options": "-c max_parallel_workers_per_gather=0",  # they cost 10 ms to start, for lists that fit a page
    # Give up on a database that hangs, also one whose machine has vanished from the network.
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""For every process; web processes give up sooner (management/web_process.py)."""


class Environment(environ.Env):  # type: ignore[misc]  # django-environ ships no types
    """The environment variables that have a value."""

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        super().__init__()
        # An environment file may list a variable without setting it: an empty value counts as not set.
        self.ENVIRON = {name: value for name, value in variables.items() if value.strip()}

    def number(self, name: str, default: int, *, least: int | None = None) -> int:
        """Return a whole number, `least` or more."""
        number = int(self._parse(name, lambda: self.int(name, default), "a whole number"))
        if least is not None and number < least:
            raise ImproperlyConfigured(f"{name} must be {least} or more.")
        return number

    def choice(self, name: str, *values: str) -> str:
        """Return one of `values`, by default the first."""
        value = str(self.str(name, values[0]))
        if value not in values:
            listed = f"{', '.join(values[:-1])} or {values[-1]}"
            raise ImproperlyConfigured(f"{name} is {value!r}: set it to {listed}.")
        return value

    def private_address(self, name: str) -> tuple[str, int] | None:
        """Return address and port, given as 127.0.0.1:9101; None if not set. Refuses what the Internet could reach."""
        value = str(self.str(name, ""))
        if not value:
            return None
        host, _, port = value.rpartition(":")
        try:
            address = ipaddress.ip_address(host.strip("[]"))
            number = int(port) if port.isascii() and port.isdigit() else 0
        except ValueError:
            number = 0
        if not 1 <= number <= 65535:
            raise ImproperlyConfigured(f"{name} is not understood: give it as 127.0.0.1:9101.")
        # "Private" has 0.0.0.0 as well, which means every address of the machine.
        if not address.is_private or address.is_unspecified:
            raise ImproperlyConfigured(
                f"{name} is {value!r}, which others could reach: use 127.0.0.1, or an address of a private network."
            )
        return str(address), number

    def hourly_limits(self) -> dict[str, int]:
        """Return how much an account may do in an hour before it must give its second factor again."""
        defaults = {"contacts": 30, "hides": 20, "revokes": 20, "withdrawals": 5}
        return {name: self.number(f"{name.upper()}_PER_HOUR", default, least=1) for name, default in defaults.items()}

    def networks(self, name: str) -> list[Any]:
        """Return addresses and networks, given with commas between them."""
        return list(self._parse(name, lambda: [*map(ipaddress.ip_network, self.list(name, default=[]))]))

    def mailbox(self, name: str, default: str) -> str:
        """Return an address, or a name with one, whose domain is ASCII: Django's mailer would write another domain."""
        typed = str(self.str(name, default))
        address = parseaddr(typed)[1]
        if typed.isascii() or (address.isascii() and address):
            return typed
        mailbox = normalize_mailbox(address)
        if mailbox is None:
            raise ImproperlyConfigured(f"{name} is not understood: give it as info@example.org.")
        return typed.replace(address, mailbox)

    def keys(self, name: str, default: str = "") -> list[str]:
        """Return the keys in this variable, the newest first: one, or several while a key is replaced."""
        return [key.strip() for key in str(self.str(name, default)).split(",") if key.strip()] or [""]

    def location(self, name: str, read: Callable[..., dict[str, Any]], *default: str) -> dict[str, Any]:
        """Return what `read`, a method of this class, makes of a URL."""
        return dict(self._parse(name, lambda: read(name, *default)))

    @staticmethod
    def _parse(name: str, read: Callable[[], Any], takes: str = "") -> Any:
        # No message repeats the value, which may be a URL with a password.
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # a warning of django-environ would print the URL
                return read()
        except (ValueError, LookupError, Warning, ImproperlyConfigured) as error:
            raise ImproperlyConfigured(f"{name} is not understood: give it as {takes or _TAKES[name]}.") from error


def is_loopback(host: str) -> bool:
    """Return whether the host, a name or an address, is this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def ensure_dir(folder: Path) -> Path:
    """Create the folder, private, and return it; if that fails, the code that needs the folder reports it."""
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def load_keys(folder: Path) -> dict[str, str]:
    """Return the keys that the site has generated in DATA_DIR. Raises ImproperlyConfigured."""
    file = folder / "keys.env"
    try:
        keys = load_or_create_keys(file)
    except UnicodeDecodeError:
        keys = {}
    except OSError as error:
        if file.exists():
            raise ImproperlyConfigured(
                f"The keys in {file} cannot be read ({error.strerror}): make the user who runs this its owner."
            ) from error
        raise ImproperlyConfigured(
            f"DATA_DIR {folder} cannot be used ({error.strerror}): make it a folder that this user can write to, "
            "or set DATA_DIR to another one."
        ) from error
    if not all(keys.get(name) for name in KEY_NAMES):
        raise ImproperlyConfigured(
            f"The keys in {file} are incomplete: put your copy of the file back, since no contact can be read without "
            "them; delete the file, which gives new keys, only if there is no endorsement yet."
        )
    return keys
