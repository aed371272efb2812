"""Dispute: a message that a name should not stand where it stands. It goes to the top of the queue."""

from typing import Self

from django.db import models
from django.db.models import Q

from petition.models.appeals import Appeal


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def open(self) -> Self:
        return self.filter(settled_at=None)


class Dispute(models.Model):
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="+")
    reference = models.CharField(max_length=20, blank=True)  # original-12, further-12: the line, where it was named
    sealed_message = models.TextField()
    sealed_mailbox = models.TextField(blank=True)  # where the secretariat may answer, if it may
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["raised_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(sealed_message=""), name="dispute_has_words")]

    def __str__(self) -> str:
        return f"dispute {self.pk}"
