"""Has documents made. PDF and DOCX are set in a process of their own, which takes its memory with it when it ends."""

import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from petition.publishing.documents import card as cards, letter as letters, plain_text as plain

SECONDS: Final = 30
"""How long one document may take, and how long it may wait for the one before it."""
_ONE_AT_A_TIME: Final = threading.Lock()  # so that a process never has two of these costly children
log = logging.getLogger(__name__)


class NotRendered(Exception):
    """The document could not be made now: it took too long, or its renderer failed."""


@dataclass(frozen=True)
class Document:
    body: bytes
    name: str  # of the file, ASCII: slug, as-of date or edition and, except for English, the language


def pdf(slug: str, language: str, dated: str = "") -> Document:
    """The appeal, or its edition of that date, as a tagged PDF; the same bytes for the same revision.

    Raises NotPublished, NotRendered.
    """
    letter = letters.written(slug, language, dated=dated)
    return Document(_printed("pdf", letter), _name(letter, "pdf"))


def docx(slug: str, language: str, dated: str = "") -> Document:
    """The same for a word processor (ECMA-376). Raises as `pdf` does."""
    letter = letters.written(slug, language, dated=dated)
    return Document(_printed("docx", letter), _name(letter, "docx"))


def plain_text(slug: str, language: str, dated: str = "") -> Document:
    """The same as plain text, UTF-8. Raises NotPublished."""
    letter = letters.written(slug, language, dated=dated)
    return Document(plain.rendered(letter).encode(), _name(letter, "txt"))


def card(slug: str, language: str) -> Document:
    """The picture that stands for the appeal where its address is shared, PNG. Raises as `pdf` does."""
    card = cards.card_of(slug, language)
    return Document(_printed("card", card), f"{slug}.png")


def _printed(kind: str, content: "letters.Letter | cards.Card") -> bytes:
    if not _ONE_AT_A_TIME.acquire(timeout=SECONDS):
        raise NotRendered
    try:
        return _from_child(kind, content)
    finally:
        _ONE_AT_A_TIME.release()


def _from_child(kind: str, content: "letters.Letter | cards.Card", seconds: float = SECONDS) -> bytes:
    """The document as the child writes it. What it says goes through a pipe: no copy of a name is left on a disk."""
    try:
        done = subprocess.run(  # noqa: S603  (nothing of a visitor is among the arguments)
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
        raise NotRendered from error
    except subprocess.CalledProcessError as error:
        # The kind of the error alone: the rest of its message may quote a name.
        what = error.stderr.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
        log.error("The %s of %s could not be made: exit code %s, %s.", kind, content.slug, error.returncode, what)
        raise NotRendered from error
    return done.stdout


def _name(letter: letters.Letter, kind: str) -> str:
    language = "" if letter.language == settings.LANGUAGE_CODE else f"-{letter.language}"
    dated = f"edition-{letter.edition}" if letter.edition else letter.as_of
    return f"{letter.slug}-{dated}{language}.{kind}"
