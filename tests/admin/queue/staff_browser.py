"""A moderator's browser, and the two pages of a bulk action, for tests."""

import html
import re
from typing import Any

from django.test import Client

from petition.actions.moderation import batches
from petition.models import Endorsement


class StaffBrowser:
    """A moderator's browser, which counts presses."""

    def __init__(self, client: Client) -> None:
        self.client, self.presses, self.page = client, 0, ""
        self.path = "/admin/"
        self._arrived(client.get("/admin/"))

    def _arrived(self, response: Any) -> None:
        assert response.status_code == 200
        self.page = response.content.decode()

    def follow(self, path: str) -> None:
        """Follow a link of the page."""
        assert f'href="{path}"' in self.page
        self.presses += 1
        self.path = path
        self._arrived(self.client.get(path))

    def press(self, button: str) -> None:
        """Press the first button with this class, with the fields of its form."""
        form = next(form for form in re.findall(r"<form .*?</form>", self.page, re.S) if f'class="{button}"' in form)
        action = re.search(r'<form [^>]*action="([^"]+)"', form)
        sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        tag = re.search(f'<button ([^>]*)class="{button}"', form)
        assert tag
        if named := re.search(r'name="([^"]+)" value="([^"]*)"', tag[1]):
            sent[named[1]] = named[2]
        self.presses += 1
        self.path = action[1] if action else self.path
        values = {name: html.unescape(value) for name, value in sent.items()}
        response = self.client.post(self.path, values, follow=True)
        self.path = response.redirect_chain[-1][0] if response.redirect_chain else self.path
        self._arrived(response)
        while batches.continue_batches():
            pass  # the worker, if the machine is so slow that anything was left to it


def quarantined() -> int:
    return Endorsement.objects.on_hold().count()


def preview(staff: Client, action: str, **sent: Any) -> str:
    response = staff.post("/admin/bulk/", {"deed": action, "which": "ticked", "query": "state=confirmed"} | sent)
    assert response.status_code == 200
    return str(response.content.decode())


def carry_out(staff: Client, page: str) -> str:
    shown = re.search(r'name="shown" value="([^"]+)"', page)
    assert shown
    return str(staff.post("/admin/bulk/", {"shown": html.unescape(shown[1])}, follow=True).content.decode())
