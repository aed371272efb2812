"""Whether a browser knows an account: a cookie of its own, and nothing about browsers on our side."""

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

LASTS_SECONDS = 365 * 24 * 3600
PATH = "/admin/"
_MOST = 8  # accounts that one browser remembers


def cookie_name() -> str:
    """`__Host-` would send it to every page of the site; under /admin/ alone is less (RFC 6265bis, 4.1.3)."""
    return "__Secure-devices" if settings.SITE_IS_HTTPS else "devices"


def is_known(request: HttpRequest, account: User) -> bool:
    """Whether this browser has signed in as `account` before, since its password was last changed."""
    mark = _mark_of(account)
    return any(constant_time_compare(mark, known) for known in _known(request))


def remember(request: HttpRequest, response: HttpResponse, account: User) -> None:
    """From this answer on the browser knows `account` as well."""
    marks = [_mark_of(account), *_known(request)][:_MOST]
    response.set_cookie(
        cookie_name(),
        ".".join(marks),
        max_age=LASTS_SECONDS,
        path=PATH,
        secure=settings.SITE_IS_HTTPS,
        httponly=True,
        samesite="Strict",
    )


def _known(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(cookie_name(), "").split(".")[:_MOST]


def _mark_of(account: User) -> str:
    """A keyed hash of account and password: nobody can make one up, and it says nothing."""
    said = f"{account.pk} {account.get_session_auth_hash()}"
    return salted_hmac("petition.devices", said, algorithm="sha256").hexdigest()
