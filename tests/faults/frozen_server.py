"""A PostgreSQL server that hangs: it accepts connections and bytes, and never answers."""

import select
import socket
import threading
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

from psycopg import conninfo


class FreezableProxy:
    """Forward to the server of `url` from `self.url`, until `open` is cleared, and again when it is set."""

    def __init__(self, url: str) -> None:
        parameters = conninfo.conninfo_to_dict(url)
        host, port = str(parameters.get("host", "127.0.0.1")), int(parameters.get("port", 5432) or 5432)
        self._server: str | tuple[str, int] = f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        query = urlencode({"host": "127.0.0.1", "port": self._listener.getsockname()[1]})
        place = urlsplit(url)
        self.url = f"postgres://{place.username or ''}:{place.password or ''}@/{parameters['dbname']}?{query}"
        self.open = threading.Event()
        self.open.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.open.set()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                visitor, _ = self._listener.accept()
                threading.Thread(target=self._forward, args=(visitor,), daemon=True).start()

    def _forward(self, visitor: socket.socket) -> None:
        self.open.wait()
        server = socket.socket(socket.AF_UNIX if isinstance(self._server, str) else socket.AF_INET)
        with visitor, server, suppress(OSError):
            server.connect(self._server)
            while True:
                for reader in select.select([visitor, server], [], [])[0]:
                    self.open.wait()
                    data = reader.recv(65_536)
                    if not data:
                        return
                    (server if reader is visitor else visitor).sendall(data)
