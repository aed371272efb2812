"""Every key of the running processes is replaced while visitors are answered, and what they began goes on."""

import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from email import message_from_bytes, policy
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from petition.security.keys import generate_keys
from tests.evidence.figures import record_figure
from tests.factories import SLUG
from tests.journeys.test_first_endorsement import Browser, Forms
from tests.processes import Installation
from tests.site import free_port

pytestmark = [pytest.mark.long, pytest.mark.both_databases]

SECONDS = 60
FORM: dict[str, Any] = {
    **{"countries": ["KG"], "display": "named", "contact_name": "Asel", "contact_role": "Director"},
    **{"authority": "on", "consent_processing": "on", "consent_publication": "on"},
}
CREATE_ACCOUNT = """
from django.contrib.auth import get_user_model
get_user_model().objects.create_superuser("chief", "chief@desk.example", "a long pass phrase")
"""
REMOVAL_CODE = re.compile(r'class="code-to-keep">([^<]+)<')


class Processes:
    """Two public webs, one for staff and a worker, which are restarted one after the other with other keys."""

    def __init__(self, site: Installation) -> None:
        self.site = site
        self.ports = {"second": free_port(), "first": site.port, "staff": free_port()}
        self._running: dict[str, ExitStack] = {}

    def restart(self, keys: Mapping[str, str]) -> None:
        """The worker first: public processes take forms for the keys that it says it has."""
        for name in ("worker", *self.ports):
            if name in self._running:
                self._running.pop(name).close()
            stack = self._running[name] = ExitStack()
            stack.enter_context(self._start(name, keys))
            if name == "worker":
                time.sleep(1)  # it tells the public processes which keys it has every second

    def _start(self, name: str, keys: Mapping[str, str]) -> AbstractContextManager[object]:
        changes: Any = keys
        if name == "worker":
            return self.site.process(sys.executable, "manage.py", "worker", **changes)
        return self.site.server(role="staff" if name == "staff" else "public", port=self.ports[name], **changes)

    def close(self) -> None:
        for stack in self._running.values():
            stack.close()


class Steady:
    """Asks for a page all the time, at the one web and then at the other, as a proxy does."""

    def __init__(self, processes: Processes) -> None:
        self.urls = [f"http://127.0.0.1:{processes.ports[name]}/appeals/{SLUG}/" for name in ("first", "second")]
        self.answered, self.failed = 0, 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Steady":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._stop.wait(0.05):
            for url in self.urls:
                try:
                    with urlopen(url, timeout=20) as answer:
                        answer.read()
                    self.answered += 1
                    break
                except (URLError, ConnectionError):
                    continue
            else:
                self.failed += 1


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    site = Installation(tmp_path / "site", os.environ.get("DATABASE_URL"), has_logins=True)
    site.python("manage.py", "shell", "--no-imports", "-c", CREATE_ACCOUNT)
    running = Processes(site)
    yield running
    running.close()
    site.remove()


def mailed_link(site: Installation, address: str) -> str:
    """Return the first link to confirm that was mailed to this address, as soon as it is there."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for path in (Path(site.environment["DATA_DIR"]) / "mail").glob("*.eml"):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            if mail["To"] == address:
                body = mail.get_body(("plain",))
                assert body
                return str(re.findall(r"http\S+/confirm/", str(body.get_content()))[0])
        time.sleep(0.1)
    raise AssertionError(f"no mail to {address}")


def endorse(site: Installation, name: str) -> str:
    """Fill in the form, and return the link that is mailed."""
    visitor = Browser(site.url)
    visitor.open(f"/appeals/{SLUG}/endorse/")
    visitor.submit(organisation_name=name, contact_email=f"{name.lower()}@fund.example", **FORM)
    assert "Check your e-mail" in visitor.page
    return mailed_link(site, f"{name.lower()}@fund.example")


def test_every_key_is_replaced_while_requests_are_answered(processes: Processes) -> None:
    """Takes a minute: four processes start four times."""
    site, new = processes.site, generate_keys()
    old = {name: site.environment[name] for name in new if name != "CONTACT_INDEX_KEY"}
    several = ("SECRET_KEY", "CODE_KEY", "CONTACT_PRIVATE_KEY")
    both_known = old | {name: f"{old[name]},{new[name]}" for name in several}
    new_in_use = old | {name: f"{new[name]},{old[name]}" for name in several}
    new_in_use["CONTACT_PUBLIC_KEY"] = new["CONTACT_PUBLIC_KEY"]
    old_gone = {name: new[name] for name in old} | {"CODE_KEY": new_in_use["CODE_KEY"]}

    processes.restart(old)
    staff = Browser(f"http://127.0.0.1:{processes.ports['staff']}")
    staff.open("/admin/")
    staff.submit(username="chief", password="a long pass phrase")
    slow, confirmed = Browser(site.url), Browser(site.url)
    with Steady(processes) as steady:
        slow.open(f"/appeals/{SLUG}/endorse/")
        early, late = endorse(site, "Early"), endorse(site, "Late")
        confirmed.open(early)
        confirmed.submit()
        (code,) = REMOVAL_CODE.findall(confirmed.page)
        result = confirmed.address

        processes.restart(both_known)
        processes.restart(new_in_use)
        assert REMOVAL_CODE.findall(confirmed.open(result)) == [code], "the page can be loaded again"
        slow.submit(organisation_name="Slow", contact_email="slow@fund.example", **FORM)
        assert "Check your e-mail" in slow.page
        assert mailed_link(site, "slow@fund.example")
        confirmed.open(late)
        confirmed.submit()
        assert REMOVAL_CODE.findall(confirmed.page) not in ([], [code])
        assert "/admin/login/" not in (staff.open("/admin/") and staff.address), "the session goes on"

        site.environment |= new_in_use
        assert "were encrypted with the current key" in site.python("manage.py", "rotate_keys")
        processes.restart(old_gone)
        assert endorse(site, "Last")
        visitor = Browser(site.url)
        visitor.open(f"/appeals/{SLUG}/change/")
        (form,) = [form for form in Forms(visitor.page).found if "code" in form[1]]
        visitor.open(form[0] or visitor.address, form[1] | {"code": code})
        assert "Early" in visitor.page, "a code made with the old CODE_KEY works"
    assert steady.failed == 0
    record_figure(
        "key rotation",
        f"four keys replaced in three rounds of restarts: {steady.answered:,} requests answered, {steady.failed} not; "
        "links, codes, forms and a session went on",
    )
