"""Removals that a database lacks are repeated in it, and nothing else is."""

import itertools
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import transaction

from petition.actions.appeals import states
from petition.actions.audit import OPERATOR
from petition.actions.endorsing import confirmation, contact_erasure
from petition.actions.moderation import decisions, undo
from petition.actions.operations import removal_journal, removal_replay as removals, restore
from petition.actions.operations.removal_journal import RemovalJournal, decode_entry, encode_entry
from petition.actions.refusals import UnusableJournal
from petition.actions.self_service import contact_changes, own_page
from petition.models import (
    Appeal,
    AuditEvent,
    Contact,
    Endorsement,
    Kind,
    PrivateLink,
    Purpose,
    Removal,
    RemovalKind,
    Signatory,
    State,
)
from petition.models.appeals import Phase
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.self_service import leaving
from tests.factories import MODERATOR, NOON, SLUG, a_code_digest

pytestmark = pytest.mark.both_databases

HOUR = timedelta(hours=1)


class TheBackupIsRestored(Exception):
    """Takes back everything since the savepoint."""


def removed_and_restored(*actions: Callable[[], object]) -> RemovalJournal:
    """Return the journal after the actions; the database is as it was before them."""
    with pytest.raises(TheBackupIsRestored), transaction.atomic():
        for action in actions:
            action()
        journal = RemovalJournal("site", list(Removal.objects.order_by("pk")))
        raise TheBackupIsRestored
    return journal


def replay(journal: RemovalJournal) -> removals.ReplayResult:
    return removals.replay_removals(journal, by=OPERATOR, at=NOON + 3 * HOUR)


def hide(kind: Kind, number: int, *, at: datetime = NOON + HOUR) -> None:
    decisions.hide(SLUG, kind, number, by=MODERATOR, at=at)


def listed() -> set[str]:
    return {signatory.reference for signatory in Signatory.objects.listed()}


_seconds = itertools.count(1)


def an_approved(appeal: Appeal) -> Endorsement:
    """Each at its own time, as on a real clock."""
    return factories.approved(appeal, at=NOON + next(_seconds) * timedelta(seconds=1))


def link(endorsement: Endorsement, purpose: Purpose = Purpose.OWN_PAGE) -> str:
    return PrivateLink.objects.filter(endorsement=endorsement, purpose=purpose).latest("pk").digest


@pytest.mark.parametrize(("is_put_back", "phase"), [(False, Phase.TAKEN_DOWN), (True, Phase.OPEN)])
def test_an_appeal_that_was_taken_down_stays_so(appeal: Appeal, is_put_back: bool, phase: Phase) -> None:
    actions = [states.take_down, states.put_back][: 1 + is_put_back]
    journal = removed_and_restored(*(partial(do, SLUG, by=MODERATOR, at=NOON + HOUR) for do in actions))
    assert Appeal.objects.get().phase(NOON) is Phase.OPEN
    result = replay(RemovalJournal("site", [decode_entry(encode_entry(one)) for one in journal.removals]))
    assert dict(result.counts) == ({} if is_put_back else {RemovalKind.TAKE_DOWN: 1})
    assert Appeal.objects.get().phase(NOON) is phase
    assert Removal.objects.count() == len(actions)
    assert not replay(journal).counts


def test_each_kind_of_removal_is_repeated_as_that_kind(appeal: Appeal) -> None:
    hidden, gone, revoked, undone = (an_approved(appeal) for _ in range(4))
    undecided = factories.confirmed(appeal, at=NOON + 5 * timedelta(minutes=1))
    _, token = factories.submitted(appeal, at=NOON + 6 * timedelta(minutes=1))
    journal = removed_and_restored(
        lambda: hide(Kind.ORIGINAL, 12),
        lambda: leaving.stop_being_named(link(hidden), at=NOON + HOUR),
        lambda: leaving.withdraw(link(gone), at=NOON + HOUR),
        lambda: decisions.revoke(revoked.pk, by=MODERATOR, at=NOON + HOUR),
        lambda: undo.undo_decision(undone.pk, by=MODERATOR, at=undone.decided_at or NOON),
        lambda: leaving.stop_being_named(link(undecided), at=NOON + HOUR),
        lambda: confirmation.disown(hash_token(token, "confirm"), at=NOON + HOUR),
    )
    assert {"original-12", "further-1", "further-2", "further-3", "further-4"} < listed()
    result = replay(journal)
    assert dict(result.counts) == {
        RemovalKind.HIDE: 3,
        RemovalKind.WITHDRAW: 1,
        RemovalKind.UNLIST: 2,
        RemovalKind.ERASE: 1,
    }
    assert listed() == {f"original-{number}" for number in range(1, 36) if number != 12}
    states = dict(Endorsement.objects.exclude(origin="imported").values_list("pk", "state"))
    assert states == {
        hidden.pk: State.APPROVED,
        gone.pk: State.WITHDRAWN,
        revoked.pk: State.CONFIRMED,
        undone.pk: State.CONFIRMED,
        undecided.pk: State.CONFIRMED,
    }
    assert {Endorsement.objects.get(pk=row.pk).display for row in (hidden, undecided)} == {"withheld"}
    again = AuditEvent.objects.filter(reason="replayed")
    assert set(again.values_list("verb", "actor_kind")) == {
        (verb, "operator") for verb in ("hide", "withdraw", "revoke", "erase")
    }
    assert not replay(journal).counts, "a second run changes nothing"


def test_a_forgotten_mailbox_and_an_earlier_contact_are_erased_again(appeal: Appeal) -> None:
    forgotten, changed, kept = (an_approved(appeal) for _ in range(3))
    digests = link(forgotten), link(changed)
    journal = removed_and_restored(
        lambda: own_page.forget_mailbox(digests[0], a_code_digest(), at=NOON + HOUR),
        lambda: _changed_contact(changed),
    )
    assert Contact.objects.count() == 3
    assert replay(journal).counts == {RemovalKind.FORGET: 1, RemovalKind.CHANGE_CONTACT: 1}
    assert list(Contact.objects.values_list("endorsement_id", flat=True)) == [kept.pk]
    for row in (forgotten, changed):
        row.refresh_from_db()
        assert (row.mailbox_index, row.fingerprint) == ("", "")
        assert row.contact_erased_at is not None
    assert listed() >= {"further-1", "further-2", "further-3"}, "they still endorse the appeal"
    assert not PrivateLink.objects.filter(digest__in=digests).exists()


def _changed_contact(endorsement: Endorsement) -> None:
    contact_changes.request_contact_change(
        link(endorsement), name="Other", role="", mailbox="other@fund.example", at=NOON + HOUR
    )
    for purpose in (Purpose.OLD_CONTACT, Purpose.NEW_CONTACT):
        contact_changes.confirm_contact_change(link(endorsement, purpose), purpose, at=NOON + HOUR)


def test_ended_private_links_do_not_work(appeal: Appeal) -> None:
    endorsement = an_approved(appeal)
    journal = removed_and_restored(
        lambda: decisions.issue_private_link(endorsement.pk, by=MODERATOR, at=NOON + HOUR),
        lambda: own_page.replace_removal_code(
            PrivateLink.objects.get(endorsement=endorsement, purpose=Purpose.OWN_PAGE).digest,
            a_code_digest(),
            at=NOON + HOUR,
        ),
    )
    assert replay(journal).counts == {RemovalKind.END_LINKS: 1, RemovalKind.END_CODE: 1}
    assert not endorsement.links.filter(purpose__in=[Purpose.OWN_PAGE, Purpose.REMOVAL_CODE]).exists()


def test_links_made_after_the_journal_was_replayed_stay(appeal: Appeal) -> None:
    endorsement = an_approved(appeal)
    journal = removed_and_restored(lambda: decisions.issue_private_link(endorsement.pk, by=MODERATOR, at=NOON + HOUR))
    replay(journal)
    decisions.issue_private_link(endorsement.pk, by=MODERATOR, at=NOON + 4 * HOUR)
    replay(journal)
    assert endorsement.links.filter(purpose=Purpose.OWN_PAGE).count() == 1


def test_a_name_listed_again_after_its_removal_stays(appeal: Appeal) -> None:
    revoked, taken_back = an_approved(appeal), an_approved(appeal)
    journal = removed_and_restored(
        lambda: hide(Kind.ORIGINAL, 12),
        lambda: decisions.show(SLUG, Kind.ORIGINAL, 12, by=MODERATOR, at=NOON + 2 * HOUR),
        lambda: decisions.revoke(revoked.pk, by=MODERATOR, at=NOON + HOUR),
        lambda: decisions.approve(revoked.pk, by=MODERATOR, at=NOON + 2 * HOUR),
        lambda: hide(Kind.FURTHER, 2),
        lambda: undo.undo_decision(taken_back.pk, by=MODERATOR, at=NOON + HOUR),
    )
    assert not replay(journal).counts
    assert {"original-12", "further-1", "further-2"} < listed()


def test_a_name_approved_without_being_named_is_not_listed_again(appeal: Appeal) -> None:
    """Hidden, revoked, approved again: the last one is an approval, and the name stays hidden all the same."""
    endorsement = an_approved(appeal)
    journal = removed_and_restored(
        lambda: hide(Kind.FURTHER, 1),
        lambda: decisions.revoke(endorsement.pk, by=MODERATOR, at=NOON + HOUR),
        lambda: decisions.approve(endorsement.pk, by=MODERATOR, at=NOON + HOUR),
    )
    replay(journal)
    assert "further-1" not in listed()


def test_a_later_organisation_with_the_same_ids_is_left_alone(appeal: Appeal) -> None:
    """A restored database gives out the numbers again that it gave before."""
    with pytest.raises(TheBackupIsRestored), transaction.atomic():
        first = an_approved(appeal)
        hide(Kind.FURTHER, 1)
        journal = RemovalJournal("site", list(Removal.objects.all()))
        raise TheBackupIsRestored
    later = an_approved(appeal)
    for removal in journal.removals:  # SQLite and PostgreSQL count on where they were: put the same number there
        assert removal.endorsement == first.pk
        removal.endorsement = later.pk
    assert not replay(journal).counts
    assert "further-1" in listed()
    assert Removal.objects.count() == 1, "the journal stays complete"


def test_unconfirmed_expired_forms_are_not_in_the_journal(appeal: Appeal) -> None:
    row, _ = factories.submitted(appeal)
    contact_erasure.erase_unconfirmed(row, by=OPERATOR, reason="unconfirmed", at=NOON)
    assert not Removal.objects.exists()


def test_a_removal_and_its_entry_are_one_commit(appeal: Appeal) -> None:
    an_approved(appeal)
    with pytest.raises(TheBackupIsRestored), transaction.atomic():
        hide(Kind.FURTHER, 1)
        assert Removal.objects.count() == 1
        raise TheBackupIsRestored
    assert not Removal.objects.exists()


def test_no_name_is_in_the_journal(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal, organisation_name="Canary Fund", contact_email="canary@fund.example")
    leaving.withdraw(link(endorsement), at=NOON + HOUR)
    text = removal_journal.encode_entry(Removal.objects.get()).decode()
    assert "anary" not in text
    assert removal_journal.decode_entry(text.encode()).uid == Removal.objects.get().uid


GOOD = removal_journal.encode_entry(
    Removal(
        uid=uuid.UUID(int=7), kind="hide", appeal=SLUG, reference="further-1", endorsement=1, submitted_at=NOON, at=NOON
    )
)


@pytest.mark.parametrize("broken", [b'{"id": "1"}', b"12", b"[]", b"\xff\xfe", b'{"journal": "x"}', GOOD[:-20]])
def test_a_damaged_line_is_refused_since_it_may_have_been_a_removal(tmp_path: Path, broken: bytes) -> None:
    file = tmp_path / "removals.jsonl"
    file.write_bytes(removal_journal.encode_header("site") + GOOD + broken + b"\n" + GOOD)
    with pytest.raises(UnusableJournal, match="Line 3 of"):
        removal_journal.read_journal(file)
    file.write_bytes(removal_journal.encode_header("site") + GOOD + broken)
    journal = removal_journal.read_journal(file)  # its writer was killed, or it was copied meanwhile
    assert (journal.is_truncated, len(journal.removals)) == (True, 1)


def test_an_empty_file_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "removals.jsonl").write_bytes(b"")
    with pytest.raises(UnusableJournal, match="is empty"):
        removal_journal.read_journal(tmp_path / "removals.jsonl")


def test_the_journal_of_another_site_is_refused(appeal: Appeal, tmp_path: Path) -> None:
    (tmp_path / "removals.jsonl").write_bytes(removal_journal.encode_header("another") + GOOD)
    with pytest.raises(UnusableJournal, match="another site"):
        restore.replay_journal_file(
            tmp_path / "removals.jsonl", [], by=OPERATOR, at=NOON, on_progress=lambda done, of: None
        )


def test_a_file_of_the_first_version_hides_what_was_not_listed_since(appeal: Appeal, tmp_path: Path) -> None:
    an_approved(appeal)
    line = '{{"appeal": "{}", "kind": "{}", "number": {}, "at": "{}"}}\n'
    before, after = (NOON - HOUR).isoformat(), (NOON + HOUR).isoformat()
    (tmp_path / "removals.jsonl").write_text(
        line.format(SLUG, "original", 3, after)
        + line.format(SLUG, "further", 1, before)  # it was approved later
        + line.format(SLUG, "further", 99, after)
        + line.format("nothing", "original", 4, after),
        encoding="ascii",
    )
    result = restore.replay_journal_file(
        tmp_path / "removals.jsonl", [], by=OPERATOR, at=NOON, on_progress=lambda done, of: None
    )
    assert result.counts == {RemovalKind.HIDE: 1}
    assert listed() == {"further-1"} | {f"original-{number}" for number in range(1, 36) if number != 3}
