"""The one Django app."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class PetitionConfig(AppConfig):
    name = "petition"
    verbose_name = _("Team")

    def ready(self) -> None:
        from petition.checks import durability, system_checks, unsafe_settings  # noqa: F401  (registers the checks)
        from petition.models.database import replication

        connection_created.connect(durability.refuse_unsafe_connection)
        connection_created.connect(replication.watch_commits)
        pre_migrate.connect(_remove_triggers, sender=self)
        post_migrate.connect(_install_after_migrate, sender=self)


def _remove_triggers(using: str, plan: list[Any], **_: Any) -> None:
    from petition.models.database import triggers

    # A migration could not change rows that triggers protect, and remaking a table on SQLite would drop them anyway.
    if plan:
        triggers.remove_triggers(connections[using])


def _install_after_migrate(using: str, **_: Any) -> None:
    """Install triggers, functions and roles after every migration, also where `flush` has emptied the tables."""
    from petition.actions.staff import accounts
    from petition.models.database import link_functions, triggers

    triggers.install_triggers(connections[using])
    link_functions.install_link_functions(connections[using])
    accounts.create_role_groups()
