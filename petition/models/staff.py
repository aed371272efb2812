"""Staff accounts: roles, invitations and second factors.

CodeTries: the wrong codes typed for an account, and the one-time codes it has used.
Role: what an account may do. Each is a Django group, created by the migrations; a superuser has them all.
RoleProposal: a role that one administrator proposes for an account and a second one has to confirm.
Invitation: a link, stored as a hash, with which an account sets its password once.
"""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _


class CodeTries(models.Model):
    account = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    wrong_at = models.JSONField(default=list)  # times since the last block, ISO 8601
    blocked_until = models.DateTimeField(null=True, blank=True)
    used_steps = models.JSONField(default=list)  # time steps (RFC 6238) of the last accepted codes

    def __str__(self) -> str:
        return f"codes of account {self.account_id}"


class Role(models.TextChoices):
    MODERATOR = "moderator", _("Moderator")
    EDITOR = "editor", _("Editor")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


def get_roles(account: AbstractBaseUser | AnonymousUser) -> frozenset[Role]:
    """Return the roles of an active staff account; other accounts have none."""
    if not (isinstance(account, User) and account.is_active and account.is_staff):
        return frozenset()
    if account.is_superuser:
        return frozenset(Role)
    names = account.groups.filter(name__in=Role.values).values_list("name", flat=True)
    return frozenset(Role(name) for name in names)


def find_accounts_with_role(roles: Iterable[Role]) -> QuerySet[User]:
    """Return the active staff accounts that have one of `roles`."""
    accounts = User.objects.filter(is_active=True, is_staff=True)
    return accounts.filter(Q(is_superuser=True) | Q(groups__name__in=list(roles))).distinct()


class RoleProposal(models.Model):
    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=Role)
    proposed_by = models.BigIntegerField()  # id of the staff account
    proposed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "role"], name="role_proposed_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_proposed_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} for account {self.account_id}"


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
