"""After a break-in no link or code works that was seen, and everybody who can gets new ones."""

import uuid
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from petition.actions.audit import OPERATOR
from petition.actions.mailing import mailbox_mails
from petition.actions.mailing.delivery import deliver_due
from petition.actions.operations import removal_replay
from petition.actions.operations.removal_journal import RemovalJournal
from petition.actions.self_service import contact_changes, link_renewal, own_page, private_links
from petition.actions.self_service.link_renewal import Renewal, renew_links
from petition.actions.staff import accounts
from petition.models import (
    Appeal,
    AuditEvent,
    Endorsement,
    Invitation,
    LinkRequest,
    Origin,
    PrivateLink,
    Purpose,
    Removal,
    RemovalKind,
)
from petition.reference import clock
from petition.security.tokens import hash_token
from tests import factories
from tests.factories import NOON, a_code_digest, mails

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
LATER = NOON + timedelta(days=2)


def renew() -> Renewal:
    return renew_links(by=OPERATOR, at=LATER)


def digests() -> set[str]:
    return set(PrivateLink.objects.values_list("digest", flat=True))


def deliver() -> list[tuple[str, str]]:
    """Deliver what is due, and return message and address of each mail before that."""
    with clock.freeze(LATER):
        mailbox_mails.queue_due_mails(at=LATER)
        queued = [(message, address) for message, address, _ in mails()]
        while deliver_due():
            pass
    return queued


def own(endorsement: Endorsement) -> str:
    return hash_token(private_links.create_own_page_link(endorsement), Purpose.OWN_PAGE)


def a_confirmed(appeal: Appeal, mailbox: str) -> Endorsement:
    endorsement = factories.confirmed(appeal, contact_email=mailbox)
    private_links.create_own_page_link(endorsement)
    factories.give_removal_code(endorsement)
    return endorsement


def test_no_link_or_code_works_afterwards(appeal: Appeal) -> None:
    confirmed = a_confirmed(appeal, "asel@fund.example")
    contact_changes.request_contact_change(own(confirmed), name="B", role="", mailbox="b@fund.example", at=NOON)
    private_links.create_link(confirmed, Purpose.NAME_AGAIN)
    factories.submitted(appeal, contact_email="new@fund.example")
    factories.entered(appeal, Origin.EMAIL, contact_email="entered@fund.example")
    before = digests()
    assert set(PrivateLink.objects.values_list("purpose", flat=True)) == set(Purpose)
    renewal = renew()
    assert renewal.links == len(before)
    assert not digests() & before


def test_each_confirmed_mailbox_gets_links_to_its_own_pages_in_one_mail(appeal: Appeal) -> None:
    rows = [a_confirmed(appeal, "asel@fund.example") for _ in range(2)] + [a_confirmed(appeal, "aibek@fund.example")]
    deliver()
    assert len(renew().mailboxes) == 2
    assert LinkRequest.objects.count() == 2
    queued = [pair for pair in deliver() if pair[0] == "own_page_again"]
    assert sorted(queued) == [("own_page_again", "aibek@fund.example"), ("own_page_again", "asel@fund.example")]
    assert {row.links.filter(purpose=Purpose.OWN_PAGE).count() for row in rows} == {1}


def test_a_form_is_asked_again_with_a_new_link_and_has_a_week_again(appeal: Appeal) -> None:
    form, token = factories.submitted(appeal, contact_email="new@fund.example")
    with clock.freeze(NOON):
        deliver_due()
    assert renew().forms == 1
    assert ("confirm_mailbox", "new@fund.example") in deliver()
    link = PrivateLink.objects.get(mailbox_index=form.mailbox_index, purpose=Purpose.CONFIRM)
    assert link.digest != hash_token(token, Purpose.CONFIRM)
    assert link.expires_at == LATER + timedelta(days=7)


def test_a_waiting_mail_with_an_ended_link_does_not_leave(appeal: Appeal) -> None:
    _, token = factories.submitted(appeal, contact_email="new@fund.example")
    renew()
    sent = deliver()
    assert sent.count(("confirm_mailbox", "new@fund.example")) == 1
    deliver()
    assert hash_token(token, Purpose.CONFIRM) not in digests()
    assert PrivateLink.objects.filter(purpose=Purpose.CONFIRM).count() == 1


def test_an_entry_by_staff_is_mailed_again(appeal: Appeal) -> None:
    factories.entered(appeal, Origin.EMAIL, contact_email="entered@fund.example")
    assert renew().forms == 1
    assert ("entered", "entered@fund.example") in deliver()
    assert PrivateLink.objects.filter(purpose=Purpose.CONFIRM).count() == 1


def test_without_a_mailbox_the_removal_code_stays(appeal: Appeal) -> None:
    forgotten, kept = a_confirmed(appeal, "asel@fund.example"), a_confirmed(appeal, "aibek@fund.example")
    own_page.forget_mailbox(own(forgotten), a_code_digest(), at=NOON)
    renewal = renew()
    assert renewal.codes_kept == 1
    assert set(forgotten.links.values_list("purpose", flat=True)) == {Purpose.REMOVAL_CODE}
    assert not kept.links.exists()


def test_invitations_end(appeal: Appeal) -> None:
    accounts.invite("guest", "guest@desk.example", [], language="en", by=OPERATOR, at=NOON)
    assert renew().invitations == 1
    assert not Invitation.objects.exists()


def test_a_run_that_was_killed_is_repeated(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_renewal, "_AT_ONCE", 1)
    rows = [a_confirmed(appeal, f"asel{number}@fund.example") for number in range(3)]

    def stop(done: int, of: int) -> None:
        if done > of - len(rows):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        renew_links(by=OPERATOR, at=LATER, on_progress=stop)
    assert len(renew().mailboxes) == 3
    assert not PrivateLink.objects.exists()
    assert LinkRequest.objects.count() == 3


def test_a_restored_backup_does_not_bring_them_back(appeal: Appeal) -> None:
    row = a_confirmed(appeal, "asel@fund.example")
    before = list(PrivateLink.objects.all())
    renew()
    journal = RemovalJournal("site", list(Removal.objects.order_by("pk")))
    kinds = {removal.kind for removal in journal.removals if removal.endorsement == row.pk}
    assert {RemovalKind.END_LINKS, RemovalKind.END_CODE} <= kinds
    PrivateLink.objects.bulk_create(before)  # as the backup has them
    journal.removals = [_unsaved(removal) for removal in journal.removals]
    removal_replay.replay_removals(journal, by=OPERATOR, at=LATER)
    assert not row.links.filter(purpose__in=[Purpose.OWN_PAGE, Purpose.REMOVAL_CODE]).exists()


def _unsaved(removal: Removal) -> Removal:
    """Return an entry that the database lacks: the journal's table takes no deletion."""
    removal.pk, removal.uid = None, uuid.uuid4()
    return removal


def test_the_command_needs_a_yes_and_prints_what_it_did(
    appeal: Appeal, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    a_confirmed(appeal, "asel@fund.example")
    before = digests()
    with pytest.raises(CommandError, match="--yes"):
        call_command("renew_links")
    assert digests() == before
    call_command("renew_links", "--yes")
    output = capsys.readouterr().out
    assert f"{len(before)} links and codes ended." in output
    assert "1 mailboxes get new links" in output
    assert AuditEvent.objects.get(verb="renew_links").actor_kind == "operator"
    settings.CONTACT_PRIVATE_KEYS = []
    with pytest.raises(CommandError, match="no private key"):
        call_command("renew_links", "--yes")
