"""The WSGI application that granian serves: published pages from memory, everything else from Django."""

import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # only this user may read what this process writes
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "petition.settings")
try:
    _django: Callable[..., Iterable[bytes]] = get_wsgi_application()
except ImproperlyConfigured as error:
    from petition.management import web_process

    web_process.refuse_to_start([str(error)])

from petition.actions.operations import running_processes  # noqa: E402  (needs the settings that the line above loads)
from petition.checks import start  # noqa: E402  (likewise)
from petition.management import web_process  # noqa: E402  (likewise)
from petition.management.metrics.request_counts import RequestCounts  # noqa: E402  (likewise)
from petition.management.metrics.shared_counts import SharedCounts  # noqa: E402  (likewise)
from petition.models.database import database_clock  # noqa: E402  (likewise)
from petition.publishing.cache.middleware import PublishedPagesMiddleware  # noqa: E402  (likewise)
from petition.security.networks import drop_untrusted_headers  # noqa: E402  (likewise)

web_process.limit_database_waits(settings.DATABASES["default"])
web_process.end_with_granian()
if _problems := start.find_problems_at_start():
    web_process.refuse_to_start(_problems)
running_processes.register_process()
database_clock.follow_database_clock()
sys.setswitchinterval(web_process.SWITCH_SECONDS)
if settings.METRICS_ADDRESS:
    _django = RequestCounts(SharedCounts(settings.DATA_DIR)).wrap_django(_django)
_published_pages = PublishedPagesMiddleware(_django, web_process.get_thread_count(sys.argv, os.environ))


def _remove_charset(environ: dict[str, Any]) -> None:
    """Remove the charset of a request, so that Django reads it as UTF-8."""
    # Django would decode the query with any charset named here, and raise before all middleware if Python has no such
    # codec. Our pages are UTF-8, and so are the forms that browsers send from them.
    if content_type := environ.get("CONTENT_TYPE"):
        environ["CONTENT_TYPE"] = re.sub(r";\s*charset\s*=[^;]*", "", content_type, flags=re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request (PEP 3333)."""
    drop_untrusted_headers(environ)  # before the page cache, which looks at X-Forwarded-Proto
    _remove_charset(environ)
    return _published_pages(environ, start_response)
