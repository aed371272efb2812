"""Batch: one deed on many endorsements, as they were shown to who decided; taken back as one step."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from petition.models.endorsements import Endorsement


class BatchDeed(models.TextChoices):
    QUARANTINE = "quarantine", _("Set aside")
    RELEASE = "release", _("Release")
    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Reject")


class BatchState(models.TextChoices):
    PROPOSED = "proposed", _("Waits for a second person")
    DROPPED = "dropped", _("Dropped")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")


class Outcome(models.TextChoices):
    """What became of one endorsement of a batch."""

    WAITING = "waiting", _("To do")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Left alone: changed meanwhile")
    UNDONE = "undone", _("Taken back")
    KEPT = "kept", _("Not taken back: changed since")


class Batch(models.Model):
    deed = models.CharField(max_length=10, choices=BatchDeed)
    state = models.CharField(max_length=10, choices=BatchState)
    reason = models.CharField(max_length=40, blank=True)  # of a quarantine, a code
    begun_by = models.BigIntegerField()  # numbers of staff accounts
    begun_at = models.DateTimeField()
    carried_out_by = models.BigIntegerField(null=True, blank=True)
    carried_out_at = models.DateTimeField(null=True, blank=True)  # the one moment of all its decisions
    undone_by = models.BigIntegerField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deed__in=BatchDeed.values, state__in=BatchState.values), name="batch_words_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BatchState.PROPOSED, BatchState.DROPPED], carried_out_at=None)
                | (
                    ~Q(state__in=[BatchState.PROPOSED, BatchState.DROPPED])
                    & Q(carried_out_at__isnull=False, carried_out_by__isnull=False)
                ),
                name="batch_carried_out_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"

    @property
    def may_be_taken_back(self) -> bool:
        return self.state in (BatchState.RUNNING, BatchState.DONE)


class BatchPart(models.Model):
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="parts")
    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)
    seen = models.BigIntegerField(null=True, blank=True)  # its last event when it was shown: another one is another row
    quarantined_for = models.CharField(max_length=40, blank=True)  # before a release: what taking back brings back

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["batch", "outcome", "id"], name="batch_part_outcome")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "endorsement"], name="batch_part_once"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="batch_part_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"endorsement {self.endorsement_id} of batch {self.batch_id}"
