"""Fixtures for what visitors see."""

import pytest

from petition.actions.self_service import links_on_sqlite


@pytest.fixture(autouse=True)
def quick_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typed code costs no waiting here: trying out forty took four seconds. test_links.py measures it."""
    monkeypatch.setattr(links_on_sqlite, "CODE_SECONDS", 0)
