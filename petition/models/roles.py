"""Role: what a staff account may do. A Django group each, made with the migrations; a superuser has every one."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _


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
