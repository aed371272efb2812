"""What granian serves: the door of publishing/cache/middleware.py in front of Django."""

import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # what this process writes is its owner's alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "petition.settings")
_django = get_wsgi_application()

from petition.actions.operations import running_processes  # noqa: E402  (needs the settings that the line above loads)
from petition.management import web_process  # noqa: E402  (likewise)
from petition.models import database_clock  # noqa: E402  (likewise)
from petition.publishing.cache.middleware import Door  # noqa: E402  (likewise)
from petition.security.networks import forget_untrusted  # noqa: E402  (likewise)

running_processes.announce()
database_clock.follow()
web_process.end_with_granian()
sys.setswitchinterval(web_process.SWITCH_SECONDS)
web_process.shorten_waits(settings.DATABASES["default"])
_door = Door(_django, web_process.thread_count(sys.argv, os.environ))


def _read_as_utf8(environ: dict[str, Any]) -> None:
    """Our pages are UTF-8, so their forms are. Django reads the query in whatever a Content-Type names, and raises
    before any middleware where Python has no such text encoding."""
    if said := environ.get("CONTENT_TYPE"):
        environ["CONTENT_TYPE"] = re.sub(r";\s*charset\s*=[^;]*", "", said, flags=re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A WSGI application (PEP 3333)."""
    forget_untrusted(environ)
    _read_as_utf8(environ)
    return _door(environ, start_response)
