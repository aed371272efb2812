"""A visitor for the tests of the door."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from petition.models import Appeal
from tests.publishing.visitor import Visitor


@pytest.fixture
def visit(appeal: Appeal) -> Iterator[Visitor]:
    """A visitor whose requests share the test's transaction: Django would close its connection after each of them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Visitor()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
