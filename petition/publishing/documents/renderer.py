"""Render documents. PDF, DOCX and PNG are made in a child process, whose memory is free again when it ends."""

import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from petition.publishing.documents import kept_documents, plain_text
from petition.publishing.documents.card import build_card
from petition.publishing.documents.contents import Content, Letter
from petition.publishing.documents.letter import build_letter
from petition.publishing.queries import get_published_appeal

MAX_SECONDS: Final = 30
"""How long one document may take, and how long it may wait for the one before it."""
_child_lock: Final = threading.Lock()  # a list of 20,000 entries takes 457 MB: never two such children of one process
log = logging.getLogger(__name__)


class RenderingFailed(Exception):
    """The document could not be made now: it took too long, or the child process failed."""


@dataclass(frozen=True)
class Document:
    body: bytes
    name: str  # of the file, ASCII: slug, as-of date or edition and, except for English, the language


def render_pdf(slug: str, language: str, dated: str = "") -> Document:
    """Render the appeal, or its edition of that date, as a tagged PDF; the same bytes for the same revision.

    Raises NotPublished, RenderingFailed.
    """
    return _render_letter("pdf", slug, language, dated)


def render_docx(slug: str, language: str, dated: str = "") -> Document:
    """Render the same for a word processor (ECMA-376). Raises NotPublished, RenderingFailed."""
    return _render_letter("docx", slug, language, dated)


def render_plain_text(slug: str, language: str, dated: str = "") -> Document:
    """Render the same as plain text in UTF-8. Raises NotPublished."""
    letter = build_letter(slug, language, dated=dated)
    return Document(plain_text.render_plain_text(letter).encode(), _build_file_name(letter, "txt"))


def render_card(slug: str, language: str) -> Document:
    """Render the picture for places where the address is shared, as PNG. Raises NotPublished, RenderingFailed."""
    edits = get_published_appeal(slug).edits
    return Document(_render_once("card", build_card(slug, language), edits), f"{slug}.png")


def _render_letter(kind: str, slug: str, language: str, dated: str) -> Document:
    edits = get_published_appeal(slug).edits
    letter = build_letter(slug, language, dated=dated)
    return Document(_render_once(kind, letter, edits), _build_file_name(letter, kind))


def _render_once(kind: str, content: Content, edits: int) -> bytes:
    """Return the document, rendered here unless another process of this DATA_DIR has done so."""
    try:
        return kept_documents.render_once(kind, content, edits, lambda: _render_alone(kind, content))
    except kept_documents.TooBusy as error:
        raise RenderingFailed from error


def _render_alone(kind: str, content: Content) -> bytes:
    if not _child_lock.acquire(timeout=MAX_SECONDS):
        raise RenderingFailed
    try:
        return _run_child(kind, content)
    finally:
        _child_lock.release()


def _run_child(kind: str, content: Content, seconds: float = MAX_SECONDS) -> bytes:
    """Return the document that the child process writes to its output."""
    try:
        # Content and document go through pipes: what this process keeps of them, it also deletes (kept_documents.py).
        result = subprocess.run(  # noqa: S603  (no argument comes from a visitor)
            [sys.executable, "-m", "petition.publishing.documents", kind],
            input=json.dumps(content.for_renderer()).encode(),
            capture_output=True,
            timeout=seconds,
            check=True,
            cwd=settings.BASE_DIR,
            env={"PATH": os.defpath},  # no key and no password of ours
        )
    except subprocess.TimeoutExpired as error:
        log.error("The %s of %s was not ready after %s seconds.", kind, content.slug, seconds)
        raise RenderingFailed from error
    except subprocess.CalledProcessError as error:
        # Only the type of the error is logged: the rest of its message may quote a name.
        what = error.stderr.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
        log.error("The %s of %s could not be made: exit code %s, %s.", kind, content.slug, error.returncode, what)
        raise RenderingFailed from error
    return result.stdout


def _build_file_name(letter: Letter, extension: str) -> str:
    language = "" if letter.language == settings.LANGUAGE_CODE else f"-{letter.language}"
    dated = f"edition-{letter.edition}" if letter.edition else letter.as_of
    return f"{letter.slug}-{dated}{language}.{extension}"
