"""Staff accounts and their browsers, made for tests."""

import time

from django.contrib.auth.models import Group, User
from django.test import Client


def an_account(name: str, *roles: str, is_superuser: bool = False) -> User:
    """An account with these roles and a mailbox at desk.example."""
    mailbox = f"{name.replace(' ', '-')}@desk.example"
    account = User.objects.create_user(name, mailbox, "a long pass phrase", is_staff=True, is_superuser=is_superuser)
    account.groups.set(Group.objects.filter(name__in=roles))
    return account


def browser_of(account: User, *, said_who: float = 0) -> Client:
    """Signed in; `said_who` seconds ago it was asked once more who is there."""
    client = Client(headers={"host": "127.0.0.1:8000"})
    client.force_login(account)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - said_who, "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client
