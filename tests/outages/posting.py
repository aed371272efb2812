"""Visitors who send the form all the time, and what of it was acknowledged, refused and stored."""

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from tests.processes import Installation, Server
from tests.site import SECONDS, SLUG
from tests.web.endorse.test_endorse import RIGHT

PAGE = f"/appeals/{SLUG}/"
FORM = f"{PAGE}endorse/"
NO_ANSWER = 0
_TAKE_AND_SHOW = """
import json, django
django.setup()
from django.core.management import call_command
from petition.models import Endorsement
call_command("worker", once=True)
print(json.dumps(list(Endorsement.objects.filter(origin="form").values_list("organisation_name", flat=True))))
"""


def ask(server: Server, path: str, form: dict[str, str] | None = None, *, seconds: float = 30) -> int:
    """Return the status of the response, or NO_ANSWER."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    try:
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=seconds)) as connection:
            body = urlencode(form, doseq=True) if form else None
            connection.request("POST" if form else "GET", path, body, headers)
            response = connection.getresponse()
            response.read()
            return response.status
    except (OSError, HTTPException):
        return NO_ANSWER


class Visitors:
    """Send forms with names that nobody else has; `acknowledged` has those that were, `statuses` counts answers."""

    def __init__(self, prefix: str) -> None:
        self.acknowledged: list[str] = []
        self.statuses: Counter[int] = Counter()
        self._prefix, self._numbers, self._lock = prefix, itertools.count(1), threading.Lock()

    def post(self, server: Server) -> int:
        """Send one form and return the status of its response."""
        name = f"{self._prefix} {next(self._numbers)}"
        own = {"organisation_name": name, "contact_email": f"{name.replace(' ', '-').lower()}@fund.example"}
        status = ask(server, FORM, RIGHT | own)
        with self._lock:
            self.statuses[status] += 1
            if status == 302:
                self.acknowledged.append(name)
        return status

    @contextmanager
    def posting(self, server: Server, threads: int = 4) -> Iterator[None]:
        """Let so many visitors send forms, one after the other, until the block ends."""
        end = threading.Event()

        def send() -> None:
            while not end.is_set():
                if self.post(server) != 302:
                    time.sleep(0.05)

        workers = [threading.Thread(target=send) for _ in range(threads)]
        for worker in workers:
            worker.start()
        try:
            yield
        finally:
            end.set()
            for worker in workers:
                worker.join(SECONDS)

    def wait_for(self, count: int) -> None:
        """Wait until so many more forms are acknowledged."""
        wanted = len(self.acknowledged) + count
        wait_until(lambda: len(self.acknowledged) >= wanted, f"{count} forms were not acknowledged")

    def find_problems(self, site: Installation) -> list[str]:
        """Let the worker do all, and return what was acknowledged and is not stored once."""
        stored = Counter(json.loads(site.python("-c", _TAKE_AND_SHOW).splitlines()[-1]))
        own = {name: count for name, count in stored.items() if name.startswith(f"{self._prefix} ")}
        lost = [f"lost: {name}" for name in self.acknowledged if name not in own]
        return lost + [f"{count} times: {name}" for name, count in own.items() if count > 1]


def wait_until(is_so: Callable[[], bool], otherwise: str) -> float:
    """Wait until it is so and return for how many seconds."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < SECONDS, otherwise
        time.sleep(0.05)
    return time.monotonic() - began
