"""Staff accounts: who is invited, who is shut out. What an account may do is in roles.py."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.urls import reverse

from petition.actions.audit import Actor, record_of
from petition.actions.mailing import queue
from petition.actions.staff import roles
from petition.models import Invitation, Role, RoleProposal
from petition.security import tokens

FIRST_NAME = "admin"
INVITATION_LASTS = timedelta(days=7)


class NoSuchInvitation(Exception):
    """The link was used, replaced, is over, or never was."""


class NameTaken(Exception):
    """Another account has this name."""


@transaction.atomic
def first_administrator() -> tuple[str, str] | None:
    """An administrator exists. Name and password (120 random bits) of the one just made; None if there was one."""
    accounts = get_user_model().objects
    if accounts.exists():
        return None
    password = secrets.token_urlsafe(15)
    accounts.create_superuser(username=FIRST_NAME, email="", password=password)
    return FIRST_NAME, password


def roles_exist() -> None:
    """Every role has its group."""
    for role in Role:
        Group.objects.get_or_create(name=role.value)


@transaction.atomic
def invite(name: str, mailbox: str, wanted: Iterable[Role], *, language: str, by: Actor, at: datetime) -> User:
    """There is an account without a password, and a link to set one is owed to its mailbox. Raises NameTaken.

    The roles are given, or proposed where a second administrator has to agree.
    """
    if User.objects.filter(username__iexact=name).exists():
        raise NameTaken
    account = User.objects.create_user(username=name, email=mailbox, password=None, is_staff=True)
    record_of("account", account.pk, "invite", by=by, at=at)
    for role in wanted:
        roles.give(account.pk, role, by=by, at=at)
    _owe_link(account, language=language, at=at)
    return account


@transaction.atomic
def invite_again(account_id: int, *, language: str, by: Actor, at: datetime) -> None:
    """A new link to set a password is owed to the account's own mailbox; earlier ones are dead.

    Nobody else's mailbox can be changed, and no second factor taken away: one administrator alone takes over nobody.
    """
    account = User.objects.select_for_update().get(pk=account_id, is_active=True)
    record_of("account", account.pk, "invite", by=by, at=at)
    _owe_link(account, language=language, at=at)


def _owe_link(account: User, *, language: str, at: datetime) -> None:
    token = tokens.new_token()
    kept = {"digest": tokens.digest_of_token(token, "invitation"), "expires_at": at + INVITATION_LASTS}
    Invitation.objects.update_or_create(account=account, defaults=kept)
    content = {"url": f"{settings.SITE_URL}{reverse('invitation', args=[token])}", "name": account.username}
    queue.owe_to("invitation", account.email, content=content, language=language, at=at)


def invited(token: str, *, at: datetime) -> User:
    """The account whose invitation this is. Raises NoSuchInvitation."""
    digest = tokens.digest_of_token(token, "invitation")
    found = Invitation.objects.filter(digest=digest, expires_at__gt=at, account__is_active=True)
    invitation = found.select_related("account").first()
    if invitation is None:
        raise NoSuchInvitation
    return invitation.account


@transaction.atomic
def accept(token: str, password: str, *, at: datetime) -> None:
    """The account has this password, the link is used up, and sessions of before end. Raises NoSuchInvitation."""
    account = User.objects.select_for_update().get(pk=invited(token, at=at).pk)
    used, _ = Invitation.objects.filter(digest=tokens.digest_of_token(token, "invitation")).delete()
    if not used:
        raise NoSuchInvitation
    account.set_password(password)
    account.save(update_fields=["password"])
    end_sessions(account.pk)
    record_of("account", account.pk, "set_password", by=Actor.staff(account.pk), at=at)


@transaction.atomic
def set_own_mailbox(mailbox: str, *, by: Actor, at: datetime) -> None:
    """Mails to the account of `by` go to `mailbox`."""
    User.objects.filter(pk=by.id or 0).update(email=mailbox)
    record_of("account", by.id, "set_mailbox", by=by, at=at)


@transaction.atomic
def disable(account_id: int, *, by: Actor, at: datetime) -> None:
    """The account cannot sign in, has no roles, and its sessions have ended. Raises LastAdministrator, LastButOne."""
    account = roles.locked(account_id)
    roles.refuse_without_another(account, by=by)
    account.is_active = account.is_superuser = False
    account.save(update_fields=["is_active", "is_superuser"])
    account.groups.clear()
    RoleProposal.objects.filter(account=account).delete()
    Invitation.objects.filter(account=account).delete()
    end_sessions(account.pk)
    record_of("account", account.pk, "disable", by=by, at=at)


@transaction.atomic
def enable(account_id: int, *, by: Actor, at: datetime) -> None:
    """The account may sign in again. Its roles are to be given anew, as to a new one."""
    if User.objects.filter(pk=account_id, is_active=False).update(is_active=True):
        record_of("account", account_id, "enable", by=by, at=at)


def end_sessions(account_id: int) -> None:
    """Nobody is signed in as this account. Only staff have sessions, so there are few to look through."""
    for session in Session.objects.all():
        if session.get_decoded().get(SESSION_KEY) == str(account_id):
            session.delete()


def tell_of_new_device(account: User, *, at: datetime) -> None:
    """The owner is owed a mail: somebody signed in where nobody had with this account, and no more."""
    if account.email:
        content = {"when": at.strftime("%Y-%m-%d %H:%M UTC")}
        queue.owe_to("new_device", account.email, content=content, language=settings.LANGUAGE_CODE, at=at)


def forget_invitations(*, at: datetime) -> None:
    """Invitations whose time is over are gone."""
    Invitation.objects.filter(expires_at__lte=at).delete()
