"""A site that marks everything to be kept, private pages too: what nginx makes of it is nginx's own doing."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOR_EVER = ("X-Accel-Expires", "@4000000000")


@contextmanager
def careless_site(*headers: tuple[str, str], body: bytes = b"") -> Iterator[int]:
    """A site that answers every request with these headers and `body`, else with a number of its own; its port."""
    numbers = itertools.count()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = body or str(next(numbers)).encode()
            self.send_response(200)
            for name, value in (*headers, ("Content-Length", str(len(content)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
