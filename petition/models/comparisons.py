"""Comparison: what a moderator said of two endorsements that resemble each other. It merges nothing."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from petition.models.endorsements import Endorsement


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
