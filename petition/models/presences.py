"""Presence: a staff account has an endorsement's page open right now. No trail, and gone within minutes."""

from datetime import timedelta

from django.db import models

from petition.models.endorsements import Endorsement

FOR = timedelta(seconds=75)
"""A page that has not been heard of for so long is closed."""


class Presence(models.Model):
    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="presences")
    account = models.BigIntegerField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endorsement", "account"], name="presence_once")]

    def __str__(self) -> str:
        return f"account {self.account} at endorsement {self.endorsement_id}"
