"""What the exporter reads from the database and from DATA_DIR: one row for each figure. None has a name in it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.core.checks import ERROR
from django.core.checks.registry import registry

from petition import checks
from petition.actions.operations import backup, clock_checks
from petition.actions.staff import attention
from petition.models import Endorsement, IntakeRow, OutgoingMail, SiteState, State, WorkerFailure
from petition.reference import clock

Values = dict[str, float]
"""Values of a figure by its label; by '' for a figure without one."""


@dataclass(frozen=True)
class Figure:
    """`read` is called with the site's present time."""

    name: str
    meaning: str
    read: Callable[[datetime], Values]
    label: str = ""


def find_last_backup() -> datetime | None:
    """Return when the newest backup in this DATA_DIR was finished, by the machine's clock."""
    times = [file.stat().st_mtime for file in (settings.DATA_DIR / "backups").glob(f"*{backup.SUFFIX}")]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _seconds_since(moment: datetime | None, at: datetime, *, if_never: float = 0) -> Values:
    return {"": if_never if moment is None else max(0.0, (at - moment).total_seconds())}


def _read_oldest_form(at: datetime) -> Values:
    first = IntakeRow.objects.waiting().order_by("arrived_at").values_list("arrived_at", flat=True).first()
    return _seconds_since(first, at)


def _read_queue(at: datetime) -> Values:
    waiting = Endorsement.objects.filter(state=State.CONFIRMED, appeal__is_demo=False, withdrawal_due_at=None)
    return {"": waiting.count()}


def _read_oldest_mail(at: datetime) -> Values:
    # A retry moves `due_at`, so a mail that was tried counts from its creation. A mail that waits its turn is not late.
    owed = OutgoingMail.objects.owed()
    tried = owed.filter(attempts__gte=1).order_by("created_at").values_list("created_at", flat=True).first()
    due = owed.filter(attempts=0, due_at__lte=at).order_by("due_at").values_list("due_at", flat=True).first()
    return _seconds_since(min(filter(None, (tried, due)), default=None), at)


def _read_failed_mails(at: datetime) -> Values:
    return {"": OutgoingMail.objects.filter(failed_at__gte=at - attention.FAILED_WITHIN).count()}


def _read_heartbeat(at: datetime) -> Values:
    seen = SiteState.objects.filter(pk=1).values_list("worker_seen_at", flat=True).first()
    return _seconds_since(seen, at, if_never=math.inf)


def _read_failing_duties(at: datetime) -> Values:
    return dict(WorkerFailure.objects.values_list("duty", "failures"))


def _read_erasing(at: datetime) -> Values:
    return {"": clock_checks.is_clock_doubtful(at=at)}


def read_checks(at: datetime) -> Values:
    """Return how many errors each check of checks/ finds in this process."""
    found = [*registry.get_checks(include_deployment_checks=True)]
    ours = [check for check in found if check.__module__.startswith(f"{checks.__name__}.")]
    return {
        getattr(check, "__name__", "").removeprefix("check_"): sum(
            message.level >= ERROR for message in check(app_configs=None, databases=["default"])
        )
        for check in ours
    }


CHECKS: Final = Figure(
    "petition_check_errors", "Errors that each check of `check --deploy` finds: 0 is right.", read_checks, "check"
)
FOR_STAFF: Final = (
    Figure(
        "petition_intake_waiting",
        "Forms and requests of visitors that wait for the worker.",
        lambda at: {"": IntakeRow.objects.waiting().count()},
    ),
    Figure("petition_intake_oldest_seconds", "How long the oldest of them has waited.", _read_oldest_form),
    Figure(
        "petition_intake_set_apart",
        "Those that the worker could not process.",
        lambda at: {"": IntakeRow.objects.stuck(at).count()},
    ),
    Figure("petition_queue_waiting", "Endorsements that wait for a decision of a moderator.", _read_queue),
    Figure(
        "petition_queue_oldest_seconds",
        "How long the oldest of them has waited.",
        lambda at: _seconds_since(attention.get_oldest_waiting(), at),
    ),
    Figure(
        "petition_mails_pending",
        "Mails that are still to be sent.",
        lambda at: {"": OutgoingMail.objects.owed().count()},
    ),
    Figure("petition_mail_oldest_seconds", "By how long the oldest mail is late.", _read_oldest_mail),
    Figure("petition_mails_failed", "Mails that were finally refused within seven days.", _read_failed_mails),
    Figure("petition_worker_heartbeat_age_seconds", "How long ago a worker was seen.", _read_heartbeat),
    Figure(
        "petition_worker_duty_failing",
        "How often a duty of the worker has failed since its last success. Only duties that failed are here.",
        _read_failing_duties,
        "duty",
    ),
    Figure(
        "petition_backup_age_seconds",
        "How old the newest backup in this DATA_DIR is.",
        lambda _at: _seconds_since(find_last_backup(), clock.machine_now(), if_never=math.inf),
    ),
    Figure(
        "petition_clock_difference_seconds",
        "By how much the clock of this machine is ahead of the clock of the database.",
        lambda at: {"": (clock.machine_now() - at).total_seconds()},
    ),
    Figure("petition_erasing_paused", "1 while nothing is erased because a clock may be wrong.", _read_erasing),
)
