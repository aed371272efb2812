"""Fixtures for the pages of one endorsement."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client


@pytest.fixture
def second(db: None) -> Client:
    """The client of another moderator."""
    account = get_user_model().objects.create_superuser("second", password="a long pass phrase")
    client = Client(headers={"host": "127.0.0.1:8000"})
    client.force_login(account)
    return client
