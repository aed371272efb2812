"""State of the site as a whole.

SiteState: the only row about the site itself.
WorkerFailure: a duty of the worker that fails.
Alert: that staff were alerted of something on a day, so that they are alerted once.
RateCount: how often something was done within a time window, under a keyed hash of who did it.
VisitorCount: the same, counted by the public process.
"""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """Whether the site accepts endorsements, for emergencies."""

    NORMAL = "normal", _("Normal")
    STRICTER = "stricter", _("Stricter: all new forms are put on hold until a moderator looks")
    CLOSED = "closed", _("Closed: no new forms")


PUBLIC_SITE_COLUMNS: Final = (
    *("id", "level", "list_held_back", "rate_key", "intake_keys", "review_days", "intake_waits_since"),
    *("mail_waits_since", "worker_seen_at", "worker_boot", "worker_uptime"),
)
"""The columns of SiteState that the public process may read."""


class SiteStateQuerySet(models.QuerySet["SiteState"]):
    def level(self) -> str:
        """Return the current level; normal if none was ever set."""
        return self.filter(pk=1).values_list("level", flat=True).first() or Level.NORMAL


class SiteState(models.Model):
    id = models.SmallIntegerField(primary_key=True, default=1)
    worker_seen_at = models.DateTimeField(null=True, blank=True)
    # The boot id and uptime of the worker's machine at `worker_seen_at`, to detect that a clock was changed.
    worker_boot = models.CharField(max_length=64, blank=True, default="", db_default="")
    worker_uptime = models.FloatField(default=0, db_default=0)
    # Since when, and when last, the clock of a worker's machine differed from the site's (clock_checks.py).
    clocks_differ_since = models.DateTimeField(null=True, blank=True)
    clocks_differ_at = models.DateTimeField(null=True, blank=True)
    no_erasing_until = models.DateTimeField(null=True, blank=True)
    level = models.CharField(max_length=10, choices=Level, default=Level.NORMAL)
    # Networks are counted under a hash with this random key. It is replaced weekly, so no count can be traced later.
    rate_key = models.CharField(max_length=64, blank=True)
    rate_key_since = models.DateTimeField(null=True, blank=True)
    tables_rewritten_at = models.DateTimeField(null=True, blank=True)  # actions/operations/table_rewrite.py
    backup_made_at = models.DateTimeField(null=True, blank=True)  # when the last backup was finished
    journal_id = models.CharField(max_length=36, blank=True)  # also in the journal file, to recognise another site's
    journal_written = models.BigIntegerField(default=0)  # how many rows of Removal are in the journal file
    journal_failed_at = models.DateTimeField(null=True, blank=True)  # when writing the journal file last failed
    list_held_back = models.BooleanField(default=False)  # restored without the journal of removals
    # What the worker tells the public process, which can read neither the intake nor the outbox.
    intake_keys = models.JSONField(default=dict)  # ids of the keys that workers hold: when it was said last
    review_days = models.JSONField(default=dict)  # by appeal's number
    intake_waits_since = models.DateTimeField(null=True, blank=True)  # arrival of the oldest waiting row
    mail_waits_since = models.DateTimeField(null=True, blank=True)
    unreadable_at = models.DateTimeField(null=True, blank=True)  # when an encrypted value was last found out of place

    objects = SiteStateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="site_state_is_one_row"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="site_state_level_known"),
        ]

    def __str__(self) -> str:
        return "the site"


class WorkerFailure(models.Model):
    """A duty of the worker that has failed since its last success."""

    duty = models.CharField(max_length=30, primary_key=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    error = models.CharField(max_length=60)  # its class; the message could contain private data
    failed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.duty}: {self.error}"


class Alert(models.Model):
    kind = models.CharField(max_length=20)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="alert_once_a_day")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.day}"


class _Count(models.Model):
    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    turns = models.JSONField(default=list)  # the last times assigned by a schedule, ISO 8601
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"rate count until {self.ends_at:%Y-%m-%d %H:%M}"


class RateCount(_Count):
    pass


class VisitorCount(_Count):
    pass
