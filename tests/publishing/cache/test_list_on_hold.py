"""After a restore without the journal no list is published, in no format, until somebody has checked it."""

from pathlib import Path

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client

from petition.actions.audit import OPERATOR
from petition.actions.operations import held_list
from petition.models import Appeal, AuditEvent, Signatory
from petition.models.database.held_list import is_list_held_back
from petition.publishing import public_paths
from petition.publishing.cache.middleware import PublishedPagesMiddleware
from petition.publishing.mirror.writer import write_mirror
from petition.reference import clock
from tests import factories
from tests.admin.staff_accounts import create_account, create_client
from tests.clocks import mark_worker_alive
from tests.factories import NOON, SLUG
from tests.models.rows import a_change, an_edition


@pytest.fixture
def held_names(appeal: Appeal) -> list[str]:
    """Every name of an appeal whose list is on hold."""
    factories.approved(appeal, organisation_name="Made-up Further Fund")
    a_change(Signatory.objects.get(kind="further"))
    an_edition(appeal)
    held_list.hold_list_back(by=OPERATOR, at=NOON)
    return list(Signatory.objects.values_list("name", flat=True))


READABLE = {"appeal", "text", "accessibility", "privacy", "robots", "sitemap", "schema"}


def test_no_published_address_names_anybody(held_names: list[str], client: Client) -> None:
    assert len(held_names) == 36
    routes = set()
    for page in public_paths.list_public_pages():
        response = client.get(page.path)
        assert response.status_code == (200 if page.route in READABLE else 503), page.path
        if page.route != "text":  # the statement's own words are not the list
            assert [name for name in held_names if name in response.content.decode(errors="replace")] == [], page.path
        routes.add(page.route)
    assert len(routes) > 20
    assert client.get(f"/appeals/{SLUG}/signatories/?q=fund").status_code == 503
    assert client.get(f"/appeals/{SLUG}/signatories/original-12/").status_code == 503


def test_the_page_gives_the_reason_and_the_text(held_names: list[str], client: Client) -> None:
    page = client.get(f"/appeals/{SLUG}/")
    assert "We restored this site from a backup" in page.text
    assert 'id="demand-8"' in page.text
    assert page["Cache-Control"] == "no-store"
    data = client.get(f"/appeals/{SLUG}/signatories.json")
    assert data["Cache-Control"] == "no-store"
    assert int(data["Retry-After"]) > 0


def test_an_organisation_can_still_remove_its_name(held_names: list[str], client: Client) -> None:
    assert client.get(f"/appeals/{SLUG}/endorse/").status_code == 200
    assert client.get(f"/appeals/{SLUG}/change/").status_code == 200


def test_pages_in_memory_are_dropped_too(appeal: Appeal) -> None:
    factories.approved(appeal, organisation_name="Made-up Further Fund")
    middleware = PublishedPagesMiddleware(get_wsgi_application())
    middleware.check_for_changes()
    before = middleware._state
    held_list.hold_list_back(by=OPERATOR, at=NOON)
    middleware.check_for_changes()
    assert middleware._state != before


@pytest.mark.usefixtures("committed")  # the application closes its connections, as it does for visitors
def test_a_mirror_has_no_lists(tmp_path: Path) -> None:
    factories.approved(factories.an_appeal(), organisation_name="Made-up Further Fund")
    held_list.hold_list_back(by=OPERATOR, at=NOON)
    held_names = list(Signatory.objects.values_list("name", flat=True))
    write_mirror(tmp_path / "mirror", get_wsgi_application(), lambda done, of: None)
    pages = list((tmp_path / "mirror").rglob("*.html"))
    assert len(pages) > 5
    assert [path for path in pages if any(name in path.read_text(encoding="utf-8") for name in held_names)] == []


def test_an_administrator_publishes_it_after_authenticating_again(held_names: list[str], client: Client) -> None:
    moderator = create_client(create_account("moderator", "moderator"))
    assert moderator.post("/admin/held-list/").status_code == 403
    assert "No list is published until" in moderator.get("/admin/").text
    account = create_account("administrator", "administrator")
    assert "/admin/reauthenticate/" in create_client(account, proved_ago=3600).get("/admin/held-list/")["Location"]
    administrator = create_client(account)
    assert "I checked the removals" in administrator.get("/admin/held-list/").text
    assert is_list_held_back()
    response = administrator.post("/admin/held-list/", follow=True)
    assert "The list is published again." in response.text
    assert "Held-back list</a>" not in response.text.split("<main", 1)[0].split("breadcrumbs")[0]
    event = AuditEvent.objects.get(verb="publish_list")
    assert (event.actor_kind, event.actor_id, event.subject_kind) == ("staff", account.pk, "sitestate")
    assert "Made-up Further Fund" in client.get(f"/appeals/{SLUG}/").text


def test_nothing_is_on_hold_on_a_site_that_was_never_restored(appeal: Appeal) -> None:
    assert not is_list_held_back()
    mark_worker_alive(at=clock.now())
    assert not is_list_held_back()
