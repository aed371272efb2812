"""What a restore and the end of a retention period do to rows of the intake, and which keys they still need."""

import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from pytest_django import Settings

from petition.actions.audit import OPERATOR
from petition.actions.operations import erasure, removal_journal, retention
from petition.actions.operations.key_rotation import rotate_keys
from petition.actions.operations.removal_journal import RemovalJournal, decode_entry, encode_entry
from petition.actions.operations.removal_replay import replay_removals
from petition.actions.self_service import own_page, private_links
from petition.models import (
    Appeal,
    Contact,
    Endorsement,
    IntakeRow,
    Outcome,
    OutgoingMail,
    PrivateLink,
    Purpose,
    Removal,
    RemovalKind,
)
from petition.security import encryption
from petition.security.keys import generate_keys
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.self_service import leaving
from tests.factories import NOON, a_code_digest
from tests.models.rows import an_intake_row

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
DAY = timedelta(days=1)


def a_removal(kind: RemovalKind, intake_id: uuid.UUID | None) -> Removal:
    return Removal(
        kind=kind, appeal="any", endorsement=999_999, submitted_at=NOON, at=NOON, intake_id=intake_id, stored_at=NOON
    )


def an_approved(appeal: Appeal) -> tuple[Endorsement, str]:
    """Return an endorsement that came from the intake, and the digest of a link to its own page."""
    row = factories.approved(appeal)
    Endorsement.objects.filter(pk=row.pk).update(intake_id=uuid.uuid4(), reference_word="kamiro")
    row.refresh_from_db()
    return row, hash_token(private_links.create_own_page_link(row), Purpose.OWN_PAGE)


def replay(*removals: Removal) -> int:
    return replay_removals(RemovalJournal("site", list(removals)), by=OPERATOR, at=NOON).dropped_rows


def test_a_removal_names_the_row_that_it_came_from(appeal: Appeal) -> None:
    row, digest = an_approved(appeal)
    leaving.stop_being_named(digest, at=NOON)
    leaving.withdraw(digest, at=NOON)
    own_page.forget_mailbox(digest, a_code_digest(), at=NOON)
    removals = Removal.objects.filter(endorsement=row.pk)
    assert set(removals.values_list("kind", "intake_id")) == {
        (kind, row.intake_id) for kind in (RemovalKind.HIDE, RemovalKind.WITHDRAW, RemovalKind.FORGET)
    }


def test_a_line_of_the_journal_keeps_it_and_older_lines_can_be_read() -> None:
    removal = a_removal(RemovalKind.HIDE, uuid.uuid4())
    assert decode_entry(encode_entry(removal)).intake_id == removal.intake_id
    assert decode_entry(encode_entry(a_removal(RemovalKind.HIDE, None))).intake_id is None
    older = encode_entry(removal).replace(b'"intake"', b'"of a later version"')
    assert decode_entry(older).intake_id is None
    with pytest.raises(ValueError, match=r"damaged|badly formed"):
        decode_entry(encode_entry(removal).replace(str(removal.intake_id).encode(), b"nonsense"))
    assert removal_journal.decode_header(encode_entry(removal)) is None


@pytest.mark.parametrize("kind", RemovalKind)
def test_a_restore_drops_the_waiting_form_of_what_was_removed(kind: RemovalKind) -> None:
    row, other = an_intake_row(), an_intake_row()
    is_final = kind in ("hide", "withdraw", "forget", "erase")
    assert replay(a_removal(kind, row.pk)) == int(is_final)
    assert set(IntakeRow.objects.all()) == ({other} if is_final else {row, other})


def test_a_restore_drops_what_came_through_links_that_have_ended(appeal: Appeal) -> None:
    _, digest = an_approved(appeal)
    live, ended = an_intake_row(link_digest=digest), an_intake_row(link_digest="0" * 64)
    done = an_intake_row(link_digest="0" * 64, box=b"", done_at=NOON, outcome=Outcome.DONE)
    form = an_intake_row()
    assert PrivateLink.objects.filter(digest=digest).exists()
    assert replay() == 1
    assert set(IntakeRow.objects.all()) == {live, done, form} - {ended}


def test_a_row_is_erased_a_day_after_it_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "_AT_ONCE", 2)
    waiting = an_intake_row()
    young, *old = (
        an_intake_row(box=b"", done_at=done_at, outcome=Outcome.DONE)
        for done_at in (NOON - DAY + timedelta(seconds=1), *[NOON - DAY] * 5)
    )
    retention.purge(at=NOON)
    assert len(old) == 5
    assert set(IntakeRow.objects.all()) == {waiting, young}


@pytest.mark.parametrize("is_done", [False, True])
def test_what_a_waiting_request_needs_is_not_erased(appeal: Appeal, is_done: bool) -> None:
    """The worker may have been away for a week: a confirmation that was acknowledged still counts."""
    endorsement, token = factories.submitted(appeal, at=NOON - 8 * DAY)
    Endorsement.objects.filter(pk=endorsement.pk).update(asked_at=NOON - 8 * DAY)
    PrivateLink.objects.update(expires_at=NOON - DAY)
    OutgoingMail.objects.all().delete()
    done = {"box": b"", "done_at": NOON, "outcome": Outcome.DONE} if is_done else {}
    row = an_intake_row(link_digest=hash_token(token, Purpose.CONFIRM), arrived_at=NOON - 2 * DAY, **done)
    retention.purge(at=NOON)
    left = [model.objects.exists() for model in (PrivateLink, Contact)]
    assert left == [not is_done, not is_done]
    IntakeRow.objects.filter(pk=row.pk).update(arrived_at=NOON - 7 * DAY)
    retention.purge(at=NOON)
    assert not PrivateLink.objects.exists(), "not for ever"


def test_a_forgotten_mailbox_takes_reference_and_row_with_it(appeal: Appeal) -> None:
    row, digest = an_approved(appeal)
    own_page.forget_mailbox(digest, a_code_digest(), at=NOON)
    row.refresh_from_db()
    assert (row.intake_id, row.reference_word) == (None, "")


def test_a_key_stays_until_no_row_needs_it(
    appeal: Appeal, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    old = encryption.get_public_key_id()
    waiting = [an_intake_row(key_id=old) for _ in range(2)]
    an_intake_row(key_id=old, box=b"", done_at=NOON, outcome=Outcome.DONE)
    an_intake_row(key_id="elsewher")
    new = generate_keys()
    settings.CONTACT_PUBLIC_KEY = new["CONTACT_PUBLIC_KEY"]
    settings.CONTACT_PRIVATE_KEYS = [new["CONTACT_PRIVATE_KEY"], *settings.CONTACT_PRIVATE_KEYS]
    assert dict(rotate_keys().waiting) == {old: 2, "elsewher": 1}
    call_command("rotate_keys")
    output = capsys.readouterr()
    assert f"Keep the key {old}: 2 rows of the intake" in output.out
    assert "wait for the key elsewher, which is not here" in output.err
    for row in waiting:
        row.delete()
    call_command("rotate_keys")
    assert f"Remove the key {old}" in capsys.readouterr().out
