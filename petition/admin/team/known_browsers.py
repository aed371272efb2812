"""Which accounts a browser has signed in to: remembered in its cookie, and nothing about browsers on our side."""

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE_AGE_SECONDS = 365 * 24 * 3600
PATH = "/admin/"
_MAX_ACCOUNTS = 8  # accounts that one browser remembers


def cookie_name() -> str:
    """Return the name of the cookie."""
    # `__Host-` would need the path "/": the browser would send it to public pages too (RFC 6265bis, 4.1.3).
    return "__Secure-devices" if settings.SITE_IS_HTTPS else "devices"


def is_known(request: HttpRequest, account: User) -> bool:
    """Return whether this browser has signed in as `account` since its password was last changed."""
    marks = _list_marks(account)
    return any(constant_time_compare(mark, known) for known in _known(request) for mark in marks)


def remember(request: HttpRequest, response: HttpResponse, account: User) -> None:
    """Add `account` to the cookie of the browser."""
    marks = [_list_marks(account)[0], *_known(request)][:_MAX_ACCOUNTS]
    response.set_cookie(
        cookie_name(),
        ".".join(marks),
        max_age=COOKIE_AGE_SECONDS,
        path=PATH,
        secure=settings.SITE_IS_HTTPS,
        httponly=True,
        samesite="Strict",
    )


def _known(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(cookie_name(), "").split(".")[:_MAX_ACCOUNTS]


def _list_marks(account: User) -> list[str]:
    """Return keyed hashes of account and password, one for each SECRET_KEY, the newest first.

    Nobody can make one up, and it reveals no account.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    hashes = [account.get_session_auth_hash(), *account.get_session_auth_fallback_hash()]
    return [
        salted_hmac("petition.devices", f"{account.pk} {hashed}", secret=key, algorithm="sha256").hexdigest()
        for key, hashed in zip(keys, hashes, strict=True)
    ]
