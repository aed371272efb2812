"""The key of a session, which the browser keeps in a cookie."""

from typing import Any

from django.http import HttpRequest


def replace_session_key(request: HttpRequest, *, reauthenticated: bool = False, **_: Any) -> None:
    """Give the session a new key where somebody proved again who it is, so that a copied one ends (ASVS 7.2.4)."""
    if reauthenticated:
        request.session.cycle_key()
