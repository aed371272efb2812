"""Nothing public shows when a name was removed: all bytes are the same for any time.

Each removal is made twice, at two moments, from the same state of the database: what visitors get must not differ.
"""

import os
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from petition.actions.appeals.opening import Opening, set_opening
from petition.actions.endorsing import withheld_count
from petition.actions.listing import revision
from petition.actions.listing.editions import freeze
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import decisions, undo
from petition.actions.self_service import corrections
from petition.models import Appeal, Endorsement, Kind, PrivateLink, Purpose
from petition.publishing import public_paths
from petition.publishing.exports import file_cache
from petition.publishing.mirror.ownership import CHECKSUMS_FILE
from petition.publishing.mirror.writer import write_mirror
from petition.reference import clock
from tests import factories
from tests.actions.self_service import leaving
from tests.factories import MODERATOR, NOON, SECOND, SLUG
from tests.publishing.mirror.test_mirror import CountingSite, ignore_progress

pytestmark = pytest.mark.long

FIRST = NOON + timedelta(days=26, hours=5, minutes=41, seconds=23, microseconds=456_789)
SECOND_TIME = FIRST + timedelta(days=33, hours=7, minutes=12, seconds=11, microseconds=111_111)
SLOW = {"pdf", "docx", "card", "edition_pdf", "edition_docx"}
"""Routes that start a process for each response."""
DIFFERENT = {"appeal", "changes", "feed", "appeal_json", "signatories_json", "edition"}
"""One route for each kind of list."""
Happening = Callable[[datetime], object]


@pytest.fixture
def fund(appeal: Appeal) -> Endorsement:
    """A list with an edition, a correction, a removal, a note, and those not named."""
    factories.approved(appeal)
    corrected = factories.approved(appeal)
    decisions.set_public_note(SLUG, Kind.ORIGINAL, 1, "Closed in 2023.", by=MODERATOR, at=NOON)
    link = PrivateLink.objects.filter(endorsement=corrected, purpose=Purpose.OWN_PAGE).latest("pk")
    corrections.propose_correction(link.digest, EntryProposal("Other Fund", "", "KG"), at=NOON)
    corrections.accept_correction(corrected.corrections.get().pk, by=MODERATOR, at=NOON)
    for _ in range(2):
        _counted(appeal)
    withheld_count.refresh_published_counts(at=NOON)
    freeze(SLUG, dated=NOON.date(), addressee="The President", by=MODERATOR, at=NOON)
    return factories.approved(appeal, organisation_name="Leaving Fund")


def _counted(appeal: Appeal) -> Endorsement:
    endorsement = factories.approved(appeal, display="withheld")
    Endorsement.objects.filter(pk=endorsement.pk).update(checked_how="own_channel")
    return withheld_count.count_withheld(endorsement.pk, by=SECOND, at=NOON)


def _own(endorsement: Endorsement) -> str:
    return PrivateLink.objects.filter(endorsement=endorsement, purpose=Purpose.OWN_PAGE).latest("pk").digest


def _withdraw_one_not_named(at: datetime) -> None:
    endorsement = Endorsement.objects.filter(counted_at__isnull=False).latest("pk")
    decisions.withdraw(endorsement.pk, by=MODERATOR, at=at)
    withheld_count.refresh_published_counts(at=at + timedelta(days=1))


def _hide_and_take_back(at: datetime) -> None:
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=at)
    hidden = Endorsement.objects.get(signatory__kind=Kind.FURTHER, signatory__number=1)
    undo.undo_decision(hidden.pk, by=MODERATOR, at=at)


def _leaving() -> Endorsement:
    return Endorsement.objects.get(organisation_name="Leaving Fund")


REMOVALS: dict[str, Happening] = {
    "hide": lambda at: decisions.hide(SLUG, Kind.FURTHER, 3, by=MODERATOR, at=at),
    "hide an original": lambda at: decisions.hide(SLUG, Kind.ORIGINAL, 7, by=MODERATOR, at=at),
    "withdraw": lambda at: decisions.withdraw(_leaving().pk, by=MODERATOR, at=at),
    "revoke": lambda at: decisions.revoke(_leaving().pk, by=MODERATOR, at=at),
    "stop being named": lambda at: leaving.stop_being_named(_own(_leaving()), at=at),
    "leave": lambda at: leaving.withdraw(_own(_leaving()), at=at),
    "one not named leaves": _withdraw_one_not_named,
    "hide and take back": _hide_and_take_back,
}
WHOLE = set(REMOVALS) if os.environ.get("EVIDENCE_FULL") else {"hide", "leave", "one not named leaves"}
"""After these every page is checked."""


NO_REMOVALS: dict[str, Happening] = {
    "list": lambda at: factories.approved(Appeal.objects.get(), at=at),
    "note": lambda at: decisions.set_public_note(SLUG, Kind.ORIGINAL, 2, "Has moved.", by=MODERATOR, at=at),
    "edition": lambda at: freeze(SLUG, dated=date(2027, 3, 1), addressee="The Court", by=MODERATOR, at=at),
}


def _get_pages(
    client: Client, routes: Callable[[str], bool], languages: tuple[str, ...]
) -> dict[str, tuple[str, bytes]]:
    """Return headers and body of each published path."""
    places = [
        place for place in public_paths.list_public_pages() if routes(place.route) and place.language in languages
    ]
    assert places
    pages = {}
    for place in places:
        response = client.get(place.path)
        assert response.status_code == 200, place.path
        pages[place.path] = (repr(sorted(response.headers.items())), response.getvalue())
    return pages


def _is_quick(route: str) -> bool:
    return route not in SLOW


def _get_pages_after(
    happening: Happening, at: datetime, get_pages: Callable[[], dict[str, tuple[str, bytes]]]
) -> object:
    """Return the pages after it happened at `at`, and roll it back."""
    with transaction.atomic():
        happening(at)
        pages = get_pages()
        transaction.set_rollback(True)
    return pages


@pytest.fixture
def streaming(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: object) -> Iterator[None]:
    """Make every export a file, as with a long list; each request makes it again."""
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    monkeypatch.setattr(file_cache, "MAX_BYTES_IN_MEMORY", 10)
    yield


def test_pages_and_data_show_no_removal_date(client: Client, fund: Endorsement) -> None:
    """Every page after a removal by staff, by the organisation and of one not named; after the others those that differ
    most, or with EVIDENCE_FULL=1 every page. At two moments each: six seconds."""

    def get_pages_of(routes: Callable[[str], bool]) -> dict[str, tuple[str, bytes]]:
        return _get_pages(client, routes, ("en",))

    with clock.freeze(SECOND_TIME):
        for routes, names in ((_is_quick, WHOLE), (DIFFERENT.__contains__, REMOVALS.keys() - WHOLE)):
            get_pages = partial(get_pages_of, routes)
            before = get_pages()
            for name in sorted(names):
                first, second = (_get_pages_after(REMOVALS[name], at, get_pages) for at in (FIRST, SECOND_TIME))
                assert first == second, name
                assert first != before, f"{name}: the removal is seen"
    assert Appeal.objects.get().as_of == NOON.date()


def test_additions_and_corrections_change_the_date(client: Client, fund: Endorsement) -> None:
    """The comparison above can fail: an addition shows its day, and nothing else."""

    def get_pages() -> dict[str, tuple[str, bytes]]:
        return _get_pages(client, lambda route: route == "appeal_json", ("en",))

    hour_later = FIRST + timedelta(hours=1)
    for name, happening in NO_REMOVALS.items():
        first, same_day, later = (_get_pages_after(happening, at, get_pages) for at in (FIRST, hour_later, SECOND_TIME))
        assert first == same_day, name
        assert first != later, name


def test_other_languages_and_search_show_no_removal_date(client: Client, fund: Endorsement) -> None:
    def get_pages() -> dict[str, tuple[str, bytes]]:
        pages = _get_pages(client, lambda route: route not in SLOW, ("ru", "ky"))
        response = client.get(f"/ru/appeals/{SLUG}/signatories/", {"q": "fund"})
        return pages | {"found": (repr(sorted(response.headers.items())), response.content)}

    with clock.freeze(SECOND_TIME):
        times = [_get_pages_after(REMOVALS["hide"], at, get_pages) for at in (FIRST, SECOND_TIME)]
    assert times[0] == times[1]


@pytest.mark.usefixtures("in_process")
def test_documents_and_card_show_no_removal_date(client: Client, fund: Endorsement) -> None:
    def get_pages() -> dict[str, tuple[str, bytes]]:
        return _get_pages(client, SLOW.__contains__, ("en",))

    times = [_get_pages_after(REMOVALS["hide"], at, get_pages) for at in (FIRST, SECOND_TIME)]
    assert times[0] == times[1]


@pytest.mark.usefixtures("streaming")
def test_exported_files_show_no_removal_date(client: Client, fund: Endorsement) -> None:
    def get_pages() -> dict[str, tuple[str, bytes]]:
        pages = {}
        for encoding in ("", "gzip"):
            response = client.get(f"/appeals/{SLUG}/signatories.json", headers={"accept-encoding": encoding})
            body = response.getvalue()
            assert response.streaming
            assert encoding == "" or body[4:8] == bytes(4), "the time in the head of gzip (RFC 1952, 2.3.1)"
            pages[encoding] = (repr(sorted(response.headers.items())), body)
        for path in file_cache._exports_folder().rglob("*.json"):
            path.unlink()  # so that the next look makes it again
        return pages

    times = [_get_pages_after(REMOVALS["hide"], at, get_pages) for at in (FIRST, SECOND_TIME)]
    assert times[0] == times[1]


@pytest.mark.parametrize("name", ["site", "site.zip"])
def test_the_files_of_a_mirror_are_dated_by_the_last_addition_and_each_mirror_is_newer(
    fund: Endorsement, tmp_path: Path, name: str
) -> None:
    """A file server sends times as Last-Modified; if that is its only validator, it must show a change."""

    def times() -> set[float]:
        mirror = tmp_path / name
        return {path.stat().st_mtime for path in (mirror, *mirror.rglob("*"))}

    midnight = datetime(2026, 11, 23, tzinfo=NOON.tzinfo).timestamp()
    write_mirror(tmp_path / name, CountingSite(), ignore_progress)
    assert times() == {midnight}
    decisions.hide(SLUG, Kind.FURTHER, 3, by=MODERATOR, at=FIRST)
    write_mirror(tmp_path / name, CountingSite(), ignore_progress)
    assert times() == {midnight + 1}
    factories.approved(Appeal.objects.get(), at=FIRST)
    write_mirror(tmp_path / name, CountingSite(), ignore_progress)
    assert times() == {datetime(2026, 12, 19, tzinfo=NOON.tzinfo).timestamp()}
    assert os.path.lexists(tmp_path / name / CHECKSUMS_FILE) is (name == "site")


def test_the_date_never_moves_back_and_new_revisions_keep_it(appeal: Appeal) -> None:
    factories.approved(appeal, at=FIRST)
    factories.approved(appeal, at=NOON)
    assert Appeal.objects.get().as_of == FIRST.date()
    with transaction.atomic():
        revision.bump_revision(Appeal.objects.select_for_update().get(), at=SECOND_TIME)
    set_opening(SLUG, Opening(None, SECOND_TIME), by=MODERATOR, at=SECOND_TIME)
    assert Appeal.objects.get().as_of == FIRST.date()
