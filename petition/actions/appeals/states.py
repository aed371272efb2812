"""What becomes of a published appeal: archived, taken down, put back."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.actions.listing.revision import bump_revision
from petition.actions.operations.removal_journal import record_takedown
from petition.actions.refusals import NotPossible, SecondPersonNeeded
from petition.models import Appeal, PutBackProposal, RemovalKind, Role, find_accounts_with_role


@transaction.atomic
def archive(slug: str, *, by: Actor, at: datetime) -> None:
    """End the appeal: it accepts no endorsements any more, and its page says so. Raises NotPossible, DoesNotExist."""
    appeal = _lock(slug)
    if appeal.archived_at:
        raise NotPossible
    _save(appeal, "archive", archived_at=at, by=by, at=at)


@transaction.atomic
def reopen(slug: str, *, by: Actor, at: datetime) -> None:
    """Let its dates say again whether it accepts endorsements. Raises NotPossible, DoesNotExist."""
    appeal = _lock(slug)
    if appeal.archived_at is None:
        raise NotPossible
    _save(appeal, "unarchive", archived_at=None, by=by, at=at)


@transaction.atomic
def take_down(slug: str, *, by: Actor, at: datetime) -> None:
    """Show nothing of the appeal any more, in any format. Raises NotPossible, DoesNotExist.

    Private links, removal and erasure go on working. One administrator is enough, as it may be urgent.
    """
    appeal = _lock(slug)
    if appeal.taken_down_at:
        raise NotPossible
    _save(appeal, "take_down", taken_down_at=at, by=by, at=at)
    record_takedown(RemovalKind.TAKE_DOWN, appeal, at=at)


def needs_second_administrator() -> bool:
    """Return whether there are two administrators: then both have to put an appeal back."""
    return find_accounts_with_role((Role.ADMINISTRATOR,)).count() > 1


@transaction.atomic
def put_back(slug: str, *, by: Actor, at: datetime) -> bool:
    """Show the appeal again and return True; where there are two administrators, the first proposes: return False.

    Raises SecondPersonNeeded for who has proposed it, NotPossible, DoesNotExist.
    """
    appeal = _lock(slug)
    if appeal.taken_down_at is None:
        raise NotPossible
    proposal = PutBackProposal.objects.filter(appeal=appeal).first()
    if needs_second_administrator():
        if proposal is None:
            fields = {"proposed_by": by.id, "proposed_at": at}
            PutBackProposal.objects.create(appeal=appeal, **fields)
            record("propose_put_back", subject=appeal, by=by, at=at)
            return False
        if proposal.proposed_by == by.id:
            raise SecondPersonNeeded
    PutBackProposal.objects.filter(appeal=appeal).delete()
    _save(appeal, "put_back", taken_down_at=None, by=by, at=at)
    record_takedown(RemovalKind.PUT_BACK, appeal, at=at)
    return True


@transaction.atomic
def drop_put_back(slug: str, *, by: Actor, at: datetime) -> None:
    """Delete the proposal to show the appeal again. Raises NotPossible, DoesNotExist."""
    appeal = _lock(slug)
    deleted, _ = PutBackProposal.objects.filter(appeal=appeal).delete()
    if not deleted:
        raise NotPossible
    record("drop_put_back", subject=appeal, by=by, at=at)


def _lock(slug: str) -> Appeal:
    return Appeal.objects.select_for_update().get(slug=slug, published_at__isnull=False)


def _save(appeal: Appeal, verb: str, *, by: Actor, at: datetime, **moments: datetime | None) -> None:
    for name, moment in moments.items():
        setattr(appeal, name, moment)
    appeal.save(update_fields=list(moments))
    record(verb, subject=appeal, by=by, at=at)
    bump_revision(appeal, at=at)
