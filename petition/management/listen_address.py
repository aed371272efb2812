"""The address and port on which the site listens, and its URL on this machine."""

import ipaddress
import re
import socket
from dataclasses import dataclass

from django.core.management import CommandError

HIGHEST_PORT = 65535


@dataclass(frozen=True)
class ListenAddress:
    """`address` is numeric, as granian takes it; `url` is what a browser on this machine opens."""

    address: str
    port: int
    url: str

    @property
    def is_any_address(self) -> bool:
        """Return whether the site listens on all addresses of this machine."""
        return ipaddress.ip_address(self.address).is_unspecified

    @property
    def is_loopback(self) -> bool:
        """Return whether only this machine can connect."""
        return ipaddress.ip_address(self.address).is_loopback


def read_port(text: str) -> int:
    """Return the port that the operator typed. Raises CommandError where it is none."""
    port = int(text) if re.fullmatch("[0-9]{1,5}", text.strip()) else 0
    if not 1 <= port <= HIGHEST_PORT:
        raise CommandError(f"The port is {text}: give --port a number from 1 to {HIGHEST_PORT}.")
    return port


def resolve_listen_address(host: str, port: int) -> ListenAddress:
    """Return the address that the operator names. Raises CommandError."""
    name = host.strip().strip("[]").lower()
    try:
        entries = socket.getaddrinfo(name or "127.0.0.1", port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CommandError(f"{host} is no address of this machine: leave --host out, or use 127.0.0.1.") from error
    address = str(min(entries, key=lambda entry: entry[0] != socket.AF_INET)[4][0])
    return ListenAddress(address, port, f"http://{_in_url(name, address)}:{port}")


def check_port_is_free(place: ListenAddress) -> None:
    """Raise CommandError if another program has the port."""
    # granian sets SO_REUSEPORT: two sites on one port would both start and answer in turns.
    family = socket.AF_INET6 if ":" in place.address else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            # As servers do: a connection that has just been closed does not hold the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((place.address, place.port))
            probe.listen(1)
    except OSError as error:
        raise CommandError(
            f"Port {place.port} on {place.address} cannot be used ({error.strerror}): "
            f"stop what runs there, or give another --port. With make: `make run PORT={place.port + 1}`."
        ) from error


def _in_url(name: str, address: str) -> str:
    """Return the host for a URL: loopback instead of the address that means all addresses."""
    if name == "localhost":
        return name
    number = ipaddress.ip_address(address)
    if number.version == 6:
        return "[::1]" if number.is_unspecified else f"[{address}]"
    return "127.0.0.1" if number.is_unspecified else address
