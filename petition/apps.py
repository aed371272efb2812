"""The one Django app, and the configuration of its admin site."""

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
        post_migrate.connect(_install_triggers_and_roles, sender=self)


class PetitionAdminConfig(AdminConfig):
    default = False
    default_site = "petition.admin.site.StaffSite"


def _remove_triggers(using: str, plan: list[Any], **_: Any) -> None:
    from petition.models import triggers

    # A migration could not change rows that triggers protect, and remaking a table on SQLite would drop them anyway.
    if plan:
        triggers.remove_triggers(connections[using])


def _install_triggers_and_roles(using: str, **_: Any) -> None:
    """Install triggers and roles after every migration, also where `flush` has emptied the tables."""
    from petition.actions.staff import accounts
    from petition.models import triggers

    triggers.install_triggers(connections[using])
    accounts.create_role_groups()
