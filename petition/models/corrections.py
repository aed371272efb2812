"""Correction: a change of its line that an organisation proposes. What it proposes is sealed until it is decided."""

from typing import Self

from django.db import models
from django.db.models import Q

from petition.models.endorsements import Endorsement


class CorrectionState(models.TextChoices):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def waiting(self) -> Self:
        return self.filter(state=CorrectionState.PROPOSED)


class Correction(models.Model):
    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="corrections")
    state = models.CharField(max_length=10, choices=CorrectionState, default=CorrectionState.PROPOSED)
    sealed_proposal = models.TextField(blank=True)  # JSON of organisation_name, acronym, countries; while it waits
    old_line_public = models.BooleanField(default=False)  # the organisation agrees that the old line stays readable
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
