"""A table of endorsements: each row is checked like the form, added once or not at all, and erased then."""

from datetime import timedelta
from typing import Any

import pytest

from petition.actions.bulk_entry import table_files, uploads
from petition.actions.endorsing import confirmation
from petition.actions.moderation import manual_entry
from petition.actions.operations import retention
from petition.actions.refusals import NothingToDo, NotOpen, NotPossible, OnlyItsAuthor, SecondPersonNeeded
from petition.models import Appeal, AuditEvent, BulkOutcome, BulkRow, BulkUpload, Endorsement, Origin
from petition.reference import clock
from petition.security.tokens import hash_token
from tests import factories
from tests.factories import MODERATOR, NOON, SECOND, mails, token_in

COLUMNS = "organisation_name,countries,display,contact_name,contact_role,contact_email"


def new() -> list[Endorsement]:
    return list(Endorsement.objects.exclude(origin="imported"))


def a_line(number: int, **changes: str) -> str:
    fields = {
        "name": f"{WORDS[number % len(WORDS)]} Fund {number}",
        "countries": "KG",
        "display": "named",
        "contact": "Asel Asanova",
        "role": "director",
        "mail": f"asel{number}@fund.example",
    } | changes
    return ",".join(fields.values())


WORDS = ("River", "Mountain", "Window", "Harbour", "Meadow", "Lantern", "Bridge", "Orchard")


def an_upload(appeal: Appeal, *lines: str, origin: Origin = Origin.EMAIL) -> BulkUpload:
    rows = table_files.read_table("\n".join((COLUMNS, *lines)), language="en")
    upload = uploads.create_upload(appeal, rows, origin=origin, note="In the blue folder.", by=MODERATOR, at=NOON)
    work()
    return upload


def work() -> None:
    with clock.freeze(NOON):
        while uploads.continue_uploads():
            pass


def outcomes(upload: BulkUpload) -> list[str]:
    return list(upload.rows.order_by("number").values_list("outcome", flat=True))


def start(upload: BulkUpload) -> int:
    count = uploads.start(upload.pk, by=MODERATOR, at=NOON)
    work()
    return count


def test_rows_are_checked_then_added_then_erased(appeal: Appeal) -> None:
    upload = an_upload(appeal, a_line(1), a_line(2), a_line(3, mail="no mailbox"))
    assert outcomes(upload) == ["ready", "ready", "wrong"]
    assert not new()
    before = len(mails())
    assert start(upload) == 2
    assert outcomes(upload) == ["entered", "entered", "wrong"]
    assert [row.sealed_fields == "" for row in upload.rows.order_by("number")] == [True, True, False]
    assert {endorsement.origin for endorsement in new()} == {"email"}
    assert [mail[0] for mail in mails()[before:]] == ["entered", "entered"]
    events = AuditEvent.objects.filter(verb="submit", actor_kind="staff")
    assert {(event.actor_id, event.subject_id) for event in events} == {(1, row.pk) for row in new()}
    with pytest.raises(NothingToDo):
        uploads.start(upload.pk, by=MODERATOR, at=NOON)


def test_its_contact_declares_and_confirms_as_for_a_single_entry(appeal: Appeal) -> None:
    start(an_upload(appeal, a_line(1)))
    digest = hash_token(token_in(mails()[-1][2]), "confirm")
    confirmed = confirmation.confirm(digest, at=NOON, declared=True)
    assert (confirmed.state, confirmed.organisation_name) == ("confirmed", "Mountain Fund 1")


def test_rows_of_a_letter_have_no_contact_and_wait_for_another_moderator(appeal: Appeal) -> None:
    before = len(mails())
    upload = an_upload(appeal, "Fund by letter,KG,named,,,", origin=Origin.LETTER)
    assert start(upload) == 1
    (endorsement,) = new()
    assert (endorsement.origin, endorsement.state, len(mails())) == ("letter", "submitted", before)


@pytest.mark.parametrize("origin", [Origin.EMAIL, Origin.LETTER])
def test_the_same_table_twice_adds_nothing(appeal: Appeal, origin: Origin) -> None:
    lines = [a_line(number) for number in range(5)]
    start(an_upload(appeal, *lines, origin=origin))
    assert len(new()) == 5
    before = len(mails())
    again = an_upload(appeal, *lines, origin=origin)
    assert outcomes(again) == ["duplicate"] * 5
    with pytest.raises(NothingToDo):
        start(again)
    # Two tables uploaded before either was added.
    third, fourth = an_upload(appeal, a_line(7), origin=origin), an_upload(appeal, a_line(7), origin=origin)
    assert (outcomes(third), outcomes(fourth)) == (["ready"], ["ready"])
    uploads.start(third.pk, by=MODERATOR, at=NOON)
    uploads.start(fourth.pk, by=MODERATOR, at=NOON)
    work()
    assert (outcomes(third), outcomes(fourth)) == (["entered"], ["duplicate"])
    assert (len(new()), len(mails()) - before) == (6, 1 if origin == Origin.EMAIL else 0)


def test_the_same_row_twice_in_one_table_is_added_once(appeal: Appeal) -> None:
    upload = an_upload(appeal, a_line(1), a_line(1, role="lawyer"), a_line(1, mail="other@fund.example"))
    assert outcomes(upload) == ["ready", "duplicate", "ready"]  # the third is another mailbox, and looks alike
    first, second, _third = upload.rows.order_by("number")
    uploads.leave_out_row(first.pk)
    uploads.leave_out_row(first.pk)  # and taken back
    uploads.leave_out_row(first.pk)
    uploads.correct_row(second.pk, uploads.read_fields(second), by=MODERATOR)
    assert outcomes(upload) == ["left_out", "ready", "ready"]


def test_who_endorses_already_is_shown_as_such_and_similar_names_are_shown(appeal: Appeal) -> None:
    listed = factories.approved(appeal, organisation_name="River Fund 0", contact_email="asel0@fund.example")
    upload = an_upload(appeal, a_line(0), a_line(0, name="River Fund O", mail="other@fund.example"))
    assert outcomes(upload) == ["duplicate", "ready"]
    assert [listed.pk in [pk for pk, _how in row.alike] for row in upload.rows.order_by("number")] == [True, True]


def test_a_wrong_row_is_corrected_and_an_added_one_stays(appeal: Appeal) -> None:
    upload = an_upload(appeal, a_line(1, mail="asel at fund"), a_line(2))
    wrong, right = upload.rows.order_by("number")
    fields = uploads.open_row(wrong.pk, by=SECOND, at=NOON)
    assert fields["contact_email"] == "asel at fund"
    assert AuditEvent.objects.filter(verb="open_row", actor_id=2).count() == 1
    uploads.correct_row(wrong.pk, fields | {"contact_email": "asel@fund.example"}, by=MODERATOR)
    assert outcomes(upload) == ["ready", "ready"]
    start(upload)
    with pytest.raises(NotPossible):
        uploads.correct_row(right.pk, fields, by=MODERATOR)
    with pytest.raises(NotPossible):
        uploads.leave_out_row(right.pk)


def test_only_who_uploaded_letters_changes_and_adds_them(appeal: Appeal) -> None:
    upload = an_upload(appeal, a_line(1), origin=Origin.LETTER)
    row = upload.rows.get()
    for work_of_another in (
        lambda: uploads.correct_row(row.pk, uploads.read_fields(row), by=SECOND),
        lambda: uploads.start(upload.pk, by=SECOND, at=NOON),
    ):
        with pytest.raises(OnlyItsAuthor):
            work_of_another()
    assert start(upload) == 1
    endorsement = new()[0]
    with pytest.raises(SecondPersonNeeded):
        manual_entry.confirm_letter(endorsement.pk, by=MODERATOR, at=NOON)
    manual_entry.confirm_letter(endorsement.pk, by=SECOND, at=NOON)


def test_nothing_is_added_to_a_closed_appeal(appeal: Appeal) -> None:
    upload = an_upload(appeal, a_line(1))
    uploads.start(upload.pk, by=MODERATOR, at=NOON)
    Appeal.objects.update(closes_at=NOON - timedelta(hours=1))
    work()
    assert (outcomes(upload), len(new())) == (["ready"], 0)
    with pytest.raises(NotOpen):
        uploads.start(upload.pk, by=MODERATOR, at=NOON)
    appeal.refresh_from_db()
    with pytest.raises(NotOpen):
        an_upload(appeal, a_line(2))


def test_a_row_is_added_wholly_or_not_at_all(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = an_upload(appeal, a_line(1), a_line(2))
    uploads.start(upload.pk, by=MODERATOR, at=NOON)

    def die(self: BulkRow, *args: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, clock.freeze(NOON):
        patched.setattr(BulkRow, "save", die)
        with pytest.raises(KeyboardInterrupt):
            uploads.continue_uploads()
    assert (outcomes(upload), len(new())) == (["queued", "queued"], 0)
    work()
    assert (outcomes(upload), len(new())) == (["entered", "entered"], 2)


def test_an_altered_row_holds_up_no_other(appeal: Appeal) -> None:
    upload = an_upload(appeal, a_line(1), a_line(2))
    first, second = upload.rows.order_by("number")
    BulkRow.objects.filter(pk=first.pk).update(sealed_fields=second.sealed_fields, outcome=BulkOutcome.UNCHECKED)
    work()
    assert outcomes(upload) == ["wrong", "ready"]


def test_a_table_is_deleted_by_hand_or_after_two_weeks(appeal: Appeal) -> None:
    upload, other = an_upload(appeal, a_line(1), a_line(2)), an_upload(appeal, a_line(3))
    start(other)
    uploads.delete_upload(upload.pk, by=SECOND, at=NOON)
    assert BulkUpload.objects.get() == other
    retention.purge(at=NOON + timedelta(days=13))
    assert BulkUpload.objects.exists()
    retention.purge(at=NOON + timedelta(days=14))
    assert not BulkUpload.objects.exists()


def test_no_cell_is_readable_in_the_database(appeal: Appeal) -> None:
    upload = an_upload(appeal, a_line(1, contact="Qx7 Asanova", mail="qx7@fund.example", name="Qx7 Fund"))
    stored = repr([*BulkUpload.objects.values_list(), *upload.rows.values_list()])
    assert "Qx7" not in stored and "qx7" not in stored and "blue folder" not in stored
