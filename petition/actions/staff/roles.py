"""Give and take roles of staff accounts. Of two administrators one proposes a role and the other gives it."""

from datetime import datetime

from django.contrib.auth.models import Group, User
from django.db import transaction

from petition.actions.audit import Actor, record_for
from petition.actions.refusals import LastAdministrator, LastButOneAdministrator, SecondPersonNeeded
from petition.models import Role, RoleProposal, find_accounts_with_role, get_roles


def needs_second_person() -> bool:
    """Return whether a role takes two administrators."""
    return find_accounts_with_role([Role.ADMINISTRATOR]).count() > 1


@transaction.atomic
def give_role(account_id: int, role: Role, *, by: Actor, at: datetime) -> bool:
    """Give the account the role; return False if it is only proposed, since a second administrator has to agree."""
    account = User.objects.select_for_update().get(pk=account_id, is_active=True)
    if role in get_roles(account):
        return True
    if needs_second_person():
        proposal = {"proposed_by": by.id, "proposed_at": at}
        _row, is_new = RoleProposal.objects.get_or_create(account=account, role=role, defaults=proposal)
        if is_new:
            record_for("account", account_id, "propose_role", by=by, at=at, reason=role)
        return False
    _give(account, role, by=by, at=at)
    return True


def _give(account: User, role: Role, *, by: Actor, at: datetime) -> None:
    account.groups.add(Group.objects.get(name=role.value))
    record_for("account", account.pk, "give_role", by=by, at=at, reason=role)


@transaction.atomic
def accept_proposal(proposal_id: int, *, by: Actor, at: datetime) -> None:
    """Give the proposed role. Raises SecondPersonNeeded, RoleProposal.DoesNotExist."""
    lock_account(RoleProposal.objects.get(pk=proposal_id).account_id)  # before the proposal, as accounts.disable does
    proposal = RoleProposal.objects.select_for_update(of=("self",)).select_related("account").get(pk=proposal_id)
    if proposal.proposed_by == by.id:
        raise SecondPersonNeeded
    _give(proposal.account, Role(proposal.role), by=by, at=at)
    proposal.delete()


@transaction.atomic
def reject_proposal(proposal_id: int, *, by: Actor, at: datetime) -> None:
    """Reject the proposed role; who proposed it may do so too. Raises RoleProposal.DoesNotExist."""
    proposal = RoleProposal.objects.select_for_update().get(pk=proposal_id)
    record_for("account", proposal.account_id, "refuse_role", by=by, at=at, reason=proposal.role)
    proposal.delete()


@transaction.atomic
def remove_role(account_id: int, role: Role, *, by: Actor, at: datetime) -> None:
    """Take the role from the account; nobody has to agree. Raises LastAdministrator, LastButOneAdministrator."""
    account = lock_account(account_id)
    held = get_roles(account)
    if role not in held:
        return
    if role == Role.ADMINISTRATOR:
        check_another_administrator(account, by=by)
    if account.is_superuser:
        account.is_superuser = False
        account.save(update_fields=["is_superuser"])
    account.groups.set(Group.objects.filter(name__in=[kept.value for kept in held - {role}]))
    record_for("account", account.pk, "take_role", by=by, at=at, reason=role)


def lock_account(account_id: int) -> User:
    """Lock all staff accounts and return this one."""
    # All of them, so that two administrators who remove each other at the same time take turns.
    list(User.objects.select_for_update().filter(is_staff=True).order_by("pk"))
    return User.objects.get(pk=account_id)


def check_another_administrator(account: User, *, by: Actor) -> None:
    """Check that administrators are left without `account`, which was locked with `lock_account`.

    Raises LastAdministrator if no other is left, LastButOneAdministrator if only `by` is, who removes a colleague.
    """
    others = set(find_accounts_with_role([Role.ADMINISTRATOR]).exclude(pk=account.pk).values_list("pk", flat=True))
    if not others:
        raise LastAdministrator
    if Role.ADMINISTRATOR in get_roles(account) and others == {by.id}:
        raise LastButOneAdministrator
