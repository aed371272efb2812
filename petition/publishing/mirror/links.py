"""The file name of each path, and links that work without a server."""

import posixpath
import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

from django.conf import settings

from petition.models.signatories import Kind
from petition.publishing.ranges import get_page_number
from petition.text.references import format_reference, parse_reference

_LINK: Final = re.compile(r'(<(?:a|link|script|img)\b[^>]*?\s(?:href|src)=")([^"]*)"')
_ACTION: Final = re.compile(r'(<form\b[^>]*?\saction=")([^"]*)"')
_FORM: Final = re.compile(r"<form\b(?![^>]*\saction=)")
_PERMANENT_LINK: Final = re.compile(r"(.*/signatories/)([a-z]+-[0-9]+)/")


def get_file_name(path: str) -> str:
    """Return the file for `path`: `index.html` in a folder, `page-2.html` beside it for a later page of the list."""
    name, _, query = path.lstrip("/").partition("?")
    if query:
        return f"{name}{query.replace('=', '-').replace('&', '-')}.html"
    return f"{name}index.html" if name == "" or name.endswith("/") else name


class Links:
    """Rewrites the links of one mirror; `static` collects the static files that its pages need."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files  # by path
        self.static: set[str] = set()  # below STATIC_URL

    def rewrite(self, html: str, path: str) -> str:
        """Return the page of `path` with links to files. Forms, and links to what is no file, lead to the live site."""
        html = _FORM.sub(f'<form action="{escape(path)}"', html)
        html = _ACTION.sub(lambda match: f'{match[1]}{escape(_live_url(unescape(match[2]), path))}"', html)
        return _LINK.sub(lambda match: f'{match[1]}{escape(self.resolve(unescape(match[2]), path))}"', html)

    def resolve(self, target: str, path: str) -> str:
        """Return `target`, a link in the page of `path`, as it must be in the file of that page."""
        if target.startswith("#") or urlsplit(target).scheme:
            return target
        address, fragment = urldefrag(urljoin(path, target))
        file = self._find_file(address)
        if file is None and (match := _PERMANENT_LINK.fullmatch(address)):
            # The site redirects these to a page of the list.
            kind, number = parse_reference(match[2])
            fragment = format_reference(kind, number)
            page = get_page_number(number) if kind == Kind.FURTHER else 1
            file = self._find_file(f"{match[1]}?page={page}")
        if file is None:
            return _live_url(target, path)
        relative = posixpath.relpath(file, posixpath.dirname(get_file_name(path)) or ".")
        return f"{relative}#{fragment}" if fragment else relative

    def _find_file(self, address: str) -> str | None:
        if address.startswith(settings.STATIC_URL):
            name = address.removeprefix(settings.STATIC_URL)
            self.static.add(name)
            return f"static/{name}"
        return self._files.get(address.removesuffix("?page=1"))


def _live_url(target: str, path: str) -> str:
    return urljoin(f"{settings.SITE_URL}{path}", target)
