"""CodeTries: the wrong codes that were typed for a staff account, and the one-time codes that it has used."""

from django.contrib.auth.models import User
from django.db import models


class CodeTries(models.Model):
    account = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    wrong_at = models.JSONField(default=list)  # moments, ISO 8601, since the last block
    blocked_until = models.DateTimeField(null=True, blank=True)
    used_steps = models.JSONField(default=list)  # time steps (RFC 6238) of the last codes that were accepted

    def __str__(self) -> str:
        return f"codes of account {self.account_id}"
