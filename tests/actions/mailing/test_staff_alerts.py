"""Alerts to staff: mails, each once a day, and the banner of the staff pages."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.appeals import demonstration
from petition.actions.audit import OPERATOR, Actor
from petition.actions.intake import accept
from petition.actions.mailing import staff_alerts
from petition.actions.moderation import decisions, undo
from petition.actions.operations.removal_journal_file import RemovalJournalFile
from petition.actions.staff import attention
from petition.admin.menu import PROBLEMS
from petition.mail import outbox
from petition.models import Alert, Appeal, Kind, OutgoingMail, Removal, Role, SiteState
from petition.models.database import triggers
from petition.reference import clock
from tests.admin.staff_accounts import create_account, create_client
from tests.clocks import mark_worker_alive
from tests.factories import NOON, a_submission, an_appeal, approved, confirmed, mails, statement, submitted

EARLY = NOON.replace(hour=5)


@pytest.fixture
def people(db: None) -> None:
    """One moderator and one auditor."""
    create_account("moderator", Role.MODERATOR)
    create_account("auditor", Role.AUDITOR)


def queue_alerts(at: datetime) -> list[tuple[str, str]]:
    """Queue the alerts of `at`; return message and recipient of each."""
    before = len(mails())
    staff_alerts.queue_alerts(at=at)
    return [(message, address.split("@")[0]) for message, address, _content in mails()[before:]]


def test_moderators_get_one_digest_a_day_without_names(people: None, appeal: Appeal) -> None:
    assert queue_alerts(NOON) == []  # nothing waits
    Alert.objects.all().delete()
    confirmed(appeal, at=NOON - timedelta(hours=30), organisation_name="Unmistakable Fund")
    confirmed(appeal, at=NOON)
    assert queue_alerts(EARLY) == []
    assert queue_alerts(NOON) == [("digest", "moderator")]
    content = mails()[-1][2]
    assert (content["waiting"], content["hours"]) == ("2", "30")
    assert "Unmistakable" not in str(content)
    assert queue_alerts(NOON + timedelta(hours=1)) == []
    assert queue_alerts(NOON + timedelta(days=1)) == [("digest", "moderator")]


def test_an_overdue_queue_is_reported_at_once(people: None, appeal: Appeal, settings: Settings) -> None:
    settings.OVERDUE_AFTER_DAYS = 3
    confirmed(appeal, at=EARLY - timedelta(hours=72))
    assert queue_alerts(EARLY) == []
    assert queue_alerts(EARLY + timedelta(seconds=1)) == [("overdue", "moderator")]
    assert queue_alerts(EARLY + timedelta(seconds=61)) == []


def test_suspicious_activity_is_reported_when_it_begins(people: None, appeal: Appeal, settings: Settings) -> None:
    settings.FLOOD_PER_HOUR = 3
    for minutes in (61, 30, 20, 10):
        submitted(appeal, at=EARLY - timedelta(minutes=minutes))
    assert queue_alerts(EARLY) == []
    submitted(appeal, at=EARLY)
    assert queue_alerts(EARLY) == [("flood", "moderator")]


def test_all_staff_get_a_mail_when_more_than_ten_names_are_hidden(people: None, appeal: Appeal) -> None:
    by = Actor.staff(1)
    for number in range(1, 11):
        decisions.hide(appeal.slug, Kind.ORIGINAL, number, by=by, at=EARLY)
    assert queue_alerts(EARLY) == []
    decisions.hide(appeal.slug, Kind.ORIGINAL, 11, by=OPERATOR, at=EARLY + timedelta(minutes=59))
    assert queue_alerts(EARLY + timedelta(minutes=59)) == [("hiding", "moderator"), ("hiding", "auditor")]


def test_names_removed_in_any_way_count_and_restored_ones_do_not(appeal: Appeal) -> None:
    """Withdrawals and revocations remove names too, except names that were never listed."""
    by = Actor.staff(1)
    listed = [approved(appeal, at=EARLY) for _ in range(3)]
    decisions.withdraw(confirmed(appeal).pk, by=by, at=EARLY)
    decisions.withdraw(listed[0].pk, by=by, at=EARLY)
    decisions.revoke(listed[1].pk, by=by, at=EARLY)
    decisions.hide(appeal.slug, Kind.FURTHER, 3, by=by, at=EARLY)
    undo.undo_decision(listed[2].pk, by=by, at=EARLY)
    decisions.hide(appeal.slug, Kind.ORIGINAL, 1, by=by, at=EARLY)
    assert attention.count_hidden_names(EARLY) == 3
    decisions.show(appeal.slug, Kind.ORIGINAL, 1, by=by, at=EARLY)
    assert attention.count_hidden_names(EARLY) == 2


def test_demonstrations_cause_no_alerts(people: None, db: None, settings: Settings) -> None:
    settings.FLOOD_PER_HOUR = 1
    made_up = demonstration.get_or_create_appeal("demo", statement(), at=NOON)
    list(demonstration.add_endorsements(made_up, 20, at=NOON))
    assert queue_alerts(NOON + timedelta(days=9)) == []


def test_the_worker_sends_the_alerts(committed: None) -> None:
    create_account("moderator", Role.MODERATOR)
    confirmed(an_appeal(), at=clock.now() - timedelta(days=8))
    call_command("worker", once=True, verbosity=0)
    assert "overdue" in set(OutgoingMail.objects.values_list("message", flat=True))


def test_the_banner_lists_what_needs_attention(appeal: Appeal, settings: Settings) -> None:
    client, now = create_client(create_account("moderator", Role.MODERATOR)), clock.now()

    def list_problems() -> set[str]:
        return set(attention.find_problems(at=now))

    assert list_problems() == {attention.WORKER, attention.BACKUP}
    SiteState.objects.update_or_create(pk=1, defaults={"backup_made_at": now})
    mark_worker_alive(at=now - timedelta(minutes=10))
    assert list_problems() == set()
    with clock.freeze(now):
        assert "Needs attention" not in client.get("/admin/").content.decode()
    with clock.freeze(now + timedelta(seconds=1)):
        assert "worker has not run" in client.get("/admin/").content.decode()
    submitted(appeal, at=now - timedelta(hours=1))
    assert list_problems() == {attention.OLD_MAIL}
    mail = outbox.lease_next(at=now)
    assert mail
    outbox.mark_failed(mail, error="smtp 550", at=now, final=True)
    assert list_problems() == {attention.FAILED_MAIL}
    confirmed(appeal, at=now - timedelta(days=settings.OVERDUE_AFTER_DAYS, seconds=1))
    assert attention.OVERDUE in list_problems()
    settings.FLOOD_PER_HOUR = 1
    for _again in range(2):
        accept.submit(appeal, a_submission(), at=now)
    assert attention.SUSPICIOUS_ACTIVITY in list_problems()


def test_only_a_mail_with_failed_attempts_is_a_problem(appeal: Appeal) -> None:
    submitted(appeal, at=NOON)
    OutgoingMail.objects.update(due_at=NOON + timedelta(hours=20))
    at = NOON + timedelta(hours=2)
    assert attention.OLD_MAIL not in attention.find_problems(at=at)
    OutgoingMail.objects.update(attempts=5)
    assert attention.OLD_MAIL in attention.find_problems(at=at)


def test_the_banner_is_for_staff_only(client: Client, appeal: Appeal) -> None:
    assert "Needs attention" not in client.get("/admin/login/").content.decode()
    auditor = create_client(create_account("auditor", Role.AUDITOR))
    assert "Needs attention" not in auditor.get("/admin/petition/auditevent/").content.decode()


# --- worker, mail and backup: each problem appears and disappears ---


def test_a_worker_that_is_silent_is_a_problem_after_ten_minutes(appeal: Appeal) -> None:
    mark_worker_alive(at=NOON)
    assert attention.WORKER not in attention.find_problems(at=NOON + timedelta(minutes=10))
    assert attention.WORKER in attention.find_problems(at=NOON + timedelta(minutes=10, seconds=1))
    mark_worker_alive(at=NOON + timedelta(minutes=11))
    assert attention.WORKER not in attention.find_problems(at=NOON + timedelta(minutes=11))


@pytest.mark.parametrize(
    ("error", "minutes"),
    [("", 10), ("ConnectionRefusedError", 10), ("smtp 535", 10), ("smtp 421", 10), ("smtp 451", 60)],
)
def test_mail_that_does_not_leave_is_a_problem_after_ten_minutes(appeal: Appeal, error: str, minutes: int) -> None:
    """A server that asks to be tried again later (greylisting) has an hour."""
    endorsement, _ = submitted(appeal)
    tried = {"attempts": 1, "last_error": error, "due_at": NOON + timedelta(days=1)} if error else {}
    mail = OutgoingMail.objects.filter(mailbox_index=endorsement.mailbox_index)
    mail.update(created_at=NOON, **{"due_at": NOON} | tried)
    assert attention.OLD_MAIL not in attention.find_problems(at=NOON + timedelta(minutes=minutes, seconds=-1))
    late = NOON + timedelta(minutes=minutes)
    assert attention.OLD_MAIL in attention.find_problems(at=late)
    mail.update(sent_at=late, sealed_address="", sealed_content="", last_error="")
    assert attention.OLD_MAIL not in attention.find_problems(at=late)


def test_a_missing_backup_is_a_problem_after_36_hours_until_there_is_one(
    appeal: Appeal, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    late = NOON + timedelta(hours=36, seconds=1)
    assert attention.BACKUP not in attention.find_problems(at=NOON + timedelta(hours=36))
    assert attention.BACKUP in attention.find_problems(at=late)
    SiteState.objects.update_or_create(pk=1, defaults={"backup_made_at": late})  # as write_backup does
    assert attention.BACKUP not in attention.find_problems(at=late + timedelta(hours=36))
    assert attention.BACKUP in attention.find_problems(at=late + timedelta(hours=36, seconds=1))


def test_a_removal_journal_that_is_not_written_is_a_problem_until_it_is(
    appeal: Appeal, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    decisions.hide(appeal.slug, Kind.ORIGINAL, 1, by=OPERATOR, at=NOON)
    triggers.remove_triggers(connection)  # to let it look as if it had been stored a while ago
    Removal.objects.update(stored_at=Now() - timedelta(minutes=1))
    triggers.install_triggers(connection)
    assert attention.JOURNAL in attention.find_problems(at=NOON)
    RemovalJournalFile().write()
    assert attention.JOURNAL not in attention.find_problems(at=NOON)


def test_the_banner_has_words_for_every_problem() -> None:
    codes = {value for name, value in vars(attention).items() if name.isupper() and isinstance(value, str)}
    assert set(PROBLEMS) == codes - {attention.HIDING}  # a mail alone
