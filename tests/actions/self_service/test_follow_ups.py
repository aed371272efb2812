"""After a name was hidden or an endorsement withdrawn, the worker tells the contact, once."""

from datetime import timedelta

import pytest

from petition.actions.refusals import RowsFailed
from petition.actions.self_service import follow_ups, links, own_page
from petition.models import Appeal, Contact, Endorsement, FollowUp, OutgoingMail, PrivateLink, Purpose
from petition.security import encryption
from tests import factories
from tests.factories import NOON, a_code_digest
from tests.faults.parallel import run_parallel

pytestmark = pytest.mark.both_databases
LATER = NOON + timedelta(minutes=1)


def leave(row: Endorsement, verb: str = "hide") -> None:
    digest = PrivateLink.objects.filter(endorsement=row, purpose=Purpose.OWN_PAGE).values_list("digest", flat=True)[0]
    links.leave(digest, verb)  # type: ignore[arg-type]  # mypy does not see the literals


def list_told() -> list[tuple[int | None, str]]:
    mails = OutgoingMail.objects.filter(message="changed").order_by("pk")
    return [(mail.endorsement_id, encryption.decrypt_column(mail, "sealed_address")) for mail in mails]


@pytest.mark.parametrize("verb", ["hide", "withdraw"])
def test_the_contact_is_told_once(appeal: Appeal, verb: str) -> None:
    row = factories.approved(appeal, contact_email="asel@fund.example")
    leave(row, verb)
    assert list_told() == []
    for _ in range(2):
        assert follow_ups.process_follow_ups(at=LATER) is False
    assert list_told() == [(row.pk, "asel@fund.example")]
    assert OutgoingMail.objects.get(message="changed").due_at == LATER
    assert not FollowUp.objects.exists()
    assert factories.mails()[-1][0] == "changed", "it is still true when it leaves"


def test_the_oldest_come_first_and_many_take_several_calls(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_ups, "IN_ONE_COMMIT", 2)
    monkeypatch.setattr(follow_ups, "MOST_AT_ONCE", 4)
    rows = [factories.confirmed(appeal) for _ in range(5)]
    for row in reversed(rows):
        leave(row)
    assert follow_ups.process_follow_ups(at=LATER) is True
    assert [pk for pk, _ in list_told()] == [row.pk for row in rows[:0:-1]]
    assert follow_ups.process_follow_ups(at=LATER) is False
    assert len(list_told()) == 5


def test_nobody_is_told_where_the_contact_is_gone(appeal: Appeal) -> None:
    row = factories.approved(appeal)
    leave(row)
    own_page.forget_mailbox(
        row.links.filter(purpose=Purpose.OWN_PAGE).values_list("digest", flat=True)[0], a_code_digest(), at=NOON
    )
    assert follow_ups.process_follow_ups(at=LATER) is False
    assert (list_told(), FollowUp.objects.count()) == ([], 0)


def test_one_that_cannot_be_told_holds_up_no_other_and_stays(appeal: Appeal) -> None:
    rows = [factories.confirmed(appeal) for _ in range(3)]
    for row in rows:
        leave(row)
    Contact.objects.filter(endorsement=rows[0]).update(sealed_mailbox="made up")
    with pytest.raises(RowsFailed, match="no mail queued for 1 contacts"):
        follow_ups.process_follow_ups(at=LATER)
    assert [pk for pk, _ in list_told()] == [row.pk for row in rows[1:]]
    assert [one.endorsement_id for one in FollowUp.objects.all()] == [rows[0].pk]


@pytest.mark.usefixtures("committed")
def test_two_workers_tell_once() -> None:
    appeal = factories.an_appeal()
    rows = [factories.confirmed(appeal) for _ in range(5)]
    for row in rows:
        leave(row)
    assert run_parallel([lambda: follow_ups.process_follow_ups(at=LATER)] * 3) == [False] * 3
    assert sorted(pk or 0 for pk, _ in list_told()) == [row.pk for row in rows]
