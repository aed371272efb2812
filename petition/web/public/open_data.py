"""The public record as data for other sites and programs, and as text to copy. Large exports are streamed files."""

import os
import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import BinaryIO, Final
from wsgiref.util import FileWrapper

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from petition.publishing import queries
from petition.publishing.absolute_urls import absolute_url
from petition.publishing.cache.thread_limits import RequestKind
from petition.publishing.exports import (
    atom_feed,
    csv_files,
    file_cache,
    json_files,
    json_schemas,
    text_lists,
)
from petition.publishing.public_records import NotPublished
from petition.web.public.decorators import FOR_OTHER_SITES, PLAIN_TEXT, View, published
from petition.web.responses import error_page
from petition.web.shortcuts import active_language

_CHUNK: Final = 65_536  # bytes
_CSV: Final = "text/csv; charset=utf-8"
_ACCEPTS_GZIP: Final = re.compile(r"(?:^|,)\s*gzip\s*(?:$|,|;\s*q=(?!0(?:\.0*)?\s*(?:$|,)))", re.IGNORECASE)


def _export_view(
    name: str,
    write: Callable[[str], Iterator[str]],
    content_type: str,
    *,
    request_kind: RequestKind = RequestKind.EXPORTS,
    described_by: str = "",
) -> View:
    """Return the view of the export `name`; `write` yields its content for the slug of an appeal, and `described_by`
    is the route of its metadata."""

    @published(request_kind=request_kind)
    def view(request: HttpRequest, slug: str) -> HttpResponseBase:
        response = _export(request, slug, name, lambda: write(slug), content_type)
        if described_by and "Link" in response.headers:
            # First of all links: some readers of CSV on the Web look at the first one alone.
            metadata = f'<{absolute_url(described_by, slug)}>; rel="describedby"; type="application/csvm+json"'
            response["Link"] = f"{metadata}, {response['Link']}"
        return response

    return view


appeal_json = _export_view(
    "appeal.json", json_files.generate_appeal, "application/json", request_kind=RequestKind.PAGES
)
signatories_json = _export_view("signatories.json", json_files.generate_signatories, "application/json")
signatories_csv = _export_view("signatories.csv", csv_files.generate_csv, _CSV, described_by="signatories_csvw")
# "CSV on the Web" looks for this at the address of the CSV file followed by `-metadata.json`.
signatories_csvw = _export_view(
    "signatories.csv-metadata.json",
    csv_files.generate_metadata,
    "application/csvm+json",
    request_kind=RequestKind.PAGES,
)


@published(request_kind=RequestKind.EXPORTS)
def signatories_spreadsheet(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A CSV file for spreadsheet programs, with the date of the list in its name."""
    response = _export(
        request, slug, "signatories.spreadsheet.csv", lambda: csv_files.generate_spreadsheet_csv(slug), _CSV
    )
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        return response  # an error page, not a file
    as_of = f"{queries.get_appeal(slug, 'en').as_of:%Y-%m-%d}"
    response["Content-Disposition"] = f'attachment; filename="{slug}-signatories-{as_of}-for-spreadsheets.csv"'
    return response


@published(request_kind=RequestKind.EXPORTS)
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    return _data_response(atom_feed.render_feed(slug).encode(), "application/atom+xml; charset=utf-8")


@published(names_nobody=True)
def schema(request: HttpRequest, name: str) -> HttpResponse:
    return _data_response(json_schemas.render_schema(name).encode(), "application/schema+json")


@published(request_kind=RequestKind.EXPORTS)
def copy_text(request: HttpRequest, slug: str, shape: str) -> HttpResponseBase:
    """The list as text to copy, in one of several forms."""
    if shape not in text_lists.FORMATS:
        raise NotPublished
    name, language = f"{shape}.{active_language()}.txt", active_language()
    return _export(request, slug, name, lambda: text_lists.FORMATS[shape](slug, language), PLAIN_TEXT)


def _data_response(content: bytes, content_type: str) -> HttpResponse:
    return HttpResponse(content, content_type=content_type, headers=_data_headers())


def _data_headers() -> dict[str, str]:
    return FOR_OTHER_SITES | {"Link": f'<{settings.DATA_LICENCE}>; rel="license"'}


def _export(
    request: HttpRequest, slug: str, name: str, write: Callable[[], Iterator[str]], content_type: str
) -> HttpResponseBase:
    """Return the export `name`: its bytes if it is small, otherwise a streamed file, so that no process holds it."""
    is_gzipped = bool(_ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", "")))
    try:
        result = file_cache.open_export(slug, name, write, gzipped=is_gzipped)
    except OSError:  # the disk is full
        return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    if isinstance(result, bytes):
        return _data_response(result, content_type)
    return _file_response(request, result, content_type, {"Content-Encoding": "gzip"} if is_gzipped else {})


def _file_response(
    request: HttpRequest, file: BinaryIO, content_type: str, encoding: dict[str, str]
) -> HttpResponseBase:
    etag = file_cache.get_etag(file)
    headers = _data_headers() | {"ETag": etag, "Vary": "Accept-Encoding"}
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response:
        file.close()
    else:
        headers |= encoding | {"Content-Length": str(os.fstat(file.fileno()).st_size)}
        response = StreamingHttpResponse(FileWrapper(file, _CHUNK), content_type=content_type)
    for name, value in headers.items():
        response[name] = value
    return response
