"""What was acknowledged before a kill is there exactly once with its mail owed; nothing is stored partly."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from petition.models import AuditEvent, Contact, Endorsement, OutgoingMail
from petition.security.encryption import decrypt
from tests import factories

KILLS = int(os.environ.get("KILLS", "4"))
"""How many processes are killed: few on each change, 100 before a release."""
ROOT = Path(__file__).parent.parent.parent

pytestmark = [pytest.mark.evidence, pytest.mark.both_databases, pytest.mark.usefixtures("committed")]


def address_of_this_database() -> str:
    """DATABASE_URL of the database that this test process uses."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def _acknowledged_until_killed(prefix: str) -> list[str]:
    """What a process named as acknowledged before SIGKILL met it, some time after its first."""
    surroundings = os.environ | {
        "DATABASE_URL": address_of_this_database(),
        "DATA_DIR": str(settings.DATA_DIR),
        "DJANGO_SETTINGS_MODULE": "petition.settings",
    }
    command = [sys.executable, "-m", "tests.faults.submitter", factories.SLUG, prefix]
    with subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE) as process:
        assert process.stdout
        first = process.stdout.readline()
        time.sleep(random.uniform(0, 0.2))
        process.kill()
        rest = process.stdout.read()
    assert first, "it was killed before it had acknowledged anything"
    *lines, _cut_off = (first + rest).decode().split("\n")
    return lines


def test_acknowledged_submissions_survive_a_kill_and_none_is_partial() -> None:
    factories.an_appeal()
    acknowledged = [name for kill in range(KILLS) for name in _acknowledged_until_killed(f"kill-{kill}")]
    assert len(acknowledged) >= KILLS
    stored = list(Endorsement.objects.filter(origin="form"))
    names = Counter(row.organisation_name for row in stored)
    assert set(names.values()) == {1}
    assert not set(acknowledged) - set(names)
    assert len(stored) - len(acknowledged) <= KILLS, "at most one for each kill was stored and not yet acknowledged"
    assert all(row.asked_at is None for row in stored), "no mail is made before somebody asks the worker"
    factories.ask_mailboxes()
    for row in stored:
        mail = OutgoingMail.objects.owed().get(mailbox_index=row.mailbox_index)
        assert decrypt(mail.sealed_address) == f"{row.organisation_name}@fund.example"
        assert Contact.objects.filter(endorsement=row).count() == 1
        assert mail.links.count() == 2
        assert AuditEvent.objects.get(subject_kind="endorsement", subject_id=row.pk).pk == row.explained_by
    assert OutgoingMail.objects.count() == Contact.objects.count() == len(stored)
    _is_sound()


def _is_sound() -> None:
    call_command("check", databases=["default"])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]
            cursor.execute("PRAGMA foreign_key_check")
            assert cursor.fetchall() == []
