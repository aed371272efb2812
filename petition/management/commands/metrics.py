import signal
import threading
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from prometheus_client import CollectorRegistry, start_http_server

from petition.management import web_process
from petition.management.listen_address import check_port_is_free, resolve_listen_address
from petition.management.metrics.exporter import SiteCollector
from petition.models.database import database_clock


class Command(BaseCommand):
    help = "Serves figures for Prometheus on METRICS_ADDRESS until stopped. Run one for each DATA_DIR."

    requires_system_checks = []  # it reports what the checks find, so it must not end because of them

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.METRICS_ADDRESS is None:
            raise CommandError("METRICS_ADDRESS is not set: set it for all processes of this site, as 127.0.0.1:9101.")
        place = resolve_listen_address(*settings.METRICS_ADDRESS)
        check_port_is_free(place)
        web_process.limit_database_waits(settings.DATABASES["default"])
        registry = CollectorRegistry(auto_describe=False)
        registry.register(SiteCollector())
        stop = threading.Event()

        def request_stop(number: int, frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, request_stop)
        with database_clock.use_database_clock():
            server, thread = start_http_server(place.port, place.address, registry)
            self.stdout.write(f"Figures for Prometheus: {place.url}/metrics")
            self.stdout.flush()
            stop.wait()
            server.shutdown()
            thread.join()
