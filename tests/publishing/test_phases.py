"""Each public path in each phase of an appeal, in three languages: what it answers, and that JSON fits its schema."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import translation

from petition.actions.appeals import states
from petition.actions.appeals.opening import Opening, set_opening
from petition.actions.listing import editions
from petition.actions.operations.site_state import set_level
from petition.models import Appeal, Level
from petition.models.appeals import Phase
from petition.publishing.public_paths import PublicPage, list_public_pages
from petition.reference import clock
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG
from tests.publishing import once
from tests.publishing.readers import PREFIXES
from tests.web.public.test_open_data import validator

HOUR = timedelta(hours=1)
NAME = "Fund Qx77z"


def opening(opens_at: datetime | None, closes_at: datetime | None) -> Callable[[], None]:
    return lambda: set_opening(SLUG, Opening(opens_at, closes_at, "Asia/Bishkek", ""), by=MODERATOR, at=NOON)


def pause() -> None:
    set_level(Level.CLOSED, by=MODERATOR, at=NOON)


BEGIN: dict[Phase, Callable[[], None]] = {
    Phase.UPCOMING: opening(NOON + HOUR, None),
    Phase.OPEN: opening(NOON - HOUR, NOON + HOUR),
    Phase.PAUSED: pause,
    Phase.CLOSED: opening(None, NOON - HOUR),
    Phase.ARCHIVED: lambda: states.archive(SLUG, by=MODERATOR, at=NOON),
    Phase.TAKEN_DOWN: lambda: states.take_down(SLUG, by=MODERATOR, at=NOON),
}
SENTENCES = {
    Phase.UPCOMING: "Organisations can endorse it from %(when)s.",
    Phase.OPEN: "It closes on %(when)s.",
    Phase.CLOSED: "It closed on %(when)s.",
    Phase.ARCHIVED: "This appeal is archived. It accepts no more endorsements.",
}


def test_every_phase_that_the_public_can_see_is_here() -> None:
    assert set(Phase) - set(BEGIN) == {Phase.DRAFT}


@pytest.mark.parametrize("phase", BEGIN)
def test_each_path_answers_what_it_must(client: Client, appeal: Appeal, phase: Phase) -> None:
    """Some eighty paths, nine of them documents that take 0.2 s each."""
    factories.approved(appeal, organisation_name=NAME)
    editions.freeze(SLUG, dated=NOON.date(), addressee="The Parliament", by=MODERATOR, at=NOON)
    with clock.freeze(NOON), once.documents_in_process():
        pages = list_public_pages()
        BEGIN[phase]()
        is_gone = phase is Phase.TAKEN_DOWN
        wrong = {page.path: found for page in pages if (found := read(client, page, is_gone=is_gone))}
        assert wrong == {}
        for language, prefix in PREFIXES.items():
            page = client.get(f"{prefix}/appeals/{SLUG}/").content.decode()
            form = client.get(f"{prefix}/appeals/{SLUG}/endorse/").content.decode()
            assert (NAME in page) is not is_gone
            assert ('name="organisation_name"' in form) is (phase is Phase.OPEN)
            if phase in SENTENCES:
                assert start_of(SENTENCES[phase], language) in page
                assert start_of(SENTENCES[phase], language) in form or phase is not Phase.OPEN


def start_of(sentence: str, language: str) -> str:
    """Return the translated sentence as far as it has no date."""
    with translation.override(language):
        return translation.gettext(sentence).partition("%")[0].strip() or "%"


def read(client: Client, page: PublicPage, *, is_gone: bool) -> str:
    """Return what is wrong with the answer, or ""."""
    response = client.get(page.path)
    expected = 410 if is_gone and SLUG in page.path else 404 if is_gone and page.route == "home" else None
    allowed = {expected} if expected else {200, 302}
    if response.status_code not in allowed:
        return f"status {response.status_code}"
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    if is_gone and (NAME.encode() in content or b"Helsinki" in content):
        return "it names an organisation"
    if response.status_code == 200 and page.path.endswith(".json") and "/schemas/" not in page.path:
        fields = json.loads(content)
        if "$schema" in fields:
            return "; ".join(error.message for error in validator(client, fields).iter_errors(fields))
    return ""
