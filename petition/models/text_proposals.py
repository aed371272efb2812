"""TextProposal: a new wording of a published translation, until a second person publishes it."""

from django.db import models
from django.db.models import Q

from petition.models.appeals import Appeal


class TextProposal(models.Model):
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="text_proposals")
    language = models.CharField(max_length=10)
    dated = models.DateField()
    source = models.TextField()  # the plain text as it was pasted
    proposed_by = models.BigIntegerField()  # number of the staff account, as in the trail
    proposed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "language"], name="text_proposed_once"),
            models.CheckConstraint(condition=~Q(source=""), name="text_proposal_has_source"),
        ]

    def __str__(self) -> str:
        return f"text of {self.appeal_id} in {self.language}, proposed"
