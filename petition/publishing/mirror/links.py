"""Where each path lies as a file, and links that find their way without a server."""

import posixpath
import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

from django.conf import settings

from petition.publishing.pages import page_of

_LINK: Final = re.compile(r'(<(?:a|link|script|img)\b[^>]*?\s(?:href|src)=")([^"]*)"')
_ACTION: Final = re.compile(r'(<form\b[^>]*?\saction=")([^"]*)"')
_FORM: Final = re.compile(r"<form\b(?![^>]*\saction=)")
_LINE: Final = re.compile(r"(.*/signatories/)(original|further)-([1-9][0-9]*)/")


def file_of(path: str) -> str:
    """The file in which the answer to `path` lies: `index.html` in a folder, a later page of the list beside it."""
    place, _, query = path.lstrip("/").partition("?")
    if query:
        return f"{place}{query.replace('=', '-').replace('&', '-')}.html"
    return f"{place}index.html" if place == "" or place.endswith("/") else place


class Links:
    """The links of one mirror; `static` collects the static files that its pages need."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files  # by path
        self.static: set[str] = set()  # below STATIC_URL

    def rewritten(self, html: str, path: str) -> str:
        """The page of `path` with links to files; what only the live site can do leads there by its full address."""
        html = _FORM.sub(f'<form action="{escape(path)}"', html)
        html = _ACTION.sub(lambda found: f'{found[1]}{escape(_live(unescape(found[2]), path))}"', html)
        return _LINK.sub(lambda found: f'{found[1]}{escape(self.link(unescape(found[2]), path))}"', html)

    def link(self, target: str, path: str) -> str:
        """`target`, as the page of `path` names it, for the file in which that page lies."""
        if target.startswith("#") or urlsplit(target).scheme:
            return target
        address, fragment = urldefrag(urljoin(path, target))
        file = self._file(address)
        if file is None and (line := _LINE.fullmatch(address)):
            fragment = f"{line[2]}-{line[3]}"
            page = page_of(int(line[3])) if line[2] == "further" else 1
            file = self._file(f"{line[1]}?page={page}")
        if file is None:
            return _live(target, path)
        near = posixpath.relpath(file, posixpath.dirname(file_of(path)) or ".")
        return f"{near}#{fragment}" if fragment else near

    def _file(self, address: str) -> str | None:
        if address.startswith(settings.STATIC_URL):
            name = address.removeprefix(settings.STATIC_URL)
            self.static.add(name)
            return f"static/{name}"
        return self._files.get(address.removesuffix("?page=1"))


def _live(target: str, path: str) -> str:
    return urljoin(f"{settings.SITE_URL}{path}", target)
