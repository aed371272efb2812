"""After a restore without the journal no list is published, in no format and not even the 35, until it was checked."""

from pathlib import Path

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client

from petition.actions import restoring
from petition.actions.audit import OPERATOR
from petition.models import Appeal, AuditEvent, Signatory, SiteState
from petition.publishing import manifest
from petition.publishing.mirror.keeping import write
from petition.publishing.site import Door
from petition.vocabulary import clock
from tests import factories
from tests.admin.people import an_account, browser_of
from tests.factories import NOON, SLUG
from tests.models.rows import a_change, an_edition


@pytest.fixture
def held(appeal: Appeal) -> list[str]:
    """Every name of an appeal whose list is held back."""
    factories.approved(appeal, organisation_name="Made-up Further Fund")
    a_change(Signatory.objects.get(kind="further"))
    an_edition(appeal)
    restoring._hold_list_back(by=OPERATOR, at=NOON)
    return list(Signatory.objects.values_list("name", flat=True))


READABLE = {"appeal", "text", "accessibility", "privacy", "robots", "sitemap", "schema"}


def test_no_published_address_names_anybody(held: list[str], client: Client) -> None:
    assert len(held) == 36
    seen = set()
    for place in manifest.places():
        answer = client.get(place.path)
        assert answer.status_code == (200 if place.route in READABLE else 503), place.path
        if place.route != "text":  # the statement's own words are not the list
            assert [name for name in held if name in answer.content.decode(errors="replace")] == [], place.path
        seen.add(place.route)
    assert len(seen) > 20
    assert client.get(f"/appeals/{SLUG}/signatories/?q=fund").status_code == 503
    assert client.get(f"/appeals/{SLUG}/signatories/original-12/").status_code == 503


def test_the_page_says_why_and_has_the_text(held: list[str], client: Client) -> None:
    page = client.get(f"/appeals/{SLUG}/")
    assert "restored from a backup" in page.text
    assert 'id="demand-8"' in page.text
    assert page["Cache-Control"] == "no-store"
    data = client.get(f"/appeals/{SLUG}/signatories.json")
    assert data["Cache-Control"] == "no-store"
    assert int(data["Retry-After"]) > 0


def test_an_organisation_is_still_in_charge_of_its_name(held: list[str], client: Client) -> None:
    assert client.get(f"/appeals/{SLUG}/endorse/").status_code == 200
    assert client.get(f"/appeals/{SLUG}/change/").status_code == 200


def test_what_is_in_memory_goes_as_well(appeal: Appeal) -> None:
    factories.approved(appeal, organisation_name="Made-up Further Fund")
    door = Door(get_wsgi_application())
    door.look()
    before = door._seen
    restoring._hold_list_back(by=OPERATOR, at=NOON)
    door.look()
    assert door._seen != before


@pytest.mark.usefixtures("committed")  # the application closes its connections, as it does for visitors
def test_a_mirror_is_made_without_lists(tmp_path: Path) -> None:
    factories.approved(factories.an_appeal(), organisation_name="Made-up Further Fund")
    restoring._hold_list_back(by=OPERATOR, at=NOON)
    held = list(Signatory.objects.values_list("name", flat=True))
    write(tmp_path / "mirror", get_wsgi_application(), lambda done, of: None)
    pages = list((tmp_path / "mirror").rglob("*.html"))
    assert len(pages) > 5
    assert [path for path in pages if any(name in path.read_text(encoding="utf-8") for name in held)] == []


def test_an_administrator_who_says_again_who_is_there_publishes_it(held: list[str], client: Client) -> None:
    moderator = browser_of(an_account("moderator", "moderator"))
    assert moderator.post("/admin/held-list/").status_code == 403
    assert "No list is published until" in moderator.get("/admin/").text
    account = an_account("administrator", "administrator")
    assert "/admin/reauthenticate/" in browser_of(account, said_who=3600).get("/admin/held-list/")["Location"]
    administrator = browser_of(account)
    assert "Removals were checked" in administrator.get("/admin/held-list/").text
    assert SiteState.objects.list_is_held_back()
    done = administrator.post("/admin/held-list/", follow=True)
    assert "The list is published again." in done.text
    assert "Held-back list</a>" not in done.text.split("<main", 1)[0].split("breadcrumbs")[0]
    event = AuditEvent.objects.get(verb="publish_list")
    assert (event.actor_kind, event.actor_id, event.subject_kind) == ("staff", account.pk, "sitestate")
    assert "Made-up Further Fund" in client.get(f"/appeals/{SLUG}/").text


def test_nothing_is_held_back_on_a_site_that_was_never_restored(appeal: Appeal) -> None:
    assert not SiteState.objects.list_is_held_back()
    factories.see_worker(at=clock.now())
    assert not SiteState.objects.list_is_held_back()
