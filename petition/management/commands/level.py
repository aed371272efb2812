from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from petition.actions.audit import OPERATOR
from petition.actions.operations import site_state
from petition.models import Level, SiteState
from petition.models.database.database_clock import database_now


class Command(BaseCommand):
    help = "Sets how the site accepts endorsements in an emergency, or shows how it does: `manage.py level stricter`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("level", nargs="?", choices=Level.values)

    def handle(self, *args: Any, level: str | None, **options: Any) -> None:
        if level:
            site_state.set_level(Level(level), by=OPERATOR, at=database_now())
        self.stdout.write(str(Level(SiteState.objects.level()).label))
