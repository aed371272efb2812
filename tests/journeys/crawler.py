"""Crawl everything that a site shows to everybody: pages, documents and exports, from link to link."""

import io
import re
import zipfile
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import urlopen

from pypdf import PdfReader

from tests.web.middleware.test_headers import PUBLIC


def crawl(base: str, *, leave_out: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield path and text of every public page, document and export in each language, and what they link to, except
    addresses that end with one of `leave_out`."""
    waiting = [prefix + path for path in PUBLIC.values() for prefix in ("", "/ru", "/ky")]
    visited = set(waiting)
    while waiting:
        path = waiting.pop()
        if path.endswith(leave_out):
            continue
        headers, text = opened_at(base + path)
        yield path, headers + text
        if path.startswith("/static/"):
            continue
        for link in re.findall(r'(?:href|src|action)="([^"]+)"|<loc>([^<]+)', text):
            address = urlsplit(urljoin(base + path, next(filter(None, link))))
            follow = f"{address.path}?{address.query}" if address.query else address.path
            if f"{address.scheme}://{address.netloc}" == base and follow not in visited and "/admin/" not in follow:
                visited.add(follow)
                waiting.append(follow)


def opened_at(address: str) -> tuple[str, str]:
    """Return headers and text of the response, with any status."""
    try:
        with urlopen(address, timeout=60) as answer:
            return str(answer.headers), _text_of(answer.read())
    except HTTPError as error:
        with error:
            return str(error.headers), _text_of(error.read())


def _text_of(body: bytes) -> str:
    if body.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(body))
        return "".join("".join(page.extract_text().split()) for page in reader.pages) + str(reader.metadata)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return "".join(re.sub(r"<[^>]+>", "", parts.read(name).decode("latin-1")) for name in parts.namelist())
    return body.decode(errors="replace")
