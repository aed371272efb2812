"""PrivateLink: a token with one purpose, kept as a hash."""

from django.db import models
from django.db.models import Q

from petition.models.endorsements import Endorsement


class Purpose(models.TextChoices):
    CONFIRM = "confirm"  # the link in the mail
    CONFIRM_CODE = "confirm_code"  # the short code in the same mail, to type on another device


class PrivateLink(models.Model):
    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=20, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="link_is_hashed"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="link_purpose_known"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} link of endorsement {self.endorsement_id}"
