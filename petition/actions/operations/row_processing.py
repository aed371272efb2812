"""Process many rows, one of which may fail: it is logged and skipped, and the others are processed."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.db import Error, connection
from django.db.models import QuerySet

from petition.text.error_text import describe_error

AT_ONCE = 200
log = logging.getLogger(__name__)


def process_rows(task: str, due: Callable[[], QuerySet[Any]], run: Callable[[int], object]) -> Iterator[bool]:
    """Call `run` with the primary key of each row of `due`; yield after each row whether that succeeded.

    Raises what `run` raised if the database itself is gone, since every further row would fail as well.
    """
    last = 0  # each row comes once, in ascending order, so rows that fail and stay due do not hold up later ones
    while numbers := list(due().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        for number in numbers:
            try:
                run(number)
            except Exception as error:
                if isinstance(error, Error) and not _database_answers():
                    raise
                log.error("%s: row %s failed and stays as it is: %s", task, number, describe_error(error))
                yield False
            else:
                yield True
        last = numbers[-1]


def _database_answers() -> bool:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
