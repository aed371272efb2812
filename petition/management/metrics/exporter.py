"""What `manage.py metrics` serves, in Prometheus' text format: counts of processes, figures of the site."""

import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import Error, connection
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from petition.management.duty_runner import DUTY_FAILURE, DUTY_SUCCESS
from petition.management.metrics import shared_counts, site_figures
from petition.management.metrics.shared_counts import Figures, Key
from petition.management.metrics.site_figures import Figure, Values
from petition.models.database import database_clock
from petition.reference import clock

CHECK_SECONDS: Final = 60.0
"""How long the result of the checks is kept: some compare hundreds of rights."""


class SiteCollector(Collector):
    """Reads everything anew for each scrape, except the checks."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._checks: Values = {}
        self._checked_at = -CHECK_SECONDS

    def describe(self) -> list[Metric]:
        return []  # or registering this would collect, and ask the database

    def collect(self) -> Iterator[Metric]:
        """Return all figures; without a database those that need none."""
        with self._one_at_a_time:
            yield from self._collect()

    def _collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("petition_build_info", "Version and role; always 1.", labels=["version", "role"])
        build.add_metric([get_version(), settings.ROLE], 1)
        yield build
        try:
            from_database = self._read_database()
            is_up = True
        except Error:
            from_database, is_up = [], False
        finally:
            if not connection.in_atomic_block:  # as in a test
                connection.close()  # each scrape has a thread of its own
        yield GaugeMetricFamily("petition_database_up", "1 if the database answers.", value=is_up)
        yield from from_database
        yield from _describe_counts(shared_counts.read_figures(settings.DATA_DIR), clock.now())

    def _read_database(self) -> list[Metric]:
        database_clock.refresh(at_once=True)
        connection.ensure_connection()
        now = clock.now()
        figures = site_figures.FOR_STAFF if settings.ROLE != "public" else ()
        return [*(_describe(figure, figure.read(now)) for figure in figures), self._run_checks(now)]

    def _run_checks(self, now: datetime) -> Metric:
        if time.monotonic() - self._checked_at >= CHECK_SECONDS:
            self._checks = site_figures.CHECKS.read(now)
            self._checked_at = time.monotonic()
        return _describe(site_figures.CHECKS, self._checks)


def get_version() -> str:
    """Return the version of this code."""
    try:
        project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])
    except (OSError, ValueError, LookupError):
        return "unknown"


def _describe(figure: Figure, values: Values) -> Metric:
    family = GaugeMetricFamily(figure.name, figure.meaning, labels=[figure.label] if figure.label else None)
    for label, value in sorted(values.items()):
        family.add_metric([label] if figure.label else [], float(value))
    return family


def _describe_counts(figures: Figures, now: datetime) -> Iterator[Metric]:
    """Return what the processes of this DATA_DIR have counted."""
    counted = figures.counts
    labels = ["kind", "status", "source"]
    yield _count("petition_requests", "Answers to visitors and staff.", labels, counted, "requests")
    meaning = "Pages that Django made because they were not in memory."
    yield _count("petition_pages_rendered", meaning, labels, counted, "rendered")
    yield _count("petition_worker_duty_failures", "Failures of a duty of the worker.", ["duty"], counted, DUTY_FAILURE)
    ages = GaugeMetricFamily(
        "petition_worker_duty_success_age_seconds", "How long ago a duty of the worker last succeeded.", labels=["duty"]
    )
    for (name, *labels), moment in sorted(figures.times.items()):
        if name == DUTY_SUCCESS:
            ages.add_metric(labels, max(0.0, now.timestamp() - moment))
    yield ages


def _count(name: str, meaning: str, labels: list[str], counts: Counter[Key], what: str) -> Metric:
    family = CounterMetricFamily(name, meaning, labels=labels)
    for (counted, *values), number in sorted(counts.items()):
        if counted == what:
            family.add_metric(values, number)
    return family
