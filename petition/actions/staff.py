"""Staff accounts."""

import secrets

from django.contrib.auth import get_user_model
from django.db import transaction

FIRST_NAME = "admin"


@transaction.atomic
def first_administrator() -> tuple[str, str] | None:
    """An administrator exists. Name and password (120 random bits) of the one just made; None if there was one."""
    accounts = get_user_model().objects
    if accounts.exists():
        return None
    password = secrets.token_urlsafe(15)
    accounts.create_superuser(username=FIRST_NAME, email="", password=password)
    return FIRST_NAME, password
