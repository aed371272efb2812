"""What moderators record about endorsements: flags, comparisons, decisions and bulk actions.

Flag: what the screening found, to show and filter in the queue.
Comparison: whether two endorsements that resemble each other are the same organisation. It merges nothing.
Spelling: how a name was spelled before and after a correction, encrypted.
Decision: the last decision about an endorsement, kept for as long as it can be undone.
Reason: a rejection reason, worded by editors, and whether the organisation is told.
KnownOrganisation: an organisation that the secretariat knows, and its mail domain. Private.
Batch, BatchPart: one action on many endorsements as they were shown, undone as one step.
"""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from petition.models.encrypted import EncryptedRow


class FlagCode(models.TextChoices):
    """What the screening found. The first two are normal for organisations in exile."""

    FREE_MAIL = "free_mail", _("Free e-mail service")
    KNOWN = "known", _("Known to the secretariat")
    RESEMBLES_LISTED = "resembles_listed", _("Resembles a listed name")
    RESEMBLES_WAITING = "resembles_waiting", _("Resembles another endorsement")
    CHARACTERS = "characters", _("Mixed or invisible letters")
    DISPOSABLE_MAIL = "disposable_mail", _("Disposable e-mail address")
    KNOWN_ELSEWHERE = "known_elsewhere", _("Known at another e-mail domain")
    SAME_NETWORK = "same_network", _("Several from one network")
    SAME_DOMAIN = "same_domain", _("Several from one e-mail domain")
    BURST = "burst", _("Many within minutes")
    FAST = "fast", _("Filled in within seconds")


HARMLESS_FLAGS = frozenset({FlagCode.FREE_MAIL, FlagCode.KNOWN})
"""Flags that are no reason to look closer."""


class Flag(models.Model):
    endorsement = models.ForeignKey("Endorsement", on_delete=models.CASCADE, related_name="flags")
    code = models.CharField(max_length=20, choices=FlagCode)

    class Meta:
        ordering = ["pk"]
        constraints = [
            # In this order, so that the index also serves the queue's filter by flag.
            models.UniqueConstraint(fields=["code", "endorsement"], name="flag_once"),
            models.CheckConstraint(condition=Q(code__in=FlagCode.values), name="flag_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of endorsement {self.endorsement_id}"


class Verdict(models.TextChoices):
    SAME = "same", _("Same organisation")
    DIFFERENT = "different", _("Different organisation")


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def about(self, endorsement_id: int) -> Self:
        return self.filter(Q(first=endorsement_id) | Q(second=endorsement_id))


class Comparison(models.Model):
    first = models.ForeignKey("Endorsement", on_delete=models.CASCADE, related_name="+")  # the one with the lower id
    second = models.ForeignKey("Endorsement", on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    said_at = models.DateTimeField()

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="comparison_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second"), verdict__in=Verdict.values), name="comparison_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"endorsements {self.first_id} and {self.second_id}: {self.verdict}"


class Spelling(EncryptedRow):
    endorsement = models.ForeignKey("Endorsement", on_delete=models.CASCADE, related_name="spellings")
    sealed_before = models.TextField()  # JSON of organisation_name, acronym, countries
    sealed_after = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["changed_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(sealed_before="") & ~Q(sealed_after=""), name="spelling_is_sealed")
        ]

    def __str__(self) -> str:
        return f"spelling {self.pk} of endorsement {self.endorsement_id}"


class Decision(EncryptedRow):
    endorsement = models.OneToOneField("Endorsement", on_delete=models.CASCADE, related_name="decision")
    verb = models.CharField(max_length=40)  # as in the audit log
    before = models.CharField(max_length=10)  # the state that undoing restores
    sealed_before = models.TextField(blank=True)  # JSON of whatever else undoing restores
    staff_id = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField()
    mail = models.ForeignKey("OutgoingMail", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    explained_by = models.BigIntegerField()  # of the endorsement at that time: any other means it was decided again

    class Meta:
        indexes = [models.Index(fields=["staff_id", "decided_at"], name="decision_mine")]

    def __str__(self) -> str:
        return f"{self.verb} endorsement {self.endorsement_id}"


class ReasonQuerySet(models.QuerySet["Reason"]):
    def offered(self) -> Self:
        return self.filter(is_offered=True)


class Reason(models.Model):
    code = models.SlugField(max_length=40, unique=True)  # is in the audit log: never changed, never deleted
    labels = models.JSONField(default=dict)  # by language, shown to moderators
    words = models.JSONField(default=dict)  # by language, for the mail; without an entry it has our default sentence
    sends_mail = models.BooleanField(default=True)
    is_offered = models.BooleanField(default=True)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(code=""), name="reason_has_code")]

    def __str__(self) -> str:
        return self.code

    def label(self, language: str) -> str:
        """Return the name that moderators see, in `language` if there is one."""
        return str(self.labels.get(language) or self.labels.get("en") or self.code)


class KnownOrganisation(EncryptedRow):
    name = models.CharField(max_length=300)
    domain_index = models.CharField(max_length=64, db_index=True)  # keyed hash, as in Endorsement
    sealed_channel = models.TextField(blank=True)  # how to reach it; encrypted because it is often a person
    member = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["name", "domain_index"], name="known_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(domain_index=""), name="known_has_name_and_domain"),
        ]

    def __str__(self) -> str:
        return f"known organisation {self.pk}"


class BatchAction(models.TextChoices):
    QUARANTINE = "quarantine", _("Put on hold")
    RELEASE = "release", _("Release")
    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Reject")
    REVOKE = "revoke", _("Revoke the approval")
    HIDE = "hide", _("Hide the name")


class BatchState(models.TextChoices):
    PROPOSED = "proposed", _("Needs a second person")
    DROPPED = "dropped", _("Cancelled")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class BatchOutcome(models.TextChoices):
    """What happened to one endorsement of a batch."""

    WAITING = "waiting", _("To do")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped: changed meanwhile")
    UNDONE = "undone", _("Undone")
    KEPT = "kept", _("Not undone: changed since")


class Batch(models.Model):
    deed = models.CharField(max_length=10, choices=BatchAction)
    state = models.CharField(max_length=10, choices=BatchState)
    reason = models.CharField(max_length=40, blank=True)  # a code, if the action is to put on hold
    begun_by = models.BigIntegerField()  # ids of staff accounts
    begun_at = models.DateTimeField()
    carried_out_by = models.BigIntegerField(null=True, blank=True)
    carried_out_at = models.DateTimeField(null=True, blank=True)  # all its decisions have this moment
    undone_by = models.BigIntegerField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deed__in=BatchAction.values, state__in=BatchState.values), name="batch_words_known"
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
    def can_be_undone(self) -> bool:
        """Return whether the batch was carried out, at least in part, and not undone. Names come back one by one."""
        removes = self.deed in (BatchAction.REVOKE, BatchAction.HIDE)
        return not removes and self.state in (BatchState.RUNNING, BatchState.DONE)


class BatchPart(models.Model):
    batch = models.ForeignKey("Batch", on_delete=models.CASCADE, related_name="parts")
    endorsement = models.ForeignKey("Endorsement", on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10, choices=BatchOutcome, default=BatchOutcome.WAITING)
    seen = models.BigIntegerField(null=True, blank=True)  # its last audit event when shown, to notice changes
    quarantined_for = models.CharField(max_length=40, blank=True)  # before a release, so that undoing can restore it

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["batch", "outcome", "id"], name="batch_part_outcome")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "endorsement"], name="batch_part_once"),
            models.CheckConstraint(condition=Q(outcome__in=BatchOutcome.values), name="batch_part_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"endorsement {self.endorsement_id} of batch {self.batch_id}"
