"""Question: what a moderator asks an organisation before deciding, and its answer, which only the secretariat reads."""

from typing import Self

from django.db import models
from django.db.models import Q

from petition.models.endorsements import Endorsement


class QuestionQuerySet(models.QuerySet["Question"]):
    def waiting(self) -> Self:
        return self.filter(answered_at=None)


class Question(models.Model):
    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="questions")
    body = models.TextField()  # the moderator's words, which the organisation reads on its own page
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
