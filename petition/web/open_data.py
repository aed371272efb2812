"""The record as data for other sites and programs, and as text to copy. A large one is a file that is streamed."""

import os
import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import BinaryIO, Final
from wsgiref.util import FileWrapper

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response

from petition.publishing import record
from petition.publishing.exports import data, feed as feeds, files, schemas, tables, texts
from petition.web.errors import error_page
from petition.web.published import FOR_OTHER_SITES, PLAIN, export, names_nobody, published

_PIECE: Final = 65_536
_CSV: Final = "text/csv; charset=utf-8"
_TAKES_GZIP: Final = re.compile(r"(?:^|,)\s*gzip\s*(?:$|,|;\s*q=(?!0(?:\.0*)?\s*(?:$|,)))", re.IGNORECASE)


@published
def appeal_json(request: HttpRequest, slug: str) -> HttpResponseBase:
    return _export(request, slug, "appeal.json", lambda: data.appeal(slug), "application/json")


@export
@published
def signatories_json(request: HttpRequest, slug: str) -> HttpResponseBase:
    return _export(request, slug, "signatories.json", lambda: data.signatories(slug), "application/json")


@export
@published
def signatories_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    return _export(request, slug, "signatories.csv", lambda: tables.exact(slug), _CSV)


@published
def signatories_csvw(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Where CSV on the Web looks for it: the address of the CSV, then `-metadata.json`."""
    name = "signatories.csv-metadata.json"
    return _export(request, slug, name, lambda: tables.metadata(slug), "application/csvm+json")


@export
@published
def signatories_spreadsheet(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A download whose name says what it is as of."""
    response = _export(request, slug, "signatories.spreadsheet.csv", lambda: tables.for_spreadsheets(slug), _CSV)
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        return response  # a page that says so, not a file
    dated = f"{record.appeal_record(slug, 'en').as_of:%Y-%m-%d}"
    response["Content-Disposition"] = f'attachment; filename="{slug}-signatories-{dated}-for-spreadsheets.csv"'
    return response


@export
@published
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    return _told(feeds.feed(slug).encode(), "application/atom+xml; charset=utf-8")


@published
@names_nobody
def schema(request: HttpRequest, name: str) -> HttpResponse:
    return _told(schemas.schema(name).encode(), "application/schema+json")


@export
@published
def copy_text(request: HttpRequest, slug: str, shape: str) -> HttpResponseBase:
    if shape not in texts.SHAPES:
        raise record.NotPublished
    language = translation.get_language() or ""
    return _export(request, slug, f"{shape}.{language}.txt", lambda: texts.SHAPES[shape](slug, language), PLAIN)


def _told(content: bytes, content_type: str) -> HttpResponse:
    return HttpResponse(content, content_type=content_type, headers=_headers())


def _headers() -> dict[str, str]:
    return FOR_OTHER_SITES | {"Link": f'<{settings.DATA_LICENCE}>; rel="license"'}


def _export(
    request: HttpRequest, slug: str, name: str, pieces: Callable[[], Iterator[str]], content_type: str
) -> HttpResponseBase:
    """The export `name`; where it is a file it streams, so that no process holds it (publishing/site.py)."""
    is_gzipped = bool(_TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")))
    try:
        made = files.export(slug, name, pieces, gzipped=is_gzipped)
    except OSError:  # the disk is full
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    if isinstance(made, bytes):
        return _told(made, content_type)
    return _streamed(request, made, content_type, {"Content-Encoding": "gzip"} if is_gzipped else {})


def _streamed(request: HttpRequest, file: BinaryIO, content_type: str, encoding: dict[str, str]) -> HttpResponseBase:
    etag = files.etag_of(file)
    told = _headers() | {"ETag": etag, "Vary": "Accept-Encoding"}
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response:
        file.close()
    else:
        told |= encoding | {"Content-Length": str(os.fstat(file.fileno()).st_size)}
        response = StreamingHttpResponse(FileWrapper(file, _PIECE), content_type=content_type)
    for name, value in told.items():
        response[name] = value
    return response
