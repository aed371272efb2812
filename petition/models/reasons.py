"""Reason: why a moderator rejects, in words that editors keep, and whether and how the organisation is told."""

from typing import Self

from django.db import models
from django.db.models import Q


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
