"""What granian serves: the door of publishing/site.py in front of Django."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # what this process writes is its owner's alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "petition.settings")
_django = get_wsgi_application()

from petition.actions import database_use  # noqa: E402  (needs the settings that are loaded now)
from petition.protection.networks import forget_untrusted  # noqa: E402  (needs the settings that the line above loads)
from petition.publishing.site import Door  # noqa: E402  (likewise)

database_use.announce()
_door = Door(_django)


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
