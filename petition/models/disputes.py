"""Dispute: a message to the secretariat that a name should not be listed, or is listed wrongly."""

from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Max, Min, Q, When, Window
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from petition.models.appeals import Appeal


class About(models.TextChoices):
    """What whoever wrote chose; the first comes before all others."""

    NOT_AGREED = "not_agreed", _("We did not agree to this.")
    WRONG = "wrong", _("Something about the line is wrong.")
    OTHER = "other", _("Something else.")


class Claim(models.TextChoices):
    """Whose address whoever wrote gave. Only claimed: nobody has proven that the mailbox is theirs."""

    MAILBOX = "mailbox", _("Gives the e-mail address of the contact")
    DOMAIN = "domain", _("Gives an address at the domain of the contact")


def _rank() -> CombinedExpression:
    """0 to 11, the lowest first: not above a limit, then by what is claimed, then without consent before all else."""
    flood = Case(When(above_limit=True, then=6), default=0)
    claim = Case(When(claim=Claim.MAILBOX, then=0), When(claim=Claim.DOMAIN, then=2), default=4)
    urgent = Case(When(about=About.NOT_AGREED, then=0), default=1)
    return flood + claim + urgent


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def open(self) -> Self:
        return self.filter(settled_at=None)

    def genuine_first(self) -> Self:
        """What most needs a person first, the newest before older ones of the same kind."""
        return self.order_by(_rank(), "-raised_at", "-pk")

    def first_of_each_entry(self, most: int) -> Self:
        """Up to `most` for each entry, in the order of `genuine_first`."""
        place = Window(RowNumber(), partition_by=["appeal_id", "reference"], order_by=[_rank(), "-raised_at", "-pk"])
        return self.annotate(place=place).filter(place__lte=most).genuine_first()

    def by_entry(self) -> models.QuerySet[Any, Any]:
        """One row for each entry, that with the most urgent message first: how many there are, and of which kinds."""
        entries = self.order_by().values("appeal_id", "appeal__slug", "reference")
        return entries.annotate(
            count=Count("pk"),
            not_agreed=Count("pk", filter=Q(about=About.NOT_AGREED)),
            flood=Count("pk", filter=Q(above_limit=True)),
            claims=Count("pk", filter=~Q(claim="")),
            newest=Max("raised_at"),
            best=Min(_rank()),
        ).order_by("best", "-newest", "appeal_id", "reference")


class Dispute(models.Model):
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=10, choices=About, blank=True)  # '' : from before it was kept
    reference = models.CharField(max_length=20, blank=True)  # original-12, further-12: the line, where it was named
    sealed_message = models.TextField()
    sealed_mailbox = models.TextField(blank=True)  # where the secretariat may answer, if it may
    claim = models.CharField(max_length=10, choices=Claim, blank=True)  # whose address was given, as far as we can tell
    above_limit = models.BooleanField(default=False)  # so many came that it stands behind the others
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
            models.CheckConstraint(condition=Q(about__in=["", *About.values]), name="dispute_about_known"),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"
