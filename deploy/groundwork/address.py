"""The address that the site will listen on: a valid port that nobody else holds."""

from __future__ import annotations

import errno
import re
import socket
from typing import TYPE_CHECKING

from groundwork.sentences import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

HIGHEST_PORT = 65535


def read(environment: Mapping[str, str]) -> tuple[str, int]:
    """HOST and PORT as the operator set them; 127.0.0.1 and 8000 when unset."""
    host = environment.get("HOST", "").strip().strip("[]") or "127.0.0.1"
    text = environment.get("PORT", "").strip() or "8000"
    port = int(text) if re.fullmatch("[0-9]{1,5}", text) else 0
    if not 1 <= port <= HIGHEST_PORT:
        raise Refusal(f"PORT is '{text}': give a number from 1 to 65535, for example `make run PORT=8000`.")
    return host, port


def require_free(host: str, port: int) -> None:
    """Refuse when the site could not listen here."""
    trouble = _try_to_listen(host, port)
    if trouble is None:
        return
    if trouble == errno.EADDRINUSE:
        raise Refusal(
            f"Port {port} on {host} is taken: stop the program that uses it (perhaps the site already runs), "
            f"or choose another one, for example `make run PORT={_another(host, port)}`."
        )
    if trouble in (errno.EACCES, errno.EPERM):
        raise Refusal(f"This user may not listen on port {port}: choose one from 1024 up, such as PORT=8000.")
    raise Refusal(f"HOST is '{host}', which is not an address of this machine: leave it out, or use 127.0.0.1.")


def _try_to_listen(host: str, port: int) -> int | None:
    """The number of the error met when listening there, or None."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # As petition/management/listen_address.py: a name such as localhost stands for its first IPv4 address.
        family, kind, protocol, _, where = min(found, key=lambda entry: entry[0] != socket.AF_INET)
        with socket.socket(family, kind, protocol) as probe:
            # As servers do: a connection that has just been closed does not hold the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen(1)
    except (OSError, UnicodeError) as error:
        return getattr(error, "errno", None) or errno.EADDRNOTAVAIL
    return None


def _another(host: str, port: int) -> int:
    """A free port near the taken one, to suggest."""
    for candidate in range(port + 1, min(port + 50, HIGHEST_PORT + 1)):
        if _try_to_listen(host, candidate) is None:
            return candidate
    return port - 1
