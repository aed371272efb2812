"""Set the Content-Security-Policy header (https://www.w3.org/TR/CSP3/) that settings.py gives."""

from collections.abc import Callable
from typing import Final

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

_CHANGES: Final = ("_csp_exempt", "_csp_config", "_csp_update", "_csp_replace")


class ContentPolicyMiddleware(CSPMiddleware):
    """The library's middleware, but the policy is put together once. For each response that was a tenth of a post."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self._policy = build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        has_own = settings.DEBUG or hasattr(request, "_csp_nonce") or any(hasattr(response, name) for name in _CHANGES)
        if has_own:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._policy)
        return response
