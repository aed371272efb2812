"""RateCount: how often something was done in one window of time, under a keyed hash of who did it."""

from django.db import models


class RateCount(models.Model):
    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    turns = models.JSONField(default=list)  # of a schedule: the last moments given, ISO 8601
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"rate count until {self.ends_at:%Y-%m-%d %H:%M}"
