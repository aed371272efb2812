"""RoleProposal: a role that one administrator wants an account to have and a second one has to agree to."""

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q

from petition.models.roles import Role


class RoleProposal(models.Model):
    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=Role)
    proposed_by = models.BigIntegerField()  # number of the staff account, as in the trail
    proposed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "role"], name="role_proposed_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_proposed_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} for account {self.account_id}"
