"""Alert: that the staff were told of something on a day, so that they are told once."""

from django.db import models


class Alert(models.Model):
    kind = models.CharField(max_length=20)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="alert_once_a_day")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.day}"
