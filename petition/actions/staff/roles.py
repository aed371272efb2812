"""Roles of staff accounts. Where there are two administrators, a role is proposed by one and given by another."""

from datetime import datetime

from django.contrib.auth.models import Group, User
from django.db import transaction

from petition.actions.audit import Actor, record_of
from petition.models import Role, RoleProposal, holders, roles_of


class LastAdministrator(Exception):
    """Without this account nobody could look after the staff."""


class LastButOne(Exception):
    """One of two administrators would shut the other one out, and decide alone what takes two."""


class OwnProposal(Exception):
    """Whoever proposed it is not the second person."""


def needs_second_person() -> bool:
    """Whether a role is only proposed by whoever wants it given."""
    return holders([Role.ADMINISTRATOR]).count() > 1


@transaction.atomic
def give(account_id: int, role: Role, *, by: Actor, at: datetime) -> bool:
    """The account has the role; False when it is proposed, since a second administrator has to agree."""
    account = User.objects.select_for_update().get(pk=account_id, is_active=True)
    if role in roles_of(account):
        return True
    if needs_second_person():
        proposal = {"proposed_by": by.id, "proposed_at": at}
        _row, is_new = RoleProposal.objects.get_or_create(account=account, role=role, defaults=proposal)
        if is_new:
            record_of("account", account_id, "propose_role", by=by, at=at, reason=role)
        return False
    _give(account, role, by=by, at=at)
    return True


def _give(account: User, role: Role, *, by: Actor, at: datetime) -> None:
    account.groups.add(Group.objects.get(name=role.value))
    record_of("account", account.pk, "give_role", by=by, at=at, reason=role)


@transaction.atomic
def agree(proposal_id: int, *, by: Actor, at: datetime) -> None:
    """The proposed role is given. Raises OwnProposal, RoleProposal.DoesNotExist."""
    locked(RoleProposal.objects.get(pk=proposal_id).account_id)  # the account first, as staff.disable does
    proposal = RoleProposal.objects.select_for_update(of=("self",)).select_related("account").get(pk=proposal_id)
    if proposal.proposed_by == by.id:
        raise OwnProposal
    _give(proposal.account, Role(proposal.role), by=by, at=at)
    proposal.delete()


@transaction.atomic
def refuse(proposal_id: int, *, by: Actor, at: datetime) -> None:
    """The role is not given, by whom it was proposed or by another. Raises RoleProposal.DoesNotExist."""
    proposal = RoleProposal.objects.select_for_update().get(pk=proposal_id)
    record_of("account", proposal.account_id, "refuse_role", by=by, at=at, reason=proposal.role)
    proposal.delete()


@transaction.atomic
def take(account_id: int, role: Role, *, by: Actor, at: datetime) -> None:
    """The account no longer has the role; nobody has to agree. Raises LastAdministrator, LastButOne."""
    account = locked(account_id)
    held = roles_of(account)
    if role not in held:
        return
    if role == Role.ADMINISTRATOR:
        refuse_without_another(account, by=by)
    if account.is_superuser:
        account.is_superuser = False
        account.save(update_fields=["is_superuser"])
    account.groups.set(Group.objects.filter(name__in=[kept.value for kept in held - {role}]))
    record_of("account", account.pk, "take_role", by=by, at=at, reason=role)


def locked(account_id: int) -> User:
    """The account, locked with all of the staff: two who would remove each other come one after the other."""
    list(User.objects.select_for_update().filter(is_staff=True).order_by("pk"))
    return User.objects.get(pk=account_id)


def refuse_without_another(account: User, *, by: Actor) -> None:
    """Raises LastAdministrator when no other account is one, LastButOne when only whoever does this would be left.

    One may step down oneself. `account` came from `locked`.
    """
    others = set(holders([Role.ADMINISTRATOR]).exclude(pk=account.pk).values_list("pk", flat=True))
    if not others:
        raise LastAdministrator
    if Role.ADMINISTRATOR in roles_of(account) and others == {by.id}:
        raise LastButOne
