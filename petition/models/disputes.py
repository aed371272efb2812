"""Dispute: a message that a name should not stand where it stands. It goes to the top of the queue."""

from typing import Self

from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from petition.models.appeals import Appeal


class About(models.TextChoices):
    """What whoever wrote chose; the first comes before all others."""

    NOT_AGREED = "not_agreed", _("We did not agree to this.")
    WRONG = "wrong", _("Something about the line is wrong.")
    OTHER = "other", _("Something else.")


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def open(self) -> Self:
        return self.filter(settled_at=None)

    def most_urgent_first(self) -> Self:
        """Names that stand there without consent, then whatever else, each the oldest first."""
        urgent = Case(When(about=About.NOT_AGREED, then=0), default=1)
        return self.order_by(urgent, "raised_at", "pk")


class Dispute(models.Model):
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=10, choices=About, blank=True)  # '' : from before it was kept
    reference = models.CharField(max_length=20, blank=True)  # original-12, further-12: the line, where it was named
    sealed_message = models.TextField()
    sealed_mailbox = models.TextField(blank=True)  # where the secretariat may answer, if it may
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["raised_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(sealed_message=""), name="dispute_has_words"),
            models.CheckConstraint(condition=Q(about__in=["", *About.values]), name="dispute_about_known"),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"
