"""Complete responses for the page cache: encodings, ETags and 304 (RFC 9110)."""

import gzip
import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import brotli
from django.conf import settings

from petition.publishing.cache.answer_counts import from_memory, not_modified

Headers = list[tuple[str, str]]
OK: Final = "200 OK"
# Quality 5: brotli 11 takes 32 ms for the appeal's page and 8 s for 3 MB, 5 takes 0.7 ms and is 20 % larger.
_ENCODERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 5, mtime=0),
}
# Django's values are dropped: these are set here, or not at all.
_OWN_HEADERS: Final = {"Content-Length", "ETag", "Set-Cookie", "Vary"}
_NOT_IN_304: Final = {"Content-Encoding", "Content-Length", "Content-Type"}
PUBLIC: Final = ("Cache-Control", "public, no-cache")
"""The header of all pages of the public record."""
_MAX_REMEMBERED: Final = 100
"""How many Accept-Encoding headers are remembered, and how long each may be: browsers send few, and short ones."""


@dataclass(frozen=True)
class CachedResponse:
    """`headers` are complete; `etag` is the hash of `body` in its encoding, empty unless the status is 200."""

    status: str
    headers: Headers
    body: bytes
    etag: str = ""
    is_streamed: bool = False  # too large to keep: Django answers each visitor from a file
    for_any_query: bool = False  # the address may have a query, which then does not matter
    counted_as: str = "other|2"  # see answer_counts.py

    @property
    def is_ok(self) -> bool:
        return self.status == OK


def build_response(status: str, headers: Headers, body: bytes, *, encoding: str = "") -> CachedResponse:
    """Return the response with `body`, which has this encoding already. It sets no cookie."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"' if status == OK else ""
    complete = [(name, value) for name, value in headers if name not in _OWN_HEADERS]
    complete += [("ETag", etag)] if etag else []
    complete += [("Vary", "Accept-Encoding"), ("Content-Length", str(len(body)))]
    complete += [("Content-Encoding", encoding)] if encoding else []
    return CachedResponse(status, complete, body, etag)


def encode_response(plain: CachedResponse, encoding: str) -> CachedResponse:
    """Return the same response in this encoding; unchanged if the encoding is empty or the body is not here."""
    if not encoding or plain.is_streamed:
        return plain
    response = build_response(plain.status, plain.headers, _ENCODERS[encoding](plain.body), encoding=encoding)
    return replace(response, for_any_query=plain.for_any_query, counted_as=plain.counted_as)


def send_response(
    response: CachedResponse, environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Answer a GET or HEAD request; with 304 if the visitor has this response already."""
    headers = response.headers
    # nginx keeps it to the end of this second, and does not pass the header on. A page in memory is 0.6 seconds old at
    # most (freshness.py), so a removal is gone in time; with one second more it could take 2.6.
    if settings.TRUSTED_PROXIES and response.etag and PUBLIC in headers and not environ.get("QUERY_STRING"):
        headers = [*headers, ("X-Accel-Expires", f"@{int(time.time())}")]
    if response.etag and _matches(environ.get("HTTP_IF_NONE_MATCH", ""), response.etag):
        not_modified[response.counted_as] += 1
        start_response("304 Not Modified", [pair for pair in headers if pair[0] not in _NOT_IN_304])
        return []
    from_memory[response.counted_as] += 1
    start_response(response.status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]


def choose_encoding(accepted: str) -> str:
    """Return the best of our encodings that this Accept-Encoding header allows; empty for none."""
    # The cache takes short headers only, so that no visitor can fill the memory.
    return _choose_remembered(accepted) if len(accepted) <= _MAX_REMEMBERED else _choose(accepted)


def _choose(accepted: str) -> str:
    allowed = set()
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        # An encoding with q=0 is refused (12.5.3).
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            allowed.add(name.strip())
    return next((encoding for encoding in _ENCODERS if encoding in allowed), "")


_choose_remembered = lru_cache(maxsize=_MAX_REMEMBERED)(_choose)


def _matches(if_none_match: str, etag: str) -> bool:
    """Return whether the header has this ETag, by weak comparison (13.1.2)."""
    if not if_none_match:
        return False
    return if_none_match.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
