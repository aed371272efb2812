"""CodeTries: the wrong codes that were typed for a staff account, and the one-time codes that it has used.
Role: what a staff account may do. A Django group each, made with the migrations; a superuser has every one.
RoleProposal: a role that one administrator wants an account to have and a second one has to agree to.
Invitation: a link, kept as a hash, with which a staff account sets its password once.
Presence: a staff account has an endorsement's page open right now. No trail, and gone within minutes.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from petition.models.endorsements import Endorsement


class CodeTries(models.Model):
    account = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    wrong_at = models.JSONField(default=list)  # moments, ISO 8601, since the last block
    blocked_until = models.DateTimeField(null=True, blank=True)
    used_steps = models.JSONField(default=list)  # time steps (RFC 6238) of the last codes that were accepted

    def __str__(self) -> str:
        return f"codes of account {self.account_id}"


class Role(models.TextChoices):
    MODERATOR = "moderator", _("Moderator")
    EDITOR = "editor", _("Editor")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


def roles_of(account: AbstractBaseUser | AnonymousUser) -> frozenset[Role]:
    """The roles of an active staff account; any other has none."""
    if not (isinstance(account, User) and account.is_active and account.is_staff):
        return frozenset()
    if account.is_superuser:
        return frozenset(Role)
    names = account.groups.filter(name__in=Role.values).values_list("name", flat=True)
    return frozenset(Role(name) for name in names)


def holders(roles: Iterable[Role]) -> QuerySet[User]:
    """The active staff accounts that have one of `roles`."""
    able = User.objects.filter(is_active=True, is_staff=True)
    return able.filter(Q(is_superuser=True) | Q(groups__name__in=list(roles))).distinct()


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
