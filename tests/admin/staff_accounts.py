"""Staff accounts and their signed-in clients, for tests."""

import time

from django.contrib.auth.models import Group, User
from django.test import Client


def create_account(name: str, *roles: str, is_superuser: bool = False) -> User:
    """Create an account with these roles and a mailbox at desk.example."""
    mailbox = f"{name.replace(' ', '-')}@desk.example"
    account = User.objects.create_user(name, mailbox, "a long pass phrase", is_staff=True, is_superuser=is_superuser)
    account.groups.set(Group.objects.filter(name__in=roles))
    return account


def create_client(account: User, *, proved_ago: float = 0) -> Client:
    """Return a signed-in client whose account authenticated `proved_ago` seconds ago."""
    client = Client(headers={"host": "127.0.0.1:8000"})
    client.force_login(account)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - proved_ago, "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client
