"""What nobody can process is listed by kind, and deleted or tried again by the operator alone."""

import io
import re
import shlex
import uuid
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from petition.actions.audit import OPERATOR
from petition.actions.intake import set_apart
from petition.actions.staff import attention
from petition.models import AuditEvent, IntakeRow, Outcome
from petition.models.intake import MOST_TRIES
from petition.reference import clock
from petition.security import encryption
from petition.security.keys import generate_keys
from tests.factories import NOON
from tests.models.rows import an_intake_row

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
EARLY, LATE = NOON - timedelta(hours=2), NOON - timedelta(hours=1)


def run(*command: str) -> str:
    out = io.StringIO()
    call_command("discard_intake", *command, stdout=out)
    return out.getvalue()


def apart(arrived_at: datetime = EARLY, **columns: object) -> IntakeRow:
    return an_intake_row(attempts=MOST_TRIES, arrived_at=arrived_at, **columns)


def unknown(key_id: str = "made-up", arrived_at: datetime = EARLY, **columns: object) -> IntakeRow:
    return an_intake_row(key_id=key_id, arrived_at=arrived_at, **columns)


def processable() -> set[IntakeRow]:
    """Rows that no run may touch: one that waits, one that is paused, one at its last try, and one that is done."""
    done = {"box": b"", "done_at": NOON, "outcome": Outcome.DONE, "arrived_at": EARLY}
    lease = clock.now() + timedelta(minutes=1)
    return {
        an_intake_row(arrived_at=EARLY),
        an_intake_row(arrived_at=EARLY, attempts=1, leased_until=lease),
        an_intake_row(arrived_at=EARLY, attempts=MOST_TRIES, leased_until=lease),
        an_intake_row(**done, attempts=MOST_TRIES),
        an_intake_row(**done, key_id="made-up"),
    }


def left() -> set[IntakeRow]:
    return set(IntakeRow.objects.all())


def events() -> list[tuple[str, str, str, str]]:
    columns = ("verb", "reason", "subject_kind", "actor_kind")
    return list(AuditEvent.objects.order_by("pk").values_list(*columns))


def test_without_options_it_counts_each_kind_and_changes_nothing() -> None:
    processable()
    apart()
    apart(LATE, key_id="made-up")
    for key_id, arrived_at in (("made-up", EARLY), ("made-up", LATE), ("other", LATE)):
        unknown(key_id, arrived_at)
    before = left()
    lines = run().splitlines()
    between = f"arrived between {EARLY.isoformat()} and {(LATE + timedelta(seconds=1)).isoformat()}"
    assert lines[:3] == [
        f"Set apart: 2 rows, {between}.",
        f"Encrypted to keys that are not here: 3 rows, {between}.",
        f"  the key 'made-up': 2 rows, {between}",
    ]
    assert lines[3].startswith("  the key 'other': 1 row, arrived")
    assert len(lines) == 4
    assert left() == before
    assert not events()


def test_an_empty_intake_has_neither() -> None:
    assert run().splitlines() == ["Set apart: 0 rows.", "Encrypted to keys that are not here: 0 rows."]
    for command in (("--key", "made-up"), ("--unknown-keys", "--before", NOON.isoformat())):
        assert run(*command) == "No such rows wait.\n"
        assert run(*command, "--yes") == "0 rows deleted.\n"
    assert not events()


def test_made_up_keys_are_listed_up_to_a_number_and_cannot_control_the_terminal() -> None:
    unknown("\x1b[2J")
    for number in range(set_apart.MOST_KEYS):
        unknown(f"k{number}")
        unknown(f"k{number}")
    listed = run()
    assert "\x1b" not in listed
    assert len(re.findall("the key", listed)) == set_apart.MOST_KEYS
    assert listed.endswith("  other keys: 1 row\n")


@pytest.mark.parametrize(
    ("command", "number", "typed"),
    [
        (("--key", "made-up"), 2, "--key=made-up --yes"),
        (("--key", "made-up", "--before", LATE.isoformat()), 1, f"--key=made-up --before {LATE.isoformat()} --yes"),
        (("--unknown-keys", "--before", "2999-01-01"), 3, "--unknown-keys --before 2999-01-01T00:00:00+00:00 --yes"),
        (("--set-apart", "--before", LATE.isoformat()), 1, f"--set-apart --before {LATE.isoformat()} --yes"),
    ],
)
def test_deleting_says_how_many_would_go_and_what_to_type(command: tuple[str, ...], number: int, typed: str) -> None:
    kept = processable() | {apart(), apart(LATE), unknown(), unknown(arrived_at=LATE), unknown("other")}
    with pytest.raises(CommandError, match=rf"deletes {number} rows?, arrived between") as refused:
        run(*command)
    assert str(refused.value).endswith(f"type: manage.py discard_intake {typed}")
    assert left() == kept
    assert not events()
    assert f"{number} row{'s' if number > 1 else ''} deleted." in run(*typed.split())
    assert len(left()) == len(kept) - number
    assert len(events()) == 1


def test_a_key_that_is_not_here_loses_its_waiting_rows_and_no_others() -> None:
    kept = processable() | {unknown("other"), apart(key_id="made-up")}
    unknown()
    unknown(attempts=1)
    assert run("--key", "made-up", "--yes").splitlines() == ["2 of 2 rows done", "2 rows deleted."]
    assert left() == kept
    assert events() == [("discard_intake", "unknown_key", "intake", "operator")]


def test_rows_of_a_key_that_is_here_are_never_deleted(settings: Settings) -> None:
    old, new = encryption.get_public_key_id(), generate_keys()
    settings.CONTACT_PUBLIC_KEY = new["CONTACT_PUBLIC_KEY"]
    settings.CONTACT_PRIVATE_KEYS = [new["CONTACT_PRIVATE_KEY"], *settings.CONTACT_PRIVATE_KEYS]
    kept = {an_intake_row(arrived_at=EARLY), an_intake_row(key_id=old, arrived_at=EARLY)}
    for key_id in (old, encryption.get_public_key_id()):
        with pytest.raises(CommandError, match="is here"):
            run("--key", key_id, "--yes")
    assert not set_apart.find_unknown(key_id=old).exists()
    run("--unknown-keys", "--before", "2999-01-01", "--yes")
    assert left() == kept
    settings.CONTACT_PRIVATE_KEYS = settings.CONTACT_PRIVATE_KEYS[:1]
    assert "1 row deleted." in run("--key", old, "--yes")


@pytest.mark.parametrize("key_id", ["", "-x", "it's", "\x1b[2J"])
def test_any_key_can_be_named(key_id: str) -> None:
    unknown(key_id)
    with pytest.raises(CommandError) as refused:
        run(f"--key={key_id}")
    run(*shlex.split(str(refused.value).partition("manage.py discard_intake ")[2]))
    assert not left()


def test_what_arrived_before_a_time_is_deleted() -> None:
    kept = processable() | {apart(LATE), unknown(arrived_at=LATE), unknown("other", LATE)}
    apart()
    unknown()
    assert "1 row deleted." in run("--set-apart", "--before", LATE.isoformat(), "--yes")
    assert "1 row deleted." in run("--unknown-keys", "--before", LATE.replace(tzinfo=None).isoformat(), "--yes")
    assert left() == kept
    assert [reason for _, reason, *_ in events()] == ["set_apart", "unknown_key"]


def test_the_time_that_is_listed_includes_the_newest_row() -> None:
    apart(LATE + timedelta(milliseconds=900))
    (until,) = re.findall(r"Set apart: .* and (\S+)\.$", run(), re.MULTILINE)
    run("--set-apart", "--before", until, "--yes")
    assert not left()


def test_after_that_staff_have_no_warning() -> None:
    apart()
    unknown()
    assert attention.SET_APART in attention.find_problems(at=clock.now())
    for which in ("--set-apart", "--unknown-keys"):
        run(which, "--before", "2999-01-01", "--yes")
    assert attention.SET_APART not in attention.find_problems(at=clock.now())


def test_rows_are_deleted_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_apart, "AT_ONCE", 2)
    for number in range(5):
        unknown(id=uuid.UUID(int=number))  # an attacker chooses the numbers: also 0
    assert run("--key", "made-up", "--yes").splitlines() == [
        *("2 of 5 rows done", "4 of 5 rows done", "5 of 5 rows done", "5 rows deleted.")
    ]
    assert len(events()) == 1


def test_a_run_that_is_killed_has_left_its_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_apart, "AT_ONCE", 2)
    for _ in range(3):
        apart()

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        set_apart.discard_set_apart(before=NOON, by=OPERATOR, at=clock.now(), on_progress=stop)
    assert len(left()) == 1
    assert events() == [("discard_intake", "set_apart", "intake", "operator")]


def test_a_row_that_a_worker_takes_meanwhile_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_apart, "AT_ONCE", 1)
    rows = [apart(id=uuid.UUID(int=number)) for number in range(2)]

    def let_the_next_be_tried(done: int, of: int) -> None:
        IntakeRow.objects.filter(pk=rows[1].pk).update(attempts=0)

    assert set_apart.discard_set_apart(before=NOON, by=OPERATOR, at=clock.now(), on_progress=let_the_next_be_tried) == 1
    assert left() == {rows[1]}


def test_all_that_was_set_apart_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_apart, "AT_ONCE", 2)
    rows = [apart(leased_until=EARLY), apart(LATE), apart()]
    others = processable()
    before = {row.pk: row.attempts for row in others}
    assert run("--set-apart", "--retry").splitlines()[-1] == "3 rows can be tried again: the worker does so at once."
    again = IntakeRow.objects.filter(pk__in=[row.pk for row in rows], attempts=0, leased_until=None)
    assert again.count() == 3
    assert dict(IntakeRow.objects.filter(pk__in=before).values_list("pk", "attempts")) == before
    assert events() == [("retry_all_intake", "", "intake", "operator")]
    run("--set-apart", "--retry")
    assert len(events()) == 1, "nothing was left to be tried"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("--set-apart",), "--before"),
        (("--set-apart", "--yes"), "--before"),
        (("--unknown-keys", "--yes"), "--before"),
        (("--yes",), "what to delete"),
        (("--before", "2026-11-27"), "what to delete"),
        (("--set-apart", "--before", "yesterday"), "is no time"),
        (("--set-apart", "--before", "9999-12-31T23:59:59-12:00"), "is no time"),
        (("--retry",), "--set-apart"),
        (("--retry", "--key", "made-up", "--yes"), "--set-apart"),
        (("--set-apart", "--key", "made-up"), "not allowed with"),
    ],
)
def test_it_says_what_is_missing(command: tuple[str, ...], expected: str) -> None:
    kept = {apart(), unknown()}
    with pytest.raises(CommandError, match=expected):
        run(*command)
    assert left() == kept


def test_it_runs_only_where_the_private_key_is(settings: Settings) -> None:
    settings.CONTACT_PRIVATE_KEYS = []
    apart()
    for command in ((), ("--set-apart", "--before", NOON.isoformat(), "--yes"), ("--key", "made-up", "--yes")):
        with pytest.raises(CommandError, match="no private key here"):
            run(*command)
    assert len(left()) == 1
