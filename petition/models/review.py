"""Flag: what the evidence said of an endorsement when it was weighed, for the queue to show and to filter by.
Comparison: what a moderator said of two endorsements that resemble each other. It merges nothing.
Spelling: how a name read before somebody corrected it, and after. Sealed: the list shows the present one alone.
Decision: what a moderator decided last about an endorsement, for as long as it can be taken back.
Reason: why a moderator rejects, in words that editors keep, and whether and how the organisation is told.
KnownOrganisation: whom the secretariat knows, and at which mail domain. Private, and no signatory.
"""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from petition.models.endorsements import Endorsement
from petition.models.mails import OutgoingMail


class FlagCode(models.TextChoices):
    """Why a moderator looks closer; the first two say only what is usual among groups in exile."""

    FREE_MAIL = "free_mail", _("Free mailbox")
    KNOWN = "known", _("Known to the secretariat")
    RESEMBLES_LISTED = "resembles_listed", _("Resembles a listed name")
    RESEMBLES_WAITING = "resembles_waiting", _("Resembles another endorsement")
    CHARACTERS = "characters", _("Mixed or invisible letters")
    DISPOSABLE_MAIL = "disposable_mail", _("Disposable mailbox")
    KNOWN_ELSEWHERE = "known_elsewhere", _("Known at another domain")
    SAME_NETWORK = "same_network", _("Several from one network")
    SAME_DOMAIN = "same_domain", _("Several from one mail domain")
    BURST = "burst", _("Many within minutes")
    FAST = "fast", _("Filled in within seconds")


CALM = frozenset({FlagCode.FREE_MAIL, FlagCode.KNOWN})
"""Flags that ask nobody to look closer."""


class Flag(models.Model):
    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="flags")
    code = models.CharField(max_length=20, choices=FlagCode)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["code", "endorsement"], name="flag_once"),  # in this order: the filter's
            models.CheckConstraint(condition=Q(code__in=FlagCode.values), name="flag_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of endorsement {self.endorsement_id}"


class Verdict(models.TextChoices):
    SAME = "same", _("Same body")
    DIFFERENT = "different", _("Different body")


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def about(self, endorsement_id: int) -> Self:
        return self.filter(Q(first=endorsement_id) | Q(second=endorsement_id))


class Comparison(models.Model):
    first = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="+")  # the lower number
    second = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="+")
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


class Spelling(models.Model):
    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="spellings")
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


class Decision(models.Model):
    endorsement = models.OneToOneField(Endorsement, on_delete=models.CASCADE, related_name="decision")
    verb = models.CharField(max_length=40)  # as in the trail
    before = models.CharField(max_length=10)  # the state that it is to have again
    sealed_before = models.TextField(blank=True)  # JSON of what else was there before
    staff_id = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField()
    mail = models.ForeignKey(OutgoingMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    explained_by = models.BigIntegerField()  # that of the endorsement since: another one means another decision

    class Meta:
        indexes = [models.Index(fields=["staff_id", "decided_at"], name="decision_mine")]

    def __str__(self) -> str:
        return f"{self.verb} endorsement {self.endorsement_id}"


class ReasonQuerySet(models.QuerySet["Reason"]):
    def offered(self) -> Self:
        return self.filter(is_offered=True)


class Reason(models.Model):
    code = models.SlugField(max_length=40, unique=True)  # stands in the trail; never changed, never deleted
    labels = models.JSONField(default=dict)  # by language: what moderators choose by
    words = models.JSONField(default=dict)  # by language: what the mail says; where it says nothing, our plain sentence
    sends_mail = models.BooleanField(default=True)
    is_offered = models.BooleanField(default=True)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(code=""), name="reason_has_code")]

    def __str__(self) -> str:
        return self.code

    def label(self, language: str) -> str:
        """What moderators choose it by, in `language` where it is worded."""
        return str(self.labels.get(language) or self.labels.get("en") or self.code)


class KnownOrganisation(models.Model):
    name = models.CharField(max_length=300)
    domain_index = models.CharField(max_length=64, db_index=True)  # keyed hash, as of an endorsement's mailbox
    sealed_channel = models.TextField(blank=True)  # where it can be reached: often a person
    member = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["name", "domain_index"], name="known_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(domain_index=""), name="known_has_name_and_domain"),
        ]

    def __str__(self) -> str:
        return f"known organisation {self.pk}"
