"""A withheld name is stored encrypted only: in every state, table, file, dump, backup and log."""

import io
import logging
import os
import secrets
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from petition.actions import stale_forms
from petition.actions.endorsing import withheld_count
from petition.actions.listing.entries import EntryProposal, read_name
from petition.actions.moderation import decisions, manual_entry, spelling, verification
from petition.actions.moderation.verification import CheckResult
from petition.actions.operations import backup, retention
from petition.actions.self_service import corrections
from petition.models import Appeal, Display, Endorsement, Origin, State
from petition.models.endorsements import NAME_FIELDS
from petition.screening.opened_names import load_names
from petition.screening.similarity import build_sound_key
from petition.security import encrypted_files
from petition.security.keys import generate_backup_keys
from petition.text.names import fold, fold_to_latin
from tests import factories, programs
from tests.actions.every_action import ACTIONS, own
from tests.actions.listing import test_encrypted_entries
from tests.factories import MODERATOR, NOON, SECOND

pytestmark = pytest.mark.both_databases
CLEAR = (*NAME_FIELDS, "folded")
LATER = NOON + timedelta(days=40)
"""When contacts of what was rejected or withdrawn are erased."""


class Canary:
    """A name in two alphabets that nothing else contains, with an acronym and a website."""

    def __init__(self) -> None:
        self.word = f"zq{secrets.token_hex(6)}"
        self.second_word = f"zk{secrets.token_hex(6)}"
        """In the name after a correction."""

    def names(self) -> dict[str, Any]:
        return {
            "organisation_name": f"Ёлка «{self.word.upper()}» Фонд",
            "acronym": f"A{self.word}",
            "website": f"https://{self.word}.example",
        }

    def corrected(self) -> EntryProposal:
        return EntryProposal(f"Ёлка «{self.second_word}» Фонд", f"A{self.second_word}", "KG")

    def find_in(self, content: bytes) -> set[str]:
        """Return the ways in which one of the words is written in `content`."""
        lower = content.lower()
        return {way for way, written in self._written() if (content if way == "base64" else lower).count(written)}

    def _written(self) -> Iterator[tuple[str, bytes]]:
        for word in (self.word, self.second_word):
            for way in ("utf-8", "utf-16-le", "utf-16-be"):
                yield way, word.encode(way)
            yield "hexadecimal", word.encode().hex().encode()
            yield "folded", fold(word).encode()
            yield "latin", fold_to_latin(word).encode()
            yield "spoken", build_sound_key(word).encode()
            yield "JSON", b"".join(rb"\u%04x" % ord(letter) for letter in word)
            for written in {word, word.upper()}:
                for before in range(3):  # where the word begins within three bytes
                    encoded = b64encode(b" " * before + written.encode())
                    yield "base64", encoded[(before * 8 + 5) // 6 :].rstrip(b"=")[:-1]


def read_tables() -> bytes:
    """Return all values of all rows of all tables."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            texts += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(texts).encode()


# --- what may be done with it ---

Step = Callable[[Endorsement, Canary, datetime], object]


def plain(name: str) -> Step:
    def act(row: Endorsement, canary: Canary, at: datetime) -> None:
        with transaction.atomic():
            ACTIONS[name](row, at)

    return act


def respell(row: Endorsement, canary: Canary, at: datetime) -> None:
    seen = stale_forms.last_change_of(row.pk)
    spelling.correct_spelling(row.pk, canary.corrected(), seen=seen, by=MODERATOR, at=at)


def set_language(row: Endorsement, canary: Canary, at: datetime) -> None:
    spelling.set_language(row.pk, "ky", seen=stale_forms.last_change_of(row.pk), by=MODERATOR, at=at)


def propose(row: Endorsement, canary: Canary, at: datetime) -> None:
    corrections.propose_correction(own(row), canary.corrected(), old_line_public=True, at=at)


def check(row: Endorsement, canary: Canary, at: datetime) -> None:
    result = CheckResult("other", member=False, note=f"I called {canary.word}.")
    verification.record_check(row.pk, result, seen=0, by=MODERATOR, at=at)


def purge(row: Endorsement, canary: Canary, at: datetime) -> None:
    retention.purge(at=LATER)


STEPS: dict[str, Step] = {name: plain(name) for name in ACTIONS} | {
    "check": check,
    "respell": respell,
    "set_language": set_language,
    "propose": propose,
    "purge": purge,
    "cancel": lambda row, canary, at: decisions.cancel_withdrawal(row.pk, by=MODERATOR, at=at),
    "count": lambda row, canary, at: withheld_count.count_withheld(row.pk, by=SECOND, at=at),
    "end": lambda row, canary, at: factories.withdraw_for_good(row.pk, at=at),
    "letter": lambda row, canary, at: manual_entry.confirm_letter(row.pk, by=SECOND, at=at),
}
WALKS = {
    "never confirmed": "purge",
    "disowned": "disown",
    "rejected unconfirmed": "reject",
    "rejected": "confirm reject undo reject reopen reject purge",
    "asked": "confirm ask undo ask answer ask remind lapse reopen close",
    "respelled": "confirm respell set_language ask respell answer approve set_language",
    "approved": "confirm check approve undo approve count revoke approve",
    "corrected": "confirm approve propose accept_correction undo accept_correction",
    "correction refused": "confirm propose refuse_correction undo refuse_correction approve",
    "hidden": "confirm stop_being_named approve stop_being_named",
    "asked to be named, and not": "confirm approve ask_to_be_named agree_to_be_named stop_being_named",
    "being withdrawn": "confirm approve withdraw cancel revoke withdraw cancel approve withdraw end purge",
    "withdrawn": "confirm approve leave purge",
    "withdrawn undecided": "confirm leave",
    "forgotten": "confirm approve forget",
    "contact changed": "confirm approve request_contact old_agrees new_agrees issue_private_link new_code",
}
EACH_CHANGE = ("asked", "approved", "corrected", "forgotten")
"""The walks that `make test` takes on both databases; `make test-long` takes all others."""
FINAL = (State.WITHDRAWN, "erased")


def take(walk: str, appeal: Appeal, canary: Canary) -> Iterator[str]:
    """Do the steps of a walk with a withheld name, and yield its state after each; the worker screens it meanwhile."""
    row = factories.submitted(appeal, **canary.names(), display="withheld")[0]
    yield _screen_and_read(row)
    for step in WALKS[walk].split():
        if step in ("disown", "purge") and row.state == State.SUBMITTED:
            factories.mails_left(row)
        STEPS[step](row, canary, NOON)
        yield _screen_and_read(row)


def _screen_and_read(row: Endorsement) -> str:
    factories.screen_due(at=NOON)
    if not Endorsement.objects.filter(pk=row.pk).exists():
        return "erased"
    row.refresh_from_db()
    return str(row.state)


@pytest.mark.parametrize(
    "walk", [walk if walk in EACH_CHANGE else pytest.param(walk, marks=pytest.mark.long) for walk in WALKS]
)
def test_no_row_has_it_in_clear_after_any_step(appeal: Appeal, walk: str) -> None:
    canary, states = Canary(), []
    for state in take(walk, appeal, canary):
        states.append(state)
        assert canary.find_in(read_tables()) == set(), states
        if state == "erased":
            assert load_names() == {}
            continue
        row = Endorsement.objects.get(origin=Origin.FORM)
        assert row.display == Display.WITHHELD
        assert {getattr(row, column) for column in CLEAR} == {""}
        assert row.signatory is None
        name = read_name(row)
        assert canary.word in name["website"]
        remembered = {pk: one.organisation_name for pk, one in load_names().items()}
        assert remembered == ({} if state in FINAL else {row.pk: name["organisation_name"]})
    assert len(states) == len(WALKS[walk].split()) + 1


def test_the_walks_go_through_every_state_and_correct_the_name(appeal: Appeal) -> None:
    states = {
        state for walk in ("asked", "rejected", "approved", "withdrawn", "disowned") for state in _run(walk, appeal)
    }
    assert states == {*State.values, "erased"}
    canary = Canary()
    list(take("corrected", appeal, canary))
    assert canary.second_word in read_name(Endorsement.objects.latest("pk"))["organisation_name"]


def _run(walk: str, appeal: Appeal) -> list[str]:
    return list(take(walk, appeal, Canary()))


@pytest.mark.parametrize("origin", [Origin.EMAIL, Origin.LETTER])
def test_what_staff_enter_is_not_stored_in_clear_either(appeal: Appeal, origin: Origin) -> None:
    canary = Canary()
    row = factories.entered(appeal, origin, **canary.names(), display="withheld")
    assert canary.find_in(read_tables()) == set()
    if origin == Origin.LETTER:
        STEPS["letter"](row, canary, NOON)
        factories.screen_due(at=NOON)
        assert canary.find_in(read_tables()) == set()


def test_a_name_in_clear_is_found_in_rows(appeal: Appeal) -> None:
    """The search of the tests above and below can fail."""
    canary = Canary()
    factories.confirmed(appeal, **canary.names())
    assert {"utf-8", "folded"} <= canary.find_in(read_tables())


@pytest.mark.parametrize(
    ("way", "write"),
    [
        ("utf-16-le", lambda text: text.encode("utf-16-le")),
        ("base64", lambda text: b64encode(f"The {text} Fund".encode())),
        ("base64", lambda text: b64encode(f"{text} Fund".encode())),
        ("base64", lambda text: b64encode(f"A {text}".encode())),
        ("hexadecimal", lambda text: text.encode().hex().encode()),
        ("spoken", lambda text: build_sound_key(f"The {text}").encode()),
    ],
)
def test_every_way_of_writing_it_is_recognised(way: str, write: Callable[[str], bytes]) -> None:
    canary = Canary()
    assert way in canary.find_in(b"..." + write(canary.word) + b"...")
    assert canary.find_in(write(Canary().word)) == set()


# --- files ---


@pytest.fixture
def client_programs(transactional_db: None) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor():
            server = connection.pg_version // 10_000  # type: ignore[attr-defined]
        programs.need(programs.lacking_postgresql_client(server))


def read_database_files() -> bytes:
    """Return all bytes of the database's files and its log of writes, after a checkpoint on PostgreSQL."""
    if connection.vendor == "sqlite":
        return test_encrypted_entries.read_database_files()
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        )
        folder, oid = cursor.fetchone()
    if not os.access(folder, os.R_OK | os.X_OK):
        pytest.skip(f"The server's files are not on this machine, or not readable: {folder}")
    top = Path(folder)
    places = [
        top / "base" / str(oid),
        top / "global",
        top / "pg_wal",
        top / "pg_stat",
        top / "log",
        *top.parents[2].glob("log"),
    ]
    return b"".join(path.read_bytes() for place in places for path in place.rglob("*") if path.is_file())


def read_dump() -> bytes:
    """Return the database as its own program writes it out as SQL."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return "\n".join(connection.connection.iterdump()).encode()
    with backup.run_postgresql_program(["pg_dump", "--inserts"], stdout=subprocess.PIPE) as process:
        assert process.stdout
        return process.stdout.read()


def read_backup(settings: Settings, folder: Path) -> tuple[bytes, bytes]:
    """Return a backup's file, and what is in it once it is decrypted."""
    keys = generate_backup_keys()
    settings.BACKUP_PUBLIC_KEY, settings.DATA_DIR = keys["BACKUP_PUBLIC_KEY"], folder
    path = folder / "one.backup"
    backup.write_backup(path, at=NOON, on_progress=lambda _bytes: None)
    written = path.read_bytes()
    plain = b"".join(encrypted_files.decrypt_file(io.BytesIO(written), (keys["BACKUP_PRIVATE_KEY"],)))
    _header, content = backup.BackupHeader.split_from(plain)
    if connection.vendor == "postgresql":  # compressed
        result = subprocess.run(["pg_restore", "--file=-"], input=content, capture_output=True, check=True)
        content = result.stdout
    return written, content


@pytest.mark.long
@pytest.mark.usefixtures("client_programs", "committed")
def test_no_file_has_it_after_all_walks(settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    appeal, canary, named = factories.an_appeal(), Canary(), Canary()
    factories.confirmed(appeal, **named.names())
    for walk in WALKS:
        for state in take(walk, appeal, canary):
            assert canary.find_in(read_tables()) == set(), (walk, state)
            if connection.vendor == "sqlite":
                assert canary.find_in(read_database_files()) == set(), (walk, state)
    written, content = read_backup(settings, tmp_path)
    places = {"tables": read_tables(), "files": read_database_files(), "dump": read_dump(), "backup": content}
    assert [place for place, read in places.items() if named.find_in(read) < {"utf-8", "folded"}] == []
    places |= {"encrypted backup": written, "log": caplog.text.encode()}
    assert {place: canary.find_in(read) for place, read in places.items() if canary.find_in(read)} == {}
    assert load_names(), "it was there to be found"
