"""A flood of forms from thousands of addresses: honest organisations get their mail within a day, no fake is listed.

The addresses are of loopback, each in a network of its own. The worker and the mail server are so slow that the whole
flood takes 23 hours; its time is moved on. Among the fakes are forms with the honest mailboxes.
"""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.actions.mailing.fake_mail_server import create_fake_server, run_server
from tests.evidence.figures import record_figure, report_progress, sized
from tests.outages.posting import FORM
from tests.processes import Installation, Server
from tests.web.endorse.test_endorse import RIGHT

pytestmark = pytest.mark.long

POSTS, ADDRESSES, HONEST = sized(100, 20_000), sized(25, 5_000), sized(2, 50)
WITH_HONEST_MAILBOX = 2
"""How many of the fakes give each honest mailbox."""
STEPS_OF_FLOOD = 100
"""The worker takes the whole flood in so many steps of 14 minutes: 23 hours."""
SOON_HOURS, SOON_PART = 8, 0.8
"""Most honest ones wait for one form of each network only. The others share one of the 65,536 buckets of networks with
a fake one: of 5,000, one in thirteen does."""


def send(server: Server, address: str, name: str, mailbox: str) -> int:
    fields = RIGHT | {"organisation_name": name, "contact_email": mailbox}
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=60, source_address=(address, 0))) as connection:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", FORM, urlencode(fields, doseq=True), headers)
        return connection.getresponse().status


def list_forms(posts: int, addresses: int, honest: int) -> Iterator[tuple[str, str, str]]:
    """Yield address, name and mailbox of each form: first a part of the flood, then the honest ones among the rest."""
    every = posts // (2 * honest)
    for number in range(posts):
        place = 1 + number % addresses
        address = f"127.{1 + place // 250}.{1 + place % 250}.7"
        owned = number < honest * WITH_HONEST_MAILBOX
        mailbox = f"desk@honest{number % honest}.example" if owned else f"fake{number}@flood{number % 97}.example"
        yield address, f"Invented Union {number}", mailbox
        mine, rest = divmod(number - posts // 2, every)
        if mine >= 0 and rest == every - 1 and mine < honest:
            yield f"127.{200 + mine // 250}.{1 + mine % 250}.9", f"Honest Fund {mine}", f"desk@honest{mine}.example"


def flood(folder: Path, posts: int, addresses: int, honest: int, *options: str) -> dict[str, Any]:
    """Send everything, let the slow worker work, and return what it says with how the forms were answered."""
    with run_server(create_fake_server()) as office:
        site = Installation(folder / "site")
        site.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{office.port}"
        site.python("manage.py", "worker", "--once")
        try:
            with site.server() as server, ThreadPoolExecutor(8) as pool:
                statuses: Counter[int] = Counter()
                sent = pool.map(lambda form: send(server, *form), list_forms(posts, addresses, honest))
                for number, status in enumerate(sent, 1):
                    statuses[status] += 1
                    if number % 500 == 0:
                        report_progress(f"{number:,} of {posts + honest:,} forms sent")
            names = [f"Honest Fund {number}" for number in range(honest)]
            rows = str(posts // STEPS_OF_FLOOD)
            output = site.python("-m", "tests.outages.flooded_worker", rows, *names, *options)
        finally:
            site.remove()
    return {**json.loads(output.splitlines()[-1]), "statuses": statuses, "mails": len(office.taken)}


def test_honest_organisations_get_their_mail_within_a_day_of_a_flood(tmp_path: Path) -> None:
    result = flood(tmp_path, POSTS, ADDRESSES, HONEST)
    assert result["statuses"] == {302: POSTS + HONEST}, "nobody is refused, and no sender learns what became of it"
    hours, soon = result["hours"], count_soon(result)
    assert len(hours) == HONEST, "some wait for more than 24 hours"
    assert soon >= SOON_PART * HONEST
    assert (result["listed"], result["confirmed"]) == (0, 0)
    record_figure(
        "flood",
        f"{POSTS:,} forms from {ADDRESSES:,} networks, all answered alike; a worker that needs 23 hours for them had "
        f"sent the mails of {soon} of {HONEST} honest ones within {SOON_HOURS} hours and of all after "
        f"{hours[-1]:.1f}; 0 fake confirmed, 0 listed",
    )


def count_soon(result: dict[str, Any]) -> int:
    return sum(hour <= SOON_HOURS for hour in result["hours"])


def test_without_the_fair_order_honest_mails_are_late(tmp_path: Path) -> None:
    """The broken variant: what came first is done first. The honest forms came in the second half."""
    assert count_soon(flood(tmp_path, 100, 25, 2, "--first-come")) == 0
