"""How an organisation was checked: recorded, shown at once, and never replacing an unseen earlier check."""

import pytest

from petition.actions import stale_forms
from petition.actions.listing import entries
from petition.actions.moderation import decisions, verification
from petition.actions.moderation.verification import CheckResult
from petition.actions.operations import erasure
from petition.actions.refusals import ChangedMeanwhile, NotPossible
from petition.models import Appeal, AuditEvent, Endorsement, Signatory
from petition.security import encryption
from tests.factories import MODERATOR, NOON, an_appeal, approved, confirmed, withdraw_for_good

MEMBER = CheckResult("own_channel", member=True)


def check(row: Endorsement, checked: CheckResult = MEMBER, seen: int = 0) -> Endorsement:
    return verification.record_check(row.pk, checked, seen=seen, by=MODERATOR, at=NOON)


def line(appeal: Appeal, number: int = 1, kind: str = "original") -> Signatory:
    return Signatory.objects.get(appeal=appeal, kind=kind, number=number)


def test_approval_needs_no_check(appeal: Appeal) -> None:
    row = approved(appeal, member=True)
    assert row.signatory
    assert (row.checked_how, row.signatory.checked_how, row.signatory.member) == ("", "", False)


def test_a_check_is_recorded_and_shown_with_the_entry(appeal: Appeal) -> None:
    row = check(confirmed(appeal))
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.reason, event.actor_id, event.subject_id) == ("check", "own_channel", 1, row.pk)
    listed = decisions.approve(row.pk, by=MODERATOR, at=NOON).signatory
    assert listed
    assert (listed.checked_how, listed.member) == ("own_channel", True)


def test_a_listed_entry_changes_at_once_in_a_new_revision(appeal: Appeal) -> None:
    row = approved(appeal)
    before = Appeal.objects.get(pk=appeal.pk).revision
    check(row)
    assert line(appeal, kind="further").member
    assert Appeal.objects.get(pk=appeal.pk).revision == before + 1
    check(row, CheckResult("", member=False), seen=stale_forms.last_change_of(row))
    assert not line(appeal, kind="further").member


def test_checking_a_withheld_endorsement_changes_nothing_public(appeal: Appeal) -> None:
    row = approved(appeal, display="withheld")
    before = Appeal.objects.get(pk=appeal.pk).revision
    assert check(row).checked_how == "own_channel"
    assert Appeal.objects.get(pk=appeal.pk).revision == before


def test_a_second_check_is_refused_until_the_first_was_seen(appeal: Appeal) -> None:
    row = confirmed(appeal)
    check(row)
    with pytest.raises(ChangedMeanwhile) as stale:
        check(row, CheckResult("", member=False), seen=0)
    assert stale.value.event.verb == "check"
    assert Endorsement.objects.get(pk=row.pk).member_confirmed
    check(row, CheckResult("", member=False), seen=stale.value.event.pk)
    assert not Endorsement.objects.get(pk=row.pk).member_confirmed


def test_only_another_entry_of_the_same_appeal_can_vouch(appeal: Appeal) -> None:
    row = approved(appeal)
    vouched = check(row, CheckResult("vouched", member=False, voucher=line(appeal, 5).pk))
    assert vouched.vouched_by == line(appeal, 5)
    seen = stale_forms.last_change_of(row)
    decisions.hide(appeal.slug, "original", 6, by=MODERATOR, at=NOON)  # type: ignore[arg-type]
    other = an_appeal("other")
    for voucher in (None, line(other).pk, line(appeal, 6).pk, row.signatory_id):
        with pytest.raises(NotPossible):
            check(row, CheckResult("vouched", member=False, voucher=voucher), seen=seen)
    assert check(row, MEMBER, seen=seen).vouched_by is None


def test_the_note_is_encrypted_and_erased_with_the_contact(appeal: Appeal) -> None:
    row = check(approved(appeal), CheckResult("other", member=False, note="Spoke with Asel by telephone"))
    assert "Asel" not in row.sealed_check_note
    assert encryption.decrypt_column(row, "sealed_check_note") == "Spoke with Asel by telephone"
    erasure.erase_approved(row, at=NOON)
    assert Endorsement.objects.get(pk=row.pk).sealed_check_note == ""
    assert Endorsement.objects.get(pk=row.pk).checked_how == "other"


def test_imported_and_ended_endorsements_are_not_checked(appeal: Appeal) -> None:
    imported = Endorsement.objects.get(signatory=line(appeal))
    ended = withdraw_for_good(confirmed(appeal).pk, by=MODERATOR, at=NOON)
    for row, checked in (
        (imported, MEMBER),
        (ended, MEMBER),
        (confirmed(appeal), CheckResult("imported", member=False)),
    ):
        with pytest.raises(NotPossible):
            check(row, checked)
    assert entries.get_entry_text_for_staff(imported).startswith("International Partnership")
