"""The desk against a flood: a few presses for thousands, what came since left alone, and everything back in a few more."""

import html
import random
import re
import string
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from petition.actions import batches, quarantine, site_state
from petition.models import Appeal, AuditEvent, Batch, Endorsement, Level, SiteState
from tests.admin.test_deeds import ESCAPED, SCRIPT
from tests.factories import MODERATOR, NOON, SLUG, confirmed, submitted
from tests.models.rows import all_confirmed, in_bulk
from tests.test_translations import english_left_in

FLOODS = "/admin/floods/"
MINUTE = timedelta(minutes=1)


class Desk:
    """A moderator who opens pages and presses buttons, and counts."""

    def __init__(self, client: Client) -> None:
        self.client, self.presses, self.page = client, 0, ""
        self.path = "/admin/"
        self._arrived(client.get("/admin/"))

    def _arrived(self, response: Any) -> None:
        assert response.status_code == 200
        self.page = response.content.decode()

    def follow(self, path: str) -> None:
        """Presses a link, which is there."""
        assert f'href="{path}"' in self.page
        self.presses += 1
        self.path = path
        self._arrived(self.client.get(path))

    def press(self, button: str) -> None:
        """Presses the first button with this class, in its form as it stands."""
        form = next(form for form in re.findall(r"<form .*?</form>", self.page, re.S) if f'class="{button}"' in form)
        action = re.search(r'<form [^>]*action="([^"]+)"', form)
        sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        tag = re.search(f'<button ([^>]*)class="{button}"', form)
        assert tag
        if named := re.search(r'name="([^"]+)" value="([^"]*)"', tag[1]):
            sent[named[1]] = named[2]
        self.presses += 1
        self.path = action[1] if action else self.path
        told = {name: html.unescape(value) for name, value in sent.items()}
        response = self.client.post(self.path, told, follow=True)
        self.path = response.redirect_chain[-1][0] if response.redirect_chain else self.path
        self._arrived(response)
        while batches.go_on():
            pass  # the worker, if the machine is so slow that anything was left to it


def a_name(chance: random.Random) -> str:
    return " ".join("".join(chance.choices(string.ascii_lowercase, k=9)) for _ in range(3))


def fakes(count: int, chance: random.Random) -> list[dict[str, Any]]:
    """Three floods: one domain; one network within an hour; one mould of names, filled in by a program."""

    def columns(number: int) -> dict[str, Any]:
        plain = {"organisation_name": a_name(chance), "domain_index": f"d{number}", "network_index": f"n{number}"}
        plain |= {"seconds_to_fill": chance.randint(20, 300), "submitted_at": NOON + number * timedelta(hours=5) / count}
        match number % 3:
            case 0:
                return plain | {"domain_index": "one"}
            case 1:
                return plain | {"network_index": "one"}
            case _:
                return plain | {"organisation_name": f"Fund for Peace No. {number}"}

    return [columns(number) for number in range(count)]


def honest(chance: random.Random) -> list[dict[str, Any]]:
    """Fifty: some behind the network of one office, some behind a city's, twenty with free mail, names that begin alike."""
    return [
        {
            "organisation_name": f"Human Rights Centre {a_name(chance)}",
            "domain_index": "" if number % 5 < 2 else f"h{number}",
            "network_index": "office" if number < 6 else f"city{number % 3}",
            "seconds_to_fill": chance.randint(25, 900),
            "submitted_at": NOON + number * 6 * MINUTE,
        }
        for number in range(50)
    ]


def quarantined() -> int:
    return Endorsement.objects.quarantined().count()


def test_ten_thousand_fakes_are_set_aside_in_five_presses_and_back_in_five(staff: Client, appeal: Appeal) -> None:
    chance = random.Random(1)
    good = in_bulk(appeal, honest(chance))
    all_confirmed(good[::2])
    bad = in_bulk(appeal, fakes(10_000, chance))
    all_confirmed(bad[::10])
    rows = Endorsement.objects.filter(pk__in=[row.pk for row in good]).order_by("pk")
    untouched, states = list(rows.values_list()), list(Endorsement.objects.order_by("pk").values_list("pk", "state"))

    group_by_group, began = Desk(staff), time.monotonic()
    group_by_group.follow(FLOODS)
    for _ in range(3):
        group_by_group.press("desk-aside")
    assert time.monotonic() - began < 30
    assert (quarantined(), group_by_group.presses) == (10_000, 4)
    assert "Nothing looks like a flood." in group_by_group.page
    back = Desk(staff)
    back.follow("/admin/batches/")
    for _ in range(3):
        back.press("desk-undo")
    assert (quarantined(), back.presses) == (0, 4)

    at_once, began = Desk(staff), time.monotonic()
    at_once.follow(FLOODS)
    at_once.press("desk-all-aside")
    assert time.monotonic() - began < 30
    assert (quarantined(), at_once.presses) == (10_000, 2)
    at_once.follow(f"/admin/batches/{Batch.objects.latest('pk').pk}/")
    at_once.press("desk-undo")
    assert (quarantined(), at_once.presses) == (0, 4)

    assert list(rows.values_list()) == untouched
    assert list(Endorsement.objects.order_by("pk").values_list("pk", "state")) == states
    assert AuditEvent.objects.filter(verb="quarantine").count() == 20_000, "each is on record, each time"
