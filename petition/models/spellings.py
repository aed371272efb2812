"""Spelling: how a name read before somebody corrected it, and after. Sealed: the list shows the present one alone."""

from django.db import models
from django.db.models import Q

from petition.models.endorsements import Endorsement


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
