from typing import Any

from django.core.management.base import BaseCommand

from petition.actions import retention
from petition.vocabulary import clock


class Command(BaseCommand):
    help = "Erases everything whose time is over. The worker does the same by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        retention.purge(at=clock.now())
        self.stdout.write("Everything whose time is over is erased.")
