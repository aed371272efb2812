"""What is said to a visitor: ready answers, their encodings, and when a visitor has one already (RFC 9110)."""

import gzip
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import brotli

Headers = list[tuple[str, str]]
OK: Final = "200 OK"
_ENCODERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 5, mtime=0),
}
_OURS: Final = {"Content-Length", "ETag", "Set-Cookie", "Vary"}
"""Headers that are said here or not at all."""
_NOT_IN_304: Final = {"Content-Encoding", "Content-Length", "Content-Type"}
_REMEMBERED: Final = 100
"""How many Accept-Encoding headers are remembered, and how long each may be: what browsers send is few and short."""


@dataclass(frozen=True)
class Answer:
    """`headers` are complete; `etag` is the hash of `body` in its encoding, empty for what is no 200."""

    status: str
    headers: Headers
    body: bytes
    etag: str = ""
    streams: bool = False  # too large to keep: Django answers each visitor, from a file
    for_any_query: bool = False  # whether the address may carry a query, which then means nothing

    @property
    def is_ok(self) -> bool:
        return self.status == OK


def answer_of(status: str, headers: Headers, body: bytes, *, encoding: str = "") -> Answer:
    """The answer with `body`, which is in `encoding` already. It sets no cookie."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"' if status == OK else ""
    kept = [(name, value) for name, value in headers if name not in _OURS]
    kept += [("ETag", etag)] if etag else []
    kept += [("Vary", "Accept-Encoding"), ("Content-Length", str(len(body)))]
    kept += [("Content-Encoding", encoding)] if encoding else []
    return Answer(status, kept, body, etag)


def encoded(plain: Answer, encoding: str) -> Answer:
    """The same answer in one of the encodings; in none for the empty name, and where there is no body to encode."""
    if not encoding or plain.streams:
        return plain
    answer = answer_of(plain.status, plain.headers, _ENCODERS[encoding](plain.body), encoding=encoding)
    return replace(answer, for_any_query=plain.for_any_query)


def said(answer: Answer, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Says it to who asks by GET or HEAD; 304 to who has it."""
    if answer.etag and _matches(environ.get("HTTP_IF_NONE_MATCH", ""), answer.etag):
        start_response("304 Not Modified", [pair for pair in answer.headers if pair[0] not in _NOT_IN_304])
        return []
    start_response(answer.status, answer.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]


def encoding_of(accepted: str) -> str:
    """The best of our encodings that the visitor takes; an encoding with q=0 is not taken (12.5.3)."""
    return _remembered(accepted) if len(accepted) <= _REMEMBERED else _best(accepted)


def _best(accepted: str) -> str:
    taken = set()
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            taken.add(name.strip())
    return next((encoding for encoding in _ENCODERS if encoding in taken), "")


_remembered = lru_cache(maxsize=_REMEMBERED)(_best)


def _matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison against a list, or `*` (13.1.2)."""
    if not if_none_match:
        return False
    return if_none_match.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
