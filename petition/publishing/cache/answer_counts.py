"""Count the answers of this process by kind of request and class of status; `manage.py metrics` shows them.

Answers from memory are counted by one addition each, without a lock: CPython changes threads only at calls and at jumps
back, and `counts[key] += 1` has neither between reading and storing. A test counts with threads that change as often
as they can.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from petition.reference.languages import LANGUAGES

KINDS: Final = ("appeal", "list", "form", "post", "private_link", "admin", "static", "other")
"""All there are. A label is never a path, or visitors could make as many figures as they like."""
_CLASSES: Final = "12345"
_KIND: Final = re.compile(
    rf"/(?:(?:{'|'.join(LANGUAGES)})/)?(?:"
    r"(?P<static>static/)|(?P<admin>admin/)|(?P<private_link>endorsements/|code/)|(?:appeals/[^/]+/)?(?P<form>change/)|"
    r"appeals/[^/]+/(?:(?P<appeal>\Z)|(?P<form_>endorse/)|(?P<list>signatories[/.])))"
)


def _make_counts() -> dict[str, int]:
    return {f"{kind}|{status}": 0 for kind in KINDS for status in _CLASSES}


# By kind and first digit of the status, as count_as() gives them.
from_memory: Final = _make_counts()
not_modified: Final = _make_counts()  # of those, answers 304 to visitors who have the page already
from_django: Final = _make_counts()
rendered: Final = _make_counts()  # made by Django to be kept in memory, or for a query


def count_as(method: str, path: str, status: str) -> str:
    """Return the key under which the answer to a request is counted."""
    match = _KIND.match(path)
    kind = match.lastgroup.rstrip("_") if match and match.lastgroup else "other"
    if method not in ("GET", "HEAD") and kind != "admin":
        kind = "post"
    return f"{kind}|{status[0] if status[0] in _CLASSES else '5'}"


def take_snapshot() -> Counter[tuple[str, str, str, str]]:
    """Return how many answers there were so far, by what is counted, kind, class of status, and where from."""
    snapshot: Counter[tuple[str, str, str, str]] = Counter()
    for name, source, counts in (
        ("requests", "memory", from_memory),
        ("requests", "django", from_django),
        ("rendered", "django", rendered),
    ):
        for key, number in counts.items():
            kind, status = key.split("|")
            snapshot[name, kind, f"{status}xx", source] = number
    for key, number in not_modified.items():
        kind, _ = key.split("|")
        snapshot["requests", kind, "3xx", "memory"] += number
    return snapshot


def count_calls(
    django: Callable[..., Iterable[bytes]], is_rendering: Callable[[dict[str, Any]], bool]
) -> Callable[..., Iterable[bytes]]:
    """Return `django`, a WSGI application, but its answers are counted."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        counts = rendered if is_rendering(environ) else from_django

        def count_and_start(status: str, *rest: Any) -> Any:
            counts[count_as(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""), status)] += 1
            return start_response(status, *rest)

        return django(environ, count_and_start)

    return application
