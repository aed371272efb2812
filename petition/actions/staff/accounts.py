"""Invite and disable staff accounts. What an account may do is in roles.py."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.urls import reverse

from petition.actions.audit import Actor, record_for
from petition.actions.refusals import NameTaken, NoSuchInvitation
from petition.actions.staff import roles
from petition.mail import outbox
from petition.models import CodeTries, Invitation, Role, RoleProposal
from petition.security import tokens

FIRST_NAME = "admin"
INVITATION_LASTS = timedelta(days=7)


@transaction.atomic
def create_first_administrator() -> tuple[str, str] | None:
    """Create an administrator and return name and password (120 random bits); None if there is an account already."""
    accounts = get_user_model().objects
    if accounts.exists():
        return None
    password = secrets.token_urlsafe(15)
    accounts.create_superuser(username=FIRST_NAME, email="", password=password)
    return FIRST_NAME, password


def create_role_groups() -> None:
    """Create the group of every role."""
    for role in Role:
        Group.objects.get_or_create(name=role.value)


@transaction.atomic
def invite(name: str, mailbox: str, wanted: Iterable[Role], *, language: str, by: Actor, at: datetime) -> User:
    """Create an account without a password and mail it a link to set one. Raises NameTaken.

    The roles are given, or proposed where a second administrator has to agree.
    """
    if User.objects.filter(username__iexact=name).exists():
        raise NameTaken
    account = User.objects.create_user(username=name, email=mailbox, password=None, is_staff=True)
    record_for("account", account.pk, "invite", by=by, at=at)
    for role in wanted:
        roles.give_role(account.pk, role, by=by, at=at)
    _queue_invitation(account, language=language, at=at)
    return account


@transaction.atomic
def resend_invitation(account_id: int, *, language: str, by: Actor, at: datetime) -> None:
    """Mail a new link to set a password to the account's own mailbox; earlier links no longer work."""
    # To that mailbox only, and the second factor stays: no administrator alone can take over a colleague's account.
    account = User.objects.select_for_update().get(pk=account_id, is_active=True)
    record_for("account", account.pk, "invite", by=by, at=at)
    _queue_invitation(account, language=language, at=at)


def _queue_invitation(account: User, *, language: str, at: datetime) -> None:
    token = tokens.generate_token()
    invitation = {"digest": tokens.hash_token(token, "invitation"), "expires_at": at + INVITATION_LASTS}
    Invitation.objects.update_or_create(account=account, defaults=invitation)
    content = {"url": f"{settings.SITE_URL}{reverse('invitation', args=[token])}", "name": account.username}
    outbox.queue_mail(
        "invitation",
        address=account.email,
        content=content,
        language=language,
        at=at,
    )


def get_invited_account(token: str, *, at: datetime) -> User:
    """Return the account that was invited with this token. Raises NoSuchInvitation."""
    digest = tokens.hash_token(token, "invitation")
    invitations = Invitation.objects.filter(digest=digest, expires_at__gt=at, account__is_active=True)
    invitation = invitations.select_related("account").first()
    if invitation is None:
        raise NoSuchInvitation
    return invitation.account


@transaction.atomic
def accept_invitation(token: str, password: str, *, at: datetime) -> None:
    """Set the account's password, use the invitation up and end earlier sessions. Raises NoSuchInvitation."""
    account = User.objects.select_for_update().get(pk=get_invited_account(token, at=at).pk)
    deleted, _ = Invitation.objects.filter(digest=tokens.hash_token(token, "invitation")).delete()
    if not deleted:  # the same link was used at the same moment
        raise NoSuchInvitation
    account.set_password(password)
    account.save(update_fields=["password"])
    end_sessions(account.pk)
    record_for("account", account.pk, "set_password", by=Actor.staff(account.pk), at=at)


@transaction.atomic
def set_own_mailbox(mailbox: str, *, by: Actor, at: datetime) -> None:
    """Set the mailbox of the account of `by`."""
    User.objects.filter(pk=by.id or 0).update(email=mailbox)
    record_for("account", by.id, "set_mailbox", by=by, at=at)


@transaction.atomic
def disable(account_id: int, *, by: Actor, at: datetime) -> None:
    """Disable the account, take its roles and end its sessions. Raises LastAdministrator, LastButOneAdministrator."""
    account = roles.lock_account(account_id)
    roles.check_another_administrator(account, by=by)
    account.is_active = account.is_superuser = False
    account.save(update_fields=["is_active", "is_superuser"])
    account.groups.clear()
    RoleProposal.objects.filter(account=account).delete()
    Invitation.objects.filter(account=account).delete()
    end_sessions(account.pk)
    record_for("account", account.pk, "disable", by=by, at=at)


@transaction.atomic
def enable(account_id: int, *, by: Actor, at: datetime) -> None:
    """Let the account sign in again, without roles, like a new one."""
    if User.objects.filter(pk=account_id, is_active=False).update(is_active=True):
        record_for("account", account_id, "enable", by=by, at=at)


def end_sessions(account_id: int) -> None:
    """End all sessions of the account. Only staff have sessions, so there are few to read."""
    for session in Session.objects.all():
        if session.get_decoded().get(SESSION_KEY) == str(account_id):
            session.delete()


@transaction.atomic
def reset_second_factor(account_id: int, *, by: Actor, at: datetime) -> int:
    """Delete the account's authenticators, recovery codes and sessions, and tell it and the other staff by mail.

    Return how many authenticators were deleted. The password stays: at its next sign-in the account sets up a new one.
    """
    account = User.objects.select_for_update().get(pk=account_id)
    _total, deleted = Authenticator.objects.filter(user=account).delete()
    CodeTries.objects.filter(account=account).delete()
    end_sessions(account.pk)
    record_for("account", account.pk, "reset_second_factor", by=by, at=at)
    content = {"account": account.username, "when": at.strftime("%Y-%m-%d %H:%M UTC")}
    others = User.objects.filter(is_active=True, is_staff=True).exclude(pk=account.pk)
    for told, message in ((account, "own_factor_reset"), *((other, "factor_reset") for other in others)):
        if told.email:
            outbox.queue_mail(message, address=told.email, content=content, language=settings.LANGUAGE_CODE, at=at)
    return int(deleted.get(Authenticator._meta.label, 0))


def queue_new_device_mail(account: User, *, at: datetime) -> None:
    """Queue a mail to the owner: somebody signed in on a device that had not been used with this account."""
    if account.email:
        content = {"when": at.strftime("%Y-%m-%d %H:%M UTC")}
        outbox.queue_mail(
            "new_device",
            address=account.email,
            content=content,
            language=settings.LANGUAGE_CODE,
            at=at,
        )


def delete_expired_invitations(*, at: datetime) -> None:
    """Delete the invitations that have expired."""
    Invitation.objects.filter(expires_at__lte=at).delete()
