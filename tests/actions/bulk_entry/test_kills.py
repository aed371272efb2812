"""A worker that is killed while it adds a table loses no row and adds none twice."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from petition.actions.bulk_entry import table_files, uploads
from petition.models import Appeal, BulkOutcome, BulkUpload, Endorsement, Origin, OutgoingMail
from petition.reference import clock
from tests import factories
from tests.evidence.figures import record_figure, sized
from tests.factories import MODERATOR
from tests.faults.killed_processes import find_database_url
from tests.site import ROOT

pytestmark = [pytest.mark.long, pytest.mark.both_databases, pytest.mark.usefixtures("committed")]  # starts processes

KILLS, ROWS = sized(4, 40), sized(60, 400)
LINE = "Made-up Fund {0},KG,named,Made-up Person,Tester,table{0}@fund.example"


def a_table_to_add(appeal: Appeal) -> BulkUpload:
    header = "organisation_name,countries,display,contact_name,contact_role,contact_email"
    lines = [LINE.format(number) for number in range(ROWS)]
    rows = table_files.read_table("\n".join([header, *lines]), language="en")
    upload = uploads.create_upload(appeal, rows, origin=Origin.EMAIL, note="x", by=MODERATOR, at=clock.now())
    while uploads.continue_uploads():
        pass
    assert uploads.start(upload.pk, by=MODERATOR, at=clock.now()) == ROWS
    return upload


def kill_while_adding(upload: BulkUpload, folder: Path, kind: str = "") -> None:
    """Start a worker, and kill it some rows later."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "DATABASE_URL": find_database_url(),
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "petition.settings",
        **{name: getattr(settings, name) for name in ("SECRET_KEY", "CODE_KEY", "CONTACT_PUBLIC_KEY")},
        "CONTACT_INDEX_KEY": settings.CONTACT_INDEX_KEY,
        "CONTACT_PRIVATE_KEY": ",".join(settings.CONTACT_PRIVATE_KEYS),
    }
    command = [sys.executable, "-m", "tests.actions.bulk_entry.killed_worker", kind]
    done = upload.rows.exclude(outcome=BulkOutcome.QUEUED).count()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as worker:
        assert worker.stdout
        assert worker.stdout.readline() == b"ready\n"
        while worker.poll() is None and upload.rows.exclude(outcome=BulkOutcome.QUEUED).count() == done:
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.1))
        worker.kill()


def find_losses(upload: BulkUpload) -> list[str]:
    """Finish the table; return what is lost or there twice."""
    while uploads.continue_uploads():
        pass
    outcomes = Counter(upload.rows.values_list("outcome", flat=True))
    entered = Endorsement.objects.filter(origin=Origin.EMAIL)
    mails = OutgoingMail.objects.filter(message="entered")
    asked = mails.values("endorsement").distinct().count()
    wrong = [] if outcomes == {BulkOutcome.ENTERED: ROWS} else [f"rows: {dict(outcomes)}"]
    wrong += [] if entered.count() == ROWS else [f"{entered.count()} endorsements"]
    return wrong if asked == mails.count() == ROWS else [*wrong, f"{mails.count()} mails to {asked}"]


def test_killed_while_it_adds_a_worker_loses_and_repeats_nothing(tmp_path: Path) -> None:
    upload = a_table_to_add(factories.an_appeal())
    for _ in range(KILLS):
        kill_while_adding(upload, tmp_path)
    assert find_losses(upload) == []
    record_figure("appeal races", f"a table of {ROWS} rows, its worker killed {KILLS} times: each added once")


def test_a_worker_with_two_commits_for_a_row_is_noticed(tmp_path: Path) -> None:
    upload = a_table_to_add(factories.an_appeal())
    for _ in range(3):
        kill_while_adding(upload, tmp_path, "careless")
    assert find_losses(upload) != []
