"""The page of one endorsement and what is pressed on it, for tests."""

import re

from django.test import Client

from petition.models import Endorsement


def page(staff: Client, row: Endorsement) -> str:
    return staff.get(f"/admin/endorsements/{row.pk}/").content.decode()


def press(staff: Client, row: Endorsement, what: str, *, status: int = 200, **typed: str) -> str:
    response = staff.post(f"/admin/endorsements/{row.pk}/{what}/", typed, follow=True)
    assert response.status_code == status
    return response.content.decode()


def seen_on(html: str, form: str) -> str:
    """Return the version token in a form of the page."""
    (token,) = re.findall(rf'/{form}/".*?name="seen" value="(\w+)"', html, re.S)
    return str(token)
