"""Who acts: the account of this request, and how the accounts and other actors of the audit log are called."""

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.http import HttpRequest

from petition.actions.audit import Actor
from petition.actions.staff.hourly_limits import SessionLimits
from petition.admin.labels import ACTORS
from petition.admin.team.last_proof import last_proof
from petition.models import AuditEvent


def current_actor(request: HttpRequest) -> Actor:
    """Return the staff account that sent this request, with the hourly limits of its session."""
    return Actor.staff(int(request.user.pk or 0), limits=SessionLimits(lambda: last_proof(request)))


def get_usernames(account_ids: Iterable[int]) -> dict[int | None, str]:
    """Return the names of these staff accounts by id; an account that was deleted is missing."""
    return {account.pk: account.get_username() for account in get_user_model().objects.filter(pk__in=set(account_ids))}


def get_event_usernames(events: Iterable[AuditEvent]) -> dict[int | None, str]:
    """Return the names of the staff accounts that caused these events, by id."""
    return get_usernames(event.actor_id for event in events if event.actor_id)


def format_actor(event: AuditEvent, usernames: dict[int | None, str]) -> str:
    """Return the name of the account that caused the event, else what kind of actor it was."""
    return usernames.get(event.actor_id) or str(ACTORS.get(event.actor_kind, event.actor_kind))
