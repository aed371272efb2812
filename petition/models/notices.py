"""Notice: the truth before the form, as the editor words it in one language. Without one, our own words stand."""

from django.db import models
from django.db.models import Q

from petition.models.appeals import Appeal


class Notice(models.Model):
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="notices")
    language = models.CharField(max_length=10)
    paragraphs = models.JSONField(default=list)  # list of sentences or short paragraphs
    dated = models.DateField()

    class Meta:
        ordering = ["appeal", "language"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "language"], name="notice_one_per_language"),
            models.CheckConstraint(condition=~Q(paragraphs=[]), name="notice_has_words"),
        ]

    def __str__(self) -> str:
        return f"notice of {self.appeal_id} in {self.language}"
