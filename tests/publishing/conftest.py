"""A visitor for the tests of the page cache, and what makes requests cheap."""

from collections.abc import Iterator

import pytest

from petition.models import Appeal
from tests.publishing import once
from tests.publishing.visitor import Visitor


@pytest.fixture
def visit(appeal: Appeal) -> Iterator[Visitor]:
    """A visitor whose requests share the test's transaction."""
    with once.one_connection():
        yield Visitor()


@pytest.fixture
def in_process() -> Iterator[None]:
    """Render documents without a child process."""
    with once.documents_in_process():
        yield
