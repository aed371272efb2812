"""Hide or withdraw through a private link or removal code, at the time of a test. The site does so at the time of the
database (actions/self_service/links.py)."""

from datetime import datetime

from django.db import transaction

from petition.actions.self_service import withdrawal
from petition.actions.self_service.private_links import lock_by_link
from petition.models import Endorsement
from petition.models.database.link_sql.leave import LEAVING


@transaction.atomic
def stop_being_named(digest: str, *, at: datetime) -> Endorsement:
    endorsement = lock_by_link(digest, at=at, purposes=LEAVING)
    withdrawal.stop_naming(endorsement, at=at)
    return endorsement


@transaction.atomic
def withdraw(digest: str, *, at: datetime) -> Endorsement:
    endorsement = lock_by_link(digest, at=at, purposes=LEAVING)
    withdrawal.end_by_contact(endorsement, at=at)
    return endorsement
