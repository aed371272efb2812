"""Requests by organisations and visitors that staff answer.

Correction: a change of its public entry that an organisation proposes, encrypted until it is decided.
Question: what a moderator asks an organisation before deciding, and the encrypted answer.
Dispute: a message to the secretariat that a name should not be listed, or is listed wrongly.
"""

from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Max, Min, Q, When, Window
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from petition.models.encrypted import EncryptedRow


class CorrectionState(models.TextChoices):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def waiting(self) -> Self:
        return self.filter(state=CorrectionState.PROPOSED)


class Correction(EncryptedRow):
    endorsement = models.ForeignKey("Endorsement", on_delete=models.CASCADE, related_name="corrections")
    state = models.CharField(max_length=10, choices=CorrectionState, default=CorrectionState.PROPOSED)
    sealed_proposal = models.TextField(blank=True)  # JSON of organisation_name, acronym, countries; erased when decided
    old_line_public = models.BooleanField(default=False)  # the organisation agrees that the old entry stays readable
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["endorsement"], condition=Q(state=CorrectionState.PROPOSED), name="correction_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=(Q(state=CorrectionState.PROPOSED, decided_at=None) & ~Q(sealed_proposal=""))
                | Q(
                    state__in=[CorrectionState.ACCEPTED, CorrectionState.REFUSED],
                    decided_at__isnull=False,
                    sealed_proposal="",
                ),
                name="correction_forgotten_when_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk} of endorsement {self.endorsement_id}"


class QuestionQuerySet(models.QuerySet["Question"]):
    def waiting(self) -> Self:
        return self.filter(answered_at=None)


class Question(EncryptedRow):
    endorsement = models.ForeignKey("Endorsement", on_delete=models.CASCADE, related_name="questions")
    body = models.TextField()  # shown to the organisation on its own page
    sealed_answer = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["endorsement"], condition=Q(answered_at=None), name="question_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(body=""), name="question_has_words"),
        ]

    def __str__(self) -> str:
        return f"question {self.pk} about endorsement {self.endorsement_id}"


class DisputeTopic(models.TextChoices):
    """What the message is about, as its sender chose. The first is the most urgent."""

    NOT_AGREED = "not_agreed", _("We did not agree to this.")
    WRONG = "wrong", _("The entry is wrong.")
    OTHER = "other", _("Something else.")


class Claim(models.TextChoices):
    """Whose e-mail address the sender gave. Not verified: anybody can type in an address."""

    MAILBOX = "mailbox", _("From the contact’s e-mail address")
    DOMAIN = "domain", _("From the contact’s e-mail domain")


def _priority() -> CombinedExpression:
    """Return the sort key, 0 to 11: within the limits first, then by claim, then by topic."""
    above_limit = Case(When(above_limit=True, then=6), default=0)
    claim = Case(When(claim=Claim.MAILBOX, then=0), When(claim=Claim.DOMAIN, then=2), default=4)
    topic = Case(When(about=DisputeTopic.NOT_AGREED, then=0), default=1)
    return above_limit + claim + topic


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def open(self) -> Self:
        return self.filter(settled_at=None)

    def by_priority(self) -> Self:
        """Return the most urgent first, and the newest first among equals."""
        return self.order_by(_priority(), "-raised_at", "-pk")

    def first_of_each_entry(self, most: int) -> Self:
        """Return up to `most` for each public entry, in the order of `by_priority`."""
        place = Window(
            RowNumber(), partition_by=["appeal_id", "reference"], order_by=[_priority(), "-raised_at", "-pk"]
        )
        return self.annotate(place=place).filter(place__lte=most).by_priority()

    def by_entry(self) -> models.QuerySet[Any, Any]:
        """Return one row for each public entry with the numbers of messages by kind, the most urgent entry first."""
        entries = self.order_by().values("appeal_id", "appeal__slug", "reference")
        return entries.annotate(
            count=Count("pk"),
            not_agreed=Count("pk", filter=Q(about=DisputeTopic.NOT_AGREED)),
            flood=Count("pk", filter=Q(above_limit=True)),
            claims=Count("pk", filter=~Q(claim="")),
            newest=Max("raised_at"),
            best=Min(_priority()),
        ).order_by("best", "-newest", "appeal_id", "reference")


class Dispute(EncryptedRow):
    appeal = models.ForeignKey("Appeal", on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=10, choices=DisputeTopic, blank=True)  # '' : older than this column
    reference = models.CharField(max_length=20, blank=True)  # original-12, further-12: the entry, if one was named
    sealed_message = models.TextField()
    sealed_mailbox = models.TextField(blank=True)  # where to answer, if the sender gave an address
    claim = models.CharField(max_length=10, choices=Claim, blank=True)  # whose address was given, as far as we can tell
    above_limit = models.BooleanField(default=False)  # one of very many, so it is listed after the others
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["raised_at", "pk"]
        indexes = [
            models.Index(fields=["appeal", "reference"], condition=Q(settled_at=None), name="dispute_open"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(claim__in=["", *Claim.values]), name="dispute_claim_known"),
            models.CheckConstraint(condition=~Q(sealed_message=""), name="dispute_has_words"),
            models.CheckConstraint(condition=Q(about__in=["", *DisputeTopic.values]), name="dispute_about_known"),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"
