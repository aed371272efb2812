"""What the checkers look at, and what they find."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit


class Finding(NamedTuple):
    """One thing that a checker reports: where, and its words."""

    where: str
    words: str


@dataclass(frozen=True)
class Document:
    """A page or a file as it was served."""

    name: str  # the state and language it was reached by, or its path
    url: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def path(self) -> str:
        """Return path and query of the address."""
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    @property
    def kind(self) -> str:
        """Return the media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()

    @property
    def is_page(self) -> bool:
        """Return whether it is HTML."""
        return self.kind == "text/html"

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode("utf-8")


@dataclass
class Gathered:
    """Everything of one site.

    `published` holds what everybody can read, each address once; `states` the pages that were passed on the way to
    each state of `make screens`, those of staff included; `mirror` the HTML of the static copy, by file; `mails` the
    mails as a real SMTP server received them; `phases` the open data in each phase of an appeal, by phase.
    """

    site_url: str
    folder: Path = Path()  # for what a checker needs on disk; deleted at the end
    published: list[Document] = field(default_factory=list)
    states: list[Document] = field(default_factory=list)
    mirror: list[Document] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    phases: dict[str, list[Document]] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)
    is_partial: bool = False  # only some states were asked for

    def files(self, kind: str) -> list[Document]:
        """Return what is published with this media type, such as `application/pdf`, in all phases."""
        everything = [*self.published, *(document for phase in self.phases.values() for document in phase)]
        return [document for document in everything if document.kind == kind and document.status == 200]


class Report(NamedTuple):
    """What one checker looked at, and its findings."""

    looked_at: int
    findings: list[Finding]


class Checker(NamedTuple):
    """A row of the table in checkers.py."""

    name: str
    check: Callable[[Gathered], Report]
    lacking: Callable[[], str] = lambda: ""
    """Says why it cannot run on this machine; '' where it can."""
