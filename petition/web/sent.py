"""After a request went into the intake: a page that says “received”, and turns into the result when it is done."""

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from petition.actions.intake import post
from petition.actions.intake.request_kinds import RequestKind
from petition.actions.refusals import TooManyWaiting
from petition.actions.self_service import links
from petition.actions.self_service.links import OpenedLink
from petition.models.intake import Outcome
from petition.publishing.cache.site_status import get_status
from petition.security import tokens
from petition.web.responses import hide_address

_FAST_RELOADS: Final = 10
_SLOW_SECONDS: Final = 5
_MOST_RELOADS: Final = 30
"""The page loads itself again every second, then every five, then no more: what was sent is stored in any case."""


def get_once(request: HttpRequest) -> str:
    """Return the random value of the form that was posted: the same press is one request."""
    return request.POST.get("once", "")[:100]


def send(
    request: HttpRequest,
    digest: str,
    kind: RequestKind,
    fields: Mapping[str, Any] | None = None,
    *,
    code_for: str = "",
    query: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Send a request through a private link and redirect to the page of its result, at the same address.

    `code_for` is the slug of the appeal for which a removal code is made; only its hash is sent. Raises NoSuchLink,
    CannotBeOpened.
    """
    sent = dict(fields or {})
    row = post.compute_row_id(kind, f"{digest} {sorted(sent.items())}", get_once(request))
    if code_for:
        sent["code"] = tokens.hash_removal_code(tokens.derive_removal_code(row.hex), code_for)
    try:
        links.send(digest, row, *post.seal_request(get_status(), kind, row, sent))
    except TooManyWaiting:
        return render(request, "sent/too_many_waiting.html", status=HTTPStatus.CONFLICT)
    # The page that shows the code again may come after a new SECRET_KEY was set.
    key = {"key": tokens.get_secret_key_id()} if code_for else {}
    target = f"{request.path}?{urlencode({'sent': row.hex} | key | dict(query or {}))}"
    return hide_address(HttpResponseRedirect(target, status=HTTPStatus.SEE_OTHER))


def get_sent_row(request: HttpRequest) -> uuid.UUID | None:
    """Return the number of the row that this page is about, if it is the page after a request."""
    try:
        return uuid.UUID(request.GET.get("sent", ""))
    except ValueError:
        return None


def get_outcome(link: OpenedLink, row: uuid.UUID) -> str:
    """Return `waiting`, an Outcome, or '' for a row that did not come through this link within the last day."""
    return link.rows.get(row, "")


def is_waiting(link: OpenedLink, row: uuid.UUID) -> bool:
    """Return whether the worker has not done the row yet."""
    return get_outcome(link, row) not in ("", *Outcome.values)


def received_page(request: HttpRequest, row: uuid.UUID, *, removal_code: str = "", **context: object) -> HttpResponse:
    """Return the page that says that the request is stored; it loads itself again."""
    try:
        count = int(request.GET.get("n", "0"))
    except ValueError:
        count = _MOST_RELOADS
    query = request.GET.copy()
    query["n"] = str(count + 1)
    context |= {
        "is_late": count >= _MOST_RELOADS,
        "reload_seconds": 1 if count < _FAST_RELOADS else _SLOW_SECONDS,
        "reload_url": f"{request.path}?{query.urlencode()}",
        "removal_code": removal_code,
    }
    return render(request, "sent/received.html", context, status=HTTPStatus.ACCEPTED)
