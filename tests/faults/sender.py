"""A public web process that gets one post after the other until it is killed, and prints each that it acknowledged.

python -m tests.faults.sender [VARIANT] < jobs.json

It posts every job once and a form between each two. VARIANT is "acknowledges_first": it stores a form when the next one
comes. Such a process must be caught by the test.
"""

import itertools
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

import django

PAUSE_SECONDS = 0.01
"""So that the worker is not left behind for minutes."""


def main(variant: str = "") -> None:
    django.setup()
    jobs = json.load(sys.stdin)
    if variant == "acknowledges_first":
        _acknowledge_first()
    prefix, form = jobs["prefix"], jobs["form"]
    for number in itertools.count():
        name = f"{prefix}-{number}"
        own = {"organisation_name": name, "contact_email": f"{name}@fund.example"}
        _post(name, {"path": form["path"], "fields": form["fields"] | own, "status": 302}, number)
        if jobs["requests"]:
            request = jobs["requests"].pop()
            _post(request["name"], request, number)
        time.sleep(PAUSE_SECONDS)


def _post(name: str, job: dict[str, Any], number: int) -> None:
    from django.test import Client

    # Each post from another network of 256 addresses, or a hundred kills would reach the limit for one.
    address = f"10.{crc32(name.encode()) % 256}.{number % 256}.7"
    client = Client(REMOTE_ADDR=address, headers={"host": "127.0.0.1:8000"})
    response = client.post(job["path"], job["fields"])
    if response.status_code != job["status"]:
        sys.exit(f"{name}: {response.status_code} {response.content.decode()}")
    sys.stdout.write(f"{name} {response.headers.get('Location', '')}\n")
    sys.stdout.flush()


def _acknowledge_first() -> None:
    from django.db import connection

    from petition.actions.intake import post
    from petition.web.endorse import endorse
    from tests.faults.variants import variant

    waiting: list[tuple[Any, ...]] = []

    class Later:
        rowcount = 1

        def execute(self, *statement: Any) -> None:
            waiting.append(statement)

    @contextmanager
    def later() -> Iterator[Later]:
        with connection.cursor() as cursor:
            while waiting:
                cursor.execute(*waiting.pop())
        yield Later()

    late = variant(post, {"with connection.cursor() as cursor": "with later() as cursor"}, later=later)
    vars(endorse)["post"] = late


if __name__ == "__main__":
    main(*sys.argv[1:])
