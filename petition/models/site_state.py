"""SiteState: the one row about the site itself.
Alert: that the staff were told of something on a day, so that they are told once.
RateCount: how often something was done in one window of time, under a keyed hash of who did it.
"""

from typing import Final

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """How the site takes endorsements in an emergency."""

    NORMAL = "normal", _("Normal")
    STRICTER = "stricter", _("Stricter: everything that comes in is set aside until somebody looks")
    CLOSED = "closed", _("Closed: nothing is taken in")


RESTORE_MARKER: Final = "restore_unfinished"
"""A table without rows that is there from before a backup is put in place until its removals are done again.

No migration makes it: it has to stay when all tables are replaced by those of the backup.
"""

_MARKERS: Final = {
    "sqlite": "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = %s",
    "postgresql": "SELECT COUNT(to_regclass(%s))",
}
_FLAG: Final = "(SELECT COUNT(*) FROM petition_sitestate WHERE list_held_back)"
_HELD_BACK: Final = {vendor: f"SELECT ({marker}) + {_FLAG}" for vendor, marker in _MARKERS.items()}


class SiteStateQuerySet(models.QuerySet["SiteState"]):
    def level(self) -> str:
        """The level in force; normal where nobody has ever set one."""
        return self.filter(pk=1).values_list("level", flat=True).first() or Level.NORMAL

    def list_is_held_back(self) -> bool:
        """Whether no list may be published: after a restore, until somebody has checked what was removed."""
        with connection.cursor() as cursor:  # one statement: every page that is made asks it
            cursor.execute(_HELD_BACK[connection.vendor], [RESTORE_MARKER])
            return bool(cursor.fetchone()[0])


def restore_is_unfinished() -> bool:
    """Whether `manage.py restore` has begun here and has not come to its end."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKERS[connection.vendor], [RESTORE_MARKER])
        return bool(cursor.fetchone()[0])


class SiteState(models.Model):
    id = models.SmallIntegerField(primary_key=True, default=1)
    worker_seen_at = models.DateTimeField(null=True, blank=True)
    # In which run of its machine the worker wrote that, and at which uptime: so the next one sees whether time jumped.
    worker_boot = models.CharField(max_length=64, blank=True, default="", db_default="")
    worker_uptime = models.FloatField(default=0, db_default=0)
    # Since when, and when last, a worker's machine said another time than this site goes by (clock_checks.py).
    clocks_differ_since = models.DateTimeField(null=True, blank=True)
    clocks_differ_at = models.DateTimeField(null=True, blank=True)
    no_erasing_until = models.DateTimeField(null=True, blank=True)
    level = models.CharField(max_length=10, choices=Level, default=Level.NORMAL)
    # Networks are counted under this random key; it is replaced every week, and then no count can be traced.
    rate_key = models.CharField(max_length=64, blank=True)
    rate_key_since = models.DateTimeField(null=True, blank=True)
    tables_rewritten_at = models.DateTimeField(null=True, blank=True)  # actions/operations/table_rewrite.py
    journal_id = models.CharField(max_length=36, blank=True)  # stands in the file as well: other sites have another
    journal_written = models.BigIntegerField(default=0)  # how many rows of Removal are in a worker's file
    journal_failed_at = models.DateTimeField(null=True, blank=True)  # when a worker last could not write its file
    list_held_back = models.BooleanField(default=False)  # restored without the journal of removals

    objects = SiteStateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="site_state_is_one_row"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="site_state_level_known"),
        ]

    def __str__(self) -> str:
        return "the site"


class WorkerFailure(models.Model):
    """A duty of the worker that has failed since it last succeeded."""

    duty = models.CharField(max_length=30, primary_key=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    error = models.CharField(max_length=60)  # its class, never its words
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


class RateCount(models.Model):
    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    turns = models.JSONField(default=list)  # of a schedule: the last moments given, ISO 8601
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"rate count until {self.ends_at:%Y-%m-%d %H:%M}"
