"""The one Django app, and the admin site it brings."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class PetitionConfig(AppConfig):
    name = "petition"
    verbose_name = _("Appeal desk")

    def ready(self) -> None:
        from petition import checks  # noqa: F401  (registers the system checks; models are loaded now)

        pre_migrate.connect(_remove_triggers, sender=self)
        post_migrate.connect(_complete, sender=self)


class PetitionAdminConfig(AdminConfig):
    default = False
    default_site = "petition.admin.site.DeskSite"


def _remove_triggers(using: str, plan: list[Any], **_: Any) -> None:
    """Only where something is to be migrated."""
    from petition.models import triggers

    if plan:
        triggers.remove(connections[using])


def _complete(using: str, **_: Any) -> None:
    """What every database has after a migration: the refusals and the roles, also where its tables were emptied."""
    from petition.actions.staff import accounts
    from petition.models import triggers

    triggers.install(connections[using])
    accounts.roles_exist()
