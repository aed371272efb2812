"""What was acknowledged before web and worker were killed is there exactly once, with its mail; nothing is partial.

The acknowledgement is the redirect after a post, or the page after a withdrawal. Two kinds of wrong processes are
killed in the same way, and then the same search must find something.
"""

import secrets
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from petition.actions.self_service import private_links
from petition.models import (
    Appeal,
    AuditEvent,
    Contact,
    Correction,
    Dispute,
    Endorsement,
    FollowUp,
    IntakeRow,
    OutgoingMail,
    PrivateLink,
    Purpose,
    State,
)
from petition.reference import clock
from petition.security.encryption import decrypt_column
from petition.security.tokens import derive_removal_code, hash_removal_code
from tests import factories
from tests.evidence.figures import record_figure, report_progress, sized
from tests.faults.killed_processes import Processes
from tests.web.endorse.test_endorse import FORM, RIGHT
from tests.web.own_page.test_own_page import LINE
from tests.web.visitor import publish_intake_keys

KILLS = sized(4, 100)
"""How often both processes are killed."""
KILLS_OF_WRONG_ONES = 3
_KILLS_IN_A_ROW = 10  # before a worker does all that is left: more would have to wait for minutes
_REQUESTS_PER_KILL = 2  # of each kind

pytestmark = [pytest.mark.long, pytest.mark.both_databases, pytest.mark.usefixtures("committed")]


@dataclass
class Sent:
    """What visitors sent: each request by name, with the endorsement or the words; and what was acknowledged."""

    appeal: Appeal
    confirming: dict[str, int] = field(default_factory=dict)
    correcting: dict[str, int] = field(default_factory=dict)
    leaving: dict[str, int] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)

    def prepare_jobs(self, prefix: str, at: datetime) -> dict[str, Any]:
        """Return what tests/faults/sender.py needs: the form, and new requests of every kind."""
        requests: list[tuple[str, str, dict[str, Any], int]] = []
        for number in range(_REQUESTS_PER_KILL):
            waiting, token = factories.submitted(self.appeal, at=at)
            self.confirming[f"{prefix}-confirm-{number}"] = waiting.pk
            requests.append((f"{prefix}-confirm-{number}", f"/endorsements/{token}/confirm/", {}, 303))
            for kind, known, status in (("correction", self.correcting, 303), ("withdraw", self.leaving, 200)):
                row = factories.confirmed(self.appeal, at=at)
                known[f"{prefix}-{kind}-{number}"] = row.pk
                path = f"/endorsements/{private_links.create_own_page_link(row)}/{kind}/"
                requests.append((f"{prefix}-{kind}-{number}", path, LINE if kind == "correction" else {}, status))
            self.messages[f"{prefix}-message-{number}"] = words = secrets.token_hex(8)
            path = f"/appeals/{factories.SLUG}/change/message/"
            requests.append((f"{prefix}-message-{number}", path, {"about": "other", "words": words}, 302))
        return {
            "prefix": f"{prefix}-form",
            "form": {"path": FORM, "fields": RIGHT},
            "requests": [dict(zip(("name", "path", "fields", "status"), one, strict=True)) for one in requests],
        }

    def rows_of_forms(self) -> dict[uuid.UUID, str]:
        """Return the names of the organisations whose form was acknowledged, by the number of its row."""
        return {
            uuid.UUID(target.split("post=")[1][:32]): name
            for name, target in self.acknowledged.items()
            if "-form-" in name
        }


def _send_while_killing(folder: Path, *, kills: int, **wrong: str) -> Sent:
    """Kill web and worker so often while they work, then let a right worker do the rest."""
    sent, processes = Sent(factories.an_appeal()), Processes(folder)
    publish_intake_keys()
    for kill in range(kills):
        jobs = sent.prepare_jobs(f"kill-{kill}", clock.now())
        while_taking = not wrong and kill % 2 == 1
        sent.acknowledged |= processes.run_until_killed(jobs, while_taking=while_taking, **wrong)
        if kill % _KILLS_IN_A_ROW == _KILLS_IN_A_ROW - 1 or kill == kills - 1:
            IntakeRow.objects.exclude(leased_until=None).update(leased_until=clock.now())  # two minutes later
            assert processes.run_worker() == 0
        report_progress(f"{kill + 1} of {kills} kills, {len(sent.acknowledged)} acknowledged")
    return sent


def _find_problems(sent: Sent) -> list[str]:
    """Return what is lost, there twice, or partial."""
    stored = list(Endorsement.objects.exclude(intake_id=None))
    found = Counter(row.intake_id for row in stored)
    problems = [f"{number} of the form {row}" for row in sent.rows_of_forms() if (number := found[row]) != 1]
    problems += [f"twice {row}" for row, number in found.items() if number > 1]
    problems += [f"{row} waits" for row in IntakeRow.objects.filter(done_at=None)]
    problems += [f"{row} was refused" for row in IntakeRow.objects.filter(outcome="refused")]
    for row in stored:
        problems += _find_problems_of_form(row)
    for name in sent.acknowledged.keys() - set(sent.rows_of_forms().values()):
        problems += [f"{name}: {number}" for number in [_count_done(sent, name)] if number != 1]
    if left := FollowUp.objects.count():
        problems.append(f"{left} contacts were not told")
    return problems


def _find_problems_of_form(row: Endorsement) -> list[str]:
    contacts = Contact.objects.filter(endorsement=row)
    mails = OutgoingMail.objects.filter(mailbox_index=row.mailbox_index, message="confirm_mailbox")
    event = AuditEvent.objects.get(subject_kind="endorsement", subject_id=row.pk)
    mailbox = f"{row.organisation_name}@fund.example"
    is_right = {
        "contact": [decrypt_column(contact, "sealed_mailbox") for contact in contacts] == [mailbox],
        "mail": [mail.links.count() for mail in mails] == [2]
        and mails.filter(failed_at=None, dropped_at=None).exists(),
        "trail": event.pk == row.explained_by,
        "state": row.state == State.SUBMITTED,
    }
    return [f"{row}: {what}" for what, right in is_right.items() if not right]


def _count_done(sent: Sent, name: str) -> int:
    """Return how often the acknowledged request was done."""
    if words := sent.messages.get(name):
        return [decrypt_column(dispute, "sealed_message") for dispute in Dispute.objects.all()].count(words)
    if pk := sent.correcting.get(name):
        return Correction.objects.filter(endorsement=pk).count()
    if pk := sent.leaving.get(name):
        mails = OutgoingMail.objects.filter(endorsement=pk, message="changed").count()
        return mails if Endorsement.objects.get(pk=pk).state == State.WITHDRAWN else 0
    endorsement = Endorsement.objects.get(pk=sent.confirming[name])
    row = sent.acknowledged[name].split("sent=")[1][:32]
    digest = hash_removal_code(derive_removal_code(row), factories.SLUG)
    codes = PrivateLink.objects.filter(endorsement=endorsement, purpose=Purpose.REMOVAL_CODE, digest=digest).count()
    mails = OutgoingMail.objects.filter(endorsement=endorsement, message="own_page").count()
    return mails if endorsement.state == State.CONFIRMED and codes == 1 else 0


def test_what_was_acknowledged_survives_kills_of_web_and_worker_once(tmp_path: Path) -> None:
    sent = _send_while_killing(tmp_path, kills=KILLS)
    assert len(sent.rows_of_forms()) >= KILLS
    assert IntakeRow.objects.filter(attempts__gt=1).exists(), "a kill met the worker while it had rows"
    assert _find_problems(sent) == []
    unacknowledged = Endorsement.objects.exclude(intake_id=None).count() - len(sent.rows_of_forms())
    assert 0 <= unacknowledged <= KILLS, "at most one for each kill was stored and not yet acknowledged"
    _assert_is_sound()
    record_figure(
        "kills", f"web and worker killed {KILLS} times each: {len(sent.acknowledged)} acknowledged, 0 lost, 0 doubled"
    )


def test_a_worker_that_marks_rows_done_before_storing_is_noticed(tmp_path: Path) -> None:
    sent = _send_while_killing(tmp_path, kills=KILLS_OF_WRONG_ONES, worker="marks_first")
    assert any(problem.startswith("0 of the form") for problem in _find_problems(sent))


def test_a_web_process_that_acknowledges_before_storing_is_noticed(tmp_path: Path) -> None:
    sent = _send_while_killing(tmp_path, kills=KILLS_OF_WRONG_ONES, sender="acknowledges_first")
    assert any(problem.startswith("0 of the form") for problem in _find_problems(sent))


def _assert_is_sound() -> None:
    call_command("check", databases=["default"])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]
            cursor.execute("PRAGMA foreign_key_check")
            assert cursor.fetchall() == []
