"""The top of each staff page: five groups, those of the role, and no path of breadcrumbs."""

import re

import pytest
from django.test import Client

from petition.models import Appeal, Role
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import an_appeal, confirmed


def groups(page: str) -> list[tuple[str, bool]]:
    """Return each group of the menu, and whether it is current."""
    (shown,) = re.findall(r'<nav class="staff-menu".*?</ul>', page, re.S)
    found = re.findall(r'<li><a href="[^"]+"( aria-current="true")?>([^<]+)</a></li>', shown)
    return [(label, bool(current)) for current, label in found]


def submenu(page: str) -> list[tuple[str, bool]]:
    """Return the pages of the current group, and whether each is open."""
    (shown,) = re.findall(r'<ul class="staff-submenu">(.*?)</ul>', page, re.S) or ("",)
    found = re.findall(r'<a href="[^"]+"( aria-current="page")?>([^<]+)</a>', shown)
    return [(label, bool(current)) for current, label in found]


@pytest.mark.parametrize(
    ("role", "path", "wanted"),
    [
        (Role.MODERATOR, "", ["Queue", "Public list", "Site"]),
        (Role.EDITOR, "texts/", ["Public list", "Appeal", "Site"]),
        (Role.ADMINISTRATOR, "staff/", ["Appeal", "Site", "Team"]),
        (Role.AUDITOR, "petition/auditevent/", ["Site"]),
    ],
)
def test_each_role_has_its_groups(appeal: Appeal, role: Role, path: str, wanted: list[str]) -> None:
    page = create_client(create_account("one", role)).get(f"/admin/{path}").content.decode()
    assert [label for label, _ in groups(page)] == wanted
    assert "breadcrumbs" not in page


def test_a_page_without_a_label_is_in_its_group(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    page = staff.get(f"/admin/endorsements/{row.pk}/").content.decode()
    assert ("Queue", True) in groups(page)
    assert ("Public list", False) in groups(page)
    assert submenu(page)[0] == ("Endorsements", False)
    assert not any(is_open for _, is_open in submenu(page))
    assert ("Endorsements", True) in submenu(staff.get("/admin/").content.decode())
    assert ("Signatories", True) in submenu(staff.get("/admin/lines/").content.decode())


@pytest.mark.parametrize(("role", "path", "offered"), [(Role.MODERATOR, "", True), (Role.EDITOR, "texts/", False)])
def test_the_search_is_offered_to_those_who_may_use_it(appeal: Appeal, role: Role, path: str, offered: bool) -> None:
    page = create_client(create_account("one", role)).get(f"/admin/{path}").content.decode()
    assert ('<form action="/admin/search/"' in page) == offered


def test_appeals_are_offered_where_there_are_several(staff: Client, appeal: Appeal) -> None:
    assert 'action="/admin/appeal/"' not in staff.get("/admin/").content.decode()
    an_appeal("other")
    page = staff.get("/admin/lines/").content.decode()
    assert 'action="/admin/appeal/"' in page
    assert '<input type="hidden" name="back" value="/admin/lines/">' in page
