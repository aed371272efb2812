"""Who may still read a sealed line; and what was erased is not left lying in the database's files."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from petition.actions.listing.entries import line_for_staff
from petition.actions.moderation import decisions
from petition.actions.operations import retention
from petition.models import Appeal, Endorsement
from petition.security.encryption import opened
from tests import factories
from tests.factories import MODERATOR, NOON

FUND = {"organisation_name": "Canary Fund", "acronym": "CF"}
LINE = "Canary Fund (CF, Kyrgyzstan)"


def _fresh(endorsement: Endorsement) -> Endorsement:
    return Endorsement.objects.get(pk=endorsement.pk)


def written() -> bytes:
    """All bytes of SQLite's file and its journal."""
    path = str(connection.settings_dict["NAME"])
    return b"".join(Path(path + end).read_bytes() for end in ("", "-wal") if Path(path + end).exists())


def test_staff_reads_a_sealed_line_as_long_as_something_can_be_decided(appeal: Appeal) -> None:
    found = factories.confirmed(appeal, at=NOON, display="withheld", **FUND)
    assert line_for_staff(_fresh(found)) == LINE
    decisions.approve(found.pk, by=MODERATOR, at=NOON)
    assert _fresh(found).organisation_name == ""
    assert line_for_staff(_fresh(found)) == LINE
    factories.withdraw_for_good(found.pk, by=MODERATOR, at=NOON)
    assert line_for_staff(_fresh(found)) == ""


def test_a_process_without_the_key_shows_no_sealed_line(appeal: Appeal, settings: Settings) -> None:
    found = factories.approved(appeal, at=NOON, display="withheld", **FUND)
    settings.CONTACT_PRIVATE_KEYS = []
    assert line_for_staff(_fresh(found)) == ""


@pytest.mark.usefixtures("committed")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="it reads SQLite's own files")
def test_what_was_erased_is_neither_in_the_file_nor_in_its_journal() -> None:
    factories.mails_left(factories.submitted(factories.an_appeal(), at=NOON, **FUND)[0])
    sealed = Endorsement.objects.get(origin="form").contact.sealed_mailbox
    assert opened(sealed).endswith("@fund.example")
    assert b"Canary Fund" in written()
    assert sealed.encode() in written()
    retention.purge(at=NOON + timedelta(days=7))
    assert b"Canary Fund" not in written()
    assert sealed.encode() not in written()
