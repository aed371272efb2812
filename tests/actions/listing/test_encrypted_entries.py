"""Who can read an encrypted entry; and erased content is not left in the database's files."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from petition.actions.listing.entries import get_entry_text_for_staff
from petition.actions.moderation import decisions
from petition.actions.operations import retention
from petition.models import Appeal, Endorsement
from petition.security.encryption import decrypt_column
from tests import factories
from tests.factories import MODERATOR, NOON

FUND = {"organisation_name": "Canary Fund", "acronym": "CF"}
ENTRY = "Canary Fund (CF, Kyrgyzstan)"


def _reload(endorsement: Endorsement) -> Endorsement:
    return Endorsement.objects.get(pk=endorsement.pk)


def read_database_files() -> bytes:
    """Return all bytes of SQLite's files, read by another process.

    A process that closes a file loses its locks on it: if it read these files itself, another process could delete
    the write-ahead log that its connection uses (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    path = str(connection.settings_dict["NAME"])
    paths = [path + end for end in ("", "-wal", "-shm", "-journal") if Path(path + end).exists()]
    return subprocess.run(["cat", *paths], check=True, stdout=subprocess.PIPE).stdout


def test_staff_read_an_encrypted_entry_while_it_can_be_decided(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal, at=NOON, display="withheld", **FUND)
    assert get_entry_text_for_staff(_reload(endorsement)) == ENTRY
    decisions.approve(endorsement.pk, by=MODERATOR, at=NOON)
    assert _reload(endorsement).organisation_name == ""
    assert get_entry_text_for_staff(_reload(endorsement)) == ENTRY
    factories.withdraw_for_good(endorsement.pk, by=MODERATOR, at=NOON)
    assert get_entry_text_for_staff(_reload(endorsement)) == ""


def test_a_process_without_the_key_shows_no_encrypted_entry(appeal: Appeal, settings: Settings) -> None:
    endorsement = factories.approved(appeal, at=NOON, display="withheld", **FUND)
    settings.CONTACT_PRIVATE_KEYS = []
    assert get_entry_text_for_staff(_reload(endorsement)) == ""


@pytest.mark.usefixtures("committed")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="it reads SQLite's own files")
def test_erased_content_is_neither_in_the_file_nor_in_its_wal() -> None:
    factories.mails_left(factories.submitted(factories.an_appeal(), at=NOON, **FUND)[0])
    contact = Endorsement.objects.get(origin="form").contact
    sealed = contact.sealed_mailbox
    assert decrypt_column(contact, "sealed_mailbox").endswith("@fund.example")
    assert b"Canary Fund" in read_database_files()
    assert sealed.encode() in read_database_files()
    retention.purge(at=NOON + timedelta(days=7))
    assert b"Canary Fund" not in read_database_files()
    assert sealed.encode() not in read_database_files()
