"""The intake: what visitors send, encrypted, until the worker has done it.

The public process may only add rows, and cannot read them (models/database/link_functions.py, management/commands/
database_roles.py). Nothing refers to other tables by a foreign key: a lock on an appeal must not hold up a visitor.

IntakeRow: one form, request or message.
FollowUp: what the worker still has to do after a name was hidden or an endorsement withdrawn in the database.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThanOrEqual
from django.db.models.sql.compiler import SQLCompiler

BLOCK_BYTES: Final = 256
"""What is encrypted is padded to a multiple of this, so that its size tells little."""
OVERHEAD_BYTES: Final = 48
"""What a sealed box adds: a public key of 32 bytes and an authenticator of 16."""
MOST_BYTES: Final = 160 * BLOCK_BYTES + OVERHEAD_BYTES
"""The largest box: a message of 4,000 characters of four bytes, each escaped, and the rest of its form."""
MOST_TRIES: Final = 3
"""A row that could not be processed so often is set apart, and staff are told."""
LONGEST_WAIT: Final = timedelta(hours=1)
"""Staff are told of a row that waits longer."""
MOST_WAITING_BY_LINK: Final = 5
"""How many requests may wait that came through the links of one endorsement."""


class ClockNow(Now):
    """The moment at which the row itself is inserted.

    Django's Now is when the statement began: one that sleeps before it inserts could send a form before the closing
    date that was written after it.
    """

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="CLOCK_TIMESTAMP()", **context)


class IntakeFlag(models.IntegerChoices):
    """What the public process saw of how a form was sent; the values are added up."""

    HONEYPOT = 1  # a field was filled in that people do not see
    NO_STAMP = 2  # sent without opening the form
    TOO_FAST = 4


class Outcome(models.TextChoices):
    DONE = "done"
    REFUSED = "refused"  # it was not possible any more


class IntakeRowQuerySet(models.QuerySet["IntakeRow"]):
    def waiting(self) -> Self:
        """Return those still to be processed, without those that were set apart."""
        return self.filter(done_at=None, attempts__lt=MOST_TRIES)

    def set_apart(self) -> Self:
        """Return those that could not be processed MOST_TRIES times."""
        return self.filter(done_at=None, attempts__gte=MOST_TRIES)

    def stuck(self, at: datetime) -> Self:
        """Return those set apart, and those that have waited longer than LONGEST_WAIT, as where a key is missing."""
        return self.filter(Q(attempts__gte=MOST_TRIES) | Q(arrived_at__lte=at - LONGEST_WAIT), done_at=None)


_SIZE = Length("box")


class IntakeRow(models.Model):
    # The id is a keyed hash of the form and of a random value in it, so a form sent twice is one row.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appeal = models.BigIntegerField()  # the number of the appeal
    key_id = models.CharField(max_length=8)  # of the key that opens the box
    flags = models.SmallIntegerField(default=0, db_default=0)  # IntakeFlag
    network_bucket = models.CharField(max_length=4, default="", db_default="")  # at least 200 networks share each
    box = models.BinaryField()  # security/sealed_boxes.py; emptied when the row is done
    # Only the database sets these, never the public process: when it arrived, and through which private link.
    arrived_at = models.DateTimeField(db_default=ClockNow())
    link_digest = models.CharField(max_length=70, default="", db_default="")
    # Only the worker sets these.
    attempts = models.SmallIntegerField(default=0, db_default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default="", db_default="")

    objects = IntakeRowQuerySet.as_manager()

    class Meta:
        ordering = ["arrived_at", "id"]
        indexes = [
            models.Index(fields=["flags", "arrived_at"], condition=Q(done_at=None), name="intake_waiting"),
            models.Index(
                fields=["arrived_at"], condition=Q(done_at=None, attempts__gte=MOST_TRIES), name="intake_apart"
            ),
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="intake_done"),
            models.Index(fields=["link_digest"], condition=~Q(link_digest=""), name="intake_by_link"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(Exact(_SIZE, 0), done_at__isnull=False)
                | Q(
                    GreaterThanOrEqual(_SIZE, BLOCK_BYTES + OVERHEAD_BYTES),
                    LessThanOrEqual(_SIZE, MOST_BYTES),
                    Exact((_SIZE - OVERHEAD_BYTES) % BLOCK_BYTES, 0),
                    done_at=None,
                ),
                name="intake_box_has_a_size",
            ),
            # A negative one would come before all others.
            models.CheckConstraint(condition=Q(flags__gte=0, flags__lte=sum(IntakeFlag)), name="intake_flags_known"),
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="") | (Q(done_at__isnull=False) & Q(outcome__in=Outcome.values)),
                name="intake_done_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"intake row {self.pk}"


class FollowUp(models.Model):
    endorsement = models.ForeignKey("Endorsement", on_delete=models.CASCADE, related_name="+")
    verb = models.CharField(max_length=10)  # hide, withdraw
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"after {self.verb} of endorsement {self.endorsement_id}"
