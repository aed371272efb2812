"""Invitation: a link, kept as a hash, with which a staff account sets its password once."""

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q


class Invitation(models.Model):
    account = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="invitation_is_hashed")
        ]

    def __str__(self) -> str:
        return f"invitation of account {self.account_id}"
