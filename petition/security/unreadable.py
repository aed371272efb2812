"""Tell staff that an encrypted value was found that was changed, or belongs to another row: somebody wrote there."""

import time
from typing import Final

from django.db import Error, connection
from django.db.models.functions import Now

from petition.models.site_state import SiteState
from petition.security.encryption import out_of_place

_ONCE_IN_SECONDS: Final = 60.0
_stored_at = float("-inf")  # by the monotonic clock


def store_unreadable() -> None:
    """Store that such a value was found. To be called outside any transaction, after a request or by the worker."""
    global _stored_at  # noqa: PLW0603  (one for all threads of the process)
    # In a transaction it would be lost if that is rolled back, as it may be because of what was found.
    if not out_of_place.is_set() or connection.in_atomic_block:
        return
    if time.monotonic() - _stored_at >= _ONCE_IN_SECONDS:  # a thousand such values are one message
        try:
            SiteState.objects.get_or_create(pk=1)
            SiteState.objects.filter(pk=1).update(unreadable_at=Now())
        except Error:  # reading the value must not fail because of this; it is stored later
            return
        _stored_at = time.monotonic()
    out_of_place.clear()


def forget_last() -> None:
    """Store the next one at once, whenever the last was stored."""
    global _stored_at  # noqa: PLW0603  (see above)
    _stored_at = float("-inf")
