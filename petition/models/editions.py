"""Edition: the list as it was delivered at a date, by numbers alone. What they read is told by today's record."""

from django.db import models
from django.db.models import Q

from petition.models.appeals import Appeal


class Edition(models.Model):
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="editions")
    dated = models.DateField()  # the day of the delivery, and its address
    addressee = models.CharField(max_length=300)  # as the document names it
    frozen_at = models.DateTimeField()
    last_number = models.PositiveIntegerField()  # of the further signatories that it holds
    not_listed = models.JSONField(default=list, blank=True)  # references of those that were already taken off then
    withheld = models.PositiveIntegerField()  # the published total at that moment

    class Meta:
        ordering = ["appeal", "-dated"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "dated"], name="edition_one_a_day"),
            models.CheckConstraint(condition=~Q(addressee=""), name="edition_has_addressee"),
        ]

    def __str__(self) -> str:
        return f"edition of {self.appeal_id} dated {self.dated}"
