"""A broken variant of the site for granian: without limits, every request may enter Django."""

from collections.abc import Iterator
from contextlib import contextmanager

from petition import wsgi
from petition.publishing.cache.thread_limits import RequestKind, ThreadLimits


class Unlimited(ThreadLimits):
    @contextmanager
    def acquire(self, request_kind: RequestKind) -> Iterator[bool]:
        yield True


wsgi._published_pages.limits = Unlimited()
application = wsgi.application
