"""A published appeal is archived, taken down and put back: what each audience gets meanwhile."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from petition.actions.appeals import states
from petition.actions.appeals.timeline import EntryContent, add_entry
from petition.actions.audit import Actor
from petition.actions.listing import editions
from petition.actions.refusals import NotPossible, SecondPersonNeeded
from petition.actions.self_service import private_links
from petition.models import Appeal, AuditEvent, Endorsement, TimelineKind
from petition.publishing.public_paths import list_public_pages
from petition.reference import clock
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG

FIRST, SECOND = Actor.staff(1), Actor.staff(2)
NAME = "Fund Qx77z"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.freeze(NOON):
        yield


@pytest.fixture
def administrators(db: None) -> None:
    group, _ = Group.objects.get_or_create(name="administrator")
    for name in ("first", "second"):
        User.objects.create_user(name, is_staff=True).groups.add(group)


def list_paths() -> list[str]:
    return [page.path for page in list_public_pages()]


def test_an_archived_appeal_stays_public_and_takes_nothing(client: Client, appeal: Appeal) -> None:
    factories.approved(appeal, organisation_name=NAME)
    states.archive(SLUG, by=FIRST, at=NOON)
    page = client.get(f"/appeals/{SLUG}/").content.decode()
    assert "This appeal is archived. It accepts no more endorsements." in page
    assert NAME in page
    assert client.get(f"/appeals/{SLUG}.json").json()["phase"] == "archived"
    for language in ("", "/ru", "/ky"):
        form = client.get(f"{language}/appeals/{SLUG}/endorse/").content.decode()
        assert 'name="organisation_name"' not in form
    with pytest.raises(NotPossible):
        states.archive(SLUG, by=FIRST, at=NOON)
    states.reopen(SLUG, by=FIRST, at=NOON)
    assert 'name="organisation_name"' in client.get(f"/appeals/{SLUG}/endorse/").content.decode()
    with pytest.raises(NotPossible):
        states.reopen(SLUG, by=FIRST, at=NOON)
    assert list(AuditEvent.objects.filter(subject_kind="appeal").order_by("pk").values_list("verb", flat=True))[
        -2:
    ] == [
        "archive",
        "unarchive",
    ]


def test_after_a_takedown_every_former_path_is_410_and_names_nobody(client: Client, appeal: Appeal) -> None:
    """Some eighty paths, each before and after: a few seconds, most of it for the documents."""
    listed = factories.approved(appeal, organisation_name=NAME)
    words = dict.fromkeys(("en", "ru", "ky"), f"Handed over with {NAME}.")
    entry = EntryContent(TimelineKind.DELIVERED, NOON.date(), "The Parliament", "", words)
    add_entry(SLUG, entry, by=FIRST, at=NOON)
    editions.freeze(SLUG, dated=NOON.date(), addressee="The Parliament", by=FIRST, at=NOON)
    own = [path for path in list_paths() if SLUG in path]
    assert len(own) > 50
    states.take_down(SLUG, by=FIRST, at=NOON)
    assert [path for path in list_paths() if SLUG in path] == []
    links = [f"/appeals/{SLUG}/signatories/original-1/", f"/appeals/{SLUG}/signatories/further-1/"]
    for path in (*own, *links, f"/appeals/{SLUG}/endorse/", f"/ru/appeals/{SLUG}/endorse/"):
        response = client.get(path)
        assert (path, response.status_code) == (path, 410)
        assert NAME.encode() not in response.content
        assert b"Fund" not in response.content
    for path in ("/", "/ru/", "/sitemap.xml", "/robots.txt"):
        assert SLUG not in client.get(path).content.decode()
    for path in (f"/appeals/{SLUG}/change/", f"/ru/appeals/{SLUG}/change/", f"/appeals/{SLUG}/change/code/"):
        page = client.get(path)
        assert (path, page.status_code) == (path, 200)
        assert NAME not in page.content.decode()
    assert client.get("/change/")["Location"] == f"/appeals/{SLUG}/change/"
    own_page = private_links.build_url("own_page", private_links.create_own_page_link(listed), "en")
    assert NAME in client.get(urlsplit(own_page).path).content.decode()


def test_nothing_is_taken_in_for_an_appeal_that_was_taken_down(client: Client, appeal: Appeal) -> None:
    page = client.get(f"/appeals/{SLUG}/endorse/").content.decode()
    states.take_down(SLUG, by=FIRST, at=NOON)
    assert "<form" in page
    sent = {"organisation_name": NAME, "contact_email": "asel@fund.example"}
    assert client.post(f"/appeals/{SLUG}/endorse/", sent).status_code == 410
    assert not Endorsement.objects.exclude(origin="imported").exists()


@pytest.mark.usefixtures("administrators")
def test_one_administrator_takes_down_and_two_put_back(client: Client, appeal: Appeal) -> None:
    states.take_down(SLUG, by=FIRST, at=NOON)
    with pytest.raises(NotPossible):
        states.take_down(SLUG, by=SECOND, at=NOON)
    assert states.put_back(SLUG, by=FIRST, at=NOON) is False
    with pytest.raises(SecondPersonNeeded):
        states.put_back(SLUG, by=FIRST, at=NOON)
    assert client.get(f"/appeals/{SLUG}/").status_code == 410
    states.drop_put_back(SLUG, by=SECOND, at=NOON)
    with pytest.raises(NotPossible):
        states.drop_put_back(SLUG, by=SECOND, at=NOON)
    assert states.put_back(SLUG, by=SECOND, at=NOON) is False
    assert states.put_back(SLUG, by=FIRST, at=NOON) is True
    assert client.get(f"/appeals/{SLUG}/").status_code == 200


def test_a_single_administrator_puts_back_alone(client: Client, appeal: Appeal) -> None:
    states.take_down(SLUG, by=FIRST, at=NOON)
    assert states.put_back(SLUG, by=FIRST, at=NOON) is True
    assert client.get(f"/appeals/{SLUG}/").status_code == 200


def test_removal_and_erasure_go_on_after_a_takedown(client: Client, appeal: Appeal) -> None:
    endorsement = factories.approved(appeal, organisation_name=NAME)
    states.take_down(SLUG, by=FIRST, at=NOON)
    factories.withdraw_for_good(endorsement.pk, by=MODERATOR)
    states.put_back(SLUG, by=FIRST, at=NOON)
    assert NAME not in client.get(f"/appeals/{SLUG}/").content.decode()
