"""Holding back the public list after a restore without the removal journal, until somebody has checked it."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record_for
from petition.models import SiteState


@transaction.atomic
def hold_list_back(*, by: Actor, at: datetime) -> None:
    """Publish no list until an administrator says so with `publish_list`."""
    SiteState.objects.update_or_create(pk=1, defaults={"list_held_back": True})
    record_for("sitestate", None, "hold_list", by=by, at=at)


@transaction.atomic
def publish_list(*, by: Actor, at: datetime) -> bool:
    """Publish the list again, since `by` has checked what was removed; return False if it was not held back."""
    if not SiteState.objects.filter(pk=1, list_held_back=True).update(list_held_back=False):
        return False
    record_for("sitestate", None, "publish_list", by=by, at=at)
    return True
