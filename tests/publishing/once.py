"""Fixtures that are made once for a module."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from petition.publishing.documents import renderer
from petition.publishing.documents.__main__ import main
from petition.publishing.documents.contents import Content


@contextmanager
def rolled_back(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Open the database for a fixture of a whole module; afterwards it is as it was."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def documents_in_process() -> Iterator[None]:
    """Make documents without a child process, which costs more than the document."""

    def render(kind: str, content: Content) -> bytes:
        return main(kind, json.loads(json.dumps(content.for_renderer())))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renderer, "_run_child", render)
        yield


@contextmanager
def one_connection() -> Iterator[None]:
    """Let requests share the test's transaction: Django would close its connection after each of them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
