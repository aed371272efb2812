"""The closing stands in page, form, widget, documents, JSON and mail as the same moment, in three languages, on both
sides of a clock change; and the form closes at that moment."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import formats, translation

from petition.actions.appeals.opening import Opening, set_opening
from petition.mail import messages
from petition.models import Appeal
from petition.reference import clock
from tests import factories
from tests.factories import MODERATOR, SLUG, mails
from tests.publishing import once
from tests.publishing.readers import KINDS, PREFIXES, read_document

ZONE, LOCAL = "Europe/Brussels", "02:30"
DAY = datetime(2027, 10, 31, tzinfo=UTC)
# The clocks go back at 3:00: this time comes twice.
FIRST, SECOND = DAY.replace(minute=30), DAY.replace(hour=1, minute=30)
ADDRESSEE = "The Parliament"
PLACE = f"/appeals/{SLUG}"


def expected(language: str, offset: str) -> str:
    with translation.override(language):
        return " ".join(f"{formats.date_format(DAY.date())}, {LOCAL} ({offset})".split())


def read_pages(client: Client, prefix: str) -> dict[str, str]:
    """Return what shows the closing, as text with one space between words."""
    pages = {path: client.get(f"{prefix}{PLACE}/{path}").content.decode() for path in ("", "endorse/", "embed/")}
    documents = {kind: read_document(client.get(f"{prefix}{PLACE}.{kind}").content, kind) for kind in KINDS}
    return {name: " ".join(text.split()) for name, text in (pages | documents).items()}


@pytest.mark.parametrize(("closes_at", "offset", "other"), [(FIRST, "UTC+2", "UTC+1"), (SECOND, "UTC+1", "UTC+2")])
def test_it_is_the_same_everywhere(
    client: Client, appeal: Appeal, closes_at: datetime, offset: str, other: str
) -> None:
    """Nine documents: two seconds."""
    with clock.freeze(FIRST - timedelta(days=1)), once.documents_in_process():
        set_opening(SLUG, Opening(None, closes_at, ZONE, ADDRESSEE), by=MODERATOR, at=clock.now())
        for language, prefix in PREFIXES.items():
            for name, text in read_pages(client, prefix).items():
                assert expected(language, offset) in text, (language, name)
                assert ADDRESSEE in text, (language, name)
                assert f"({other})" not in text, (language, name)
            factories.confirmed(appeal, at=clock.now(), language=language)
            content = [content for message, _, content in mails() if message == "own_page"][-1]
            with translation.override(language):
                mail = messages.render("own_page", content).text
            assert expected(language, offset) in " ".join(mail.split()), language
        content = client.get(f"{PLACE}.json").json()
    assert (content["time_zone"], content["closes_for"]) == (ZONE, ADDRESSEE)
    hours = offset.removeprefix("UTC+")
    assert content["closes_at"] == f"2027-10-31T02:30:00+0{hours}:00"
    assert datetime.fromisoformat(content["closes_at"]) == closes_at


@pytest.mark.parametrize("closes_at", [FIRST, SECOND])
def test_the_form_closes_at_that_moment(client: Client, appeal: Appeal, closes_at: datetime) -> None:
    with clock.freeze(closes_at - timedelta(days=1)):
        set_opening(SLUG, Opening(None, closes_at, ZONE, ""), by=MODERATOR, at=clock.now())
    for since, is_open in ((-1, True), (0, False)):
        with clock.freeze(closes_at + timedelta(seconds=since)):
            page = client.get(f"{PLACE}/endorse/").content.decode()
            phase = client.get(f"{PLACE}.json").json()["phase"]
            assert ('name="organisation_name"' in page, phase == "open") == (is_open, is_open)
