"""Log lines: which request each belongs to, as text or as JSON, and Django's settings for all of it.

A request has a random number. Error pages show it as their reference, so that what a visitor reports is found.
"""

import json
import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

_UNKNOWN_ADDRESS: Final = "unknown address"


class RequestDetails:
    """What log lines may say about a request; `request` is Django's."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self._began_at = time.monotonic()
        self._reference = ""

    @property
    def reference(self) -> str:
        """Return the random number of this request, eight hexadecimal digits."""
        # Only made when it is needed: most requests need none.
        self._reference = self._reference or secrets.token_hex(4)
        return self._reference

    @property
    def route(self) -> str:
        """Return the name of the address, never the address itself: that can hold a token or what somebody typed."""
        match = getattr(self._request, "resolver_match", None)
        return str(match.view_name) if match else ""

    def describe(self) -> dict[str, object]:
        """Return the fields of a log line."""
        milliseconds = round((time.monotonic() - self._began_at) * 1000)
        return {"request_id": self.reference, "route": self.route, "milliseconds": milliseconds}


_current: ContextVar[RequestDetails | None] = ContextVar("request_details", default=None)


@contextmanager
def follow(request: Any) -> Iterator[RequestDetails]:
    """Let log lines of this thread belong to `request` within the block."""
    # Kept at the request as well: Django logs an error once all middleware has ended.
    request.log_details = RequestDetails(request)
    token = _current.set(request.log_details)
    try:
        yield request.log_details
    finally:
        _current.reset(token)


def get_reference() -> str:
    """Return the number of the request that this thread answers; '' if it answers none."""
    details = _current.get()
    return details.reference if details else ""


def describe_request(record: logging.LogRecord) -> dict[str, object]:
    """Return what a line may say about its request; nothing if it belongs to none."""
    details = getattr(getattr(record, "request", None), "log_details", None) or _current.get()
    if details is None:
        return {}
    status = getattr(record, "status_code", None)
    return details.describe() | ({"status": status} if status else {})


def hide_path(record: logging.LogRecord) -> None:
    """Replace the address in a line of Django's about a request by its name."""
    path = getattr(getattr(record, "request", None), "path", None)
    if path and isinstance(record.args, tuple):
        written = (path, path.encode("unicode_escape").decode("ascii"))  # Django logs the second
        route = describe_request(record).get("route") or _UNKNOWN_ADDRESS
        record.args = tuple(route if argument in written else argument for argument in record.args)


class TextFormatter(logging.Formatter):
    """Write the usual line, with the reference of its request at the end."""

    def format(self, record: logging.LogRecord) -> str:
        reference = getattr(record, "about_request", {}).get("request_id")
        return f"{super().format(record)} [{reference}]" if reference else super().format(record)


class JsonFormatter(logging.Formatter):
    """Write a record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        about: Mapping[str, object] = getattr(record, "about_request", {})
        return json.dumps(line | dict(about), ensure_ascii=False)


def build_logging(log_format: str) -> dict[str, Any]:
    """Return Django's LOGGING: no address, no token, no body; `log_format` is text or json."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"redact": {"()": "petition.security.log_redaction.RedactionFilter"}},
        "formatters": {
            "text": {"()": TextFormatter, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {"()": JsonFormatter},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": log_format, "filters": ["redact"]}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "petition": {"level": "INFO"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            # In a web process. The one that starts it has handlers of its own (deploy/granian-logging.json).
            "_granian": {"handlers": ["stderr"], "propagate": False},
        },
    }
