"""The broken variant of the site that granian serves: whoever comes may go into Django, as before there were limits."""

from collections.abc import Iterator
from contextlib import contextmanager

from petition import wsgi
from petition.publishing.cache.thread_limits import Lane, Limits


class Limitless(Limits):
    @contextmanager
    def place(self, lane: Lane) -> Iterator[bool]:
        yield True


wsgi._door.limits = Limitless()
application = wsgi.application
