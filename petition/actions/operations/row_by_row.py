"""Work on many rows of which one may be bad: it is logged and passed over, and the others are done."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.db import Error, connection
from django.db.models import QuerySet

from petition.text.error_text import describe_error

AT_ONCE = 200
log = logging.getLogger(__name__)


class RowsFailed(Exception):
    """Some rows could not be dealt with; all others were."""


def row_by_row(task: str, due: Callable[[], QuerySet[Any]], carry_out: Callable[[int], object]) -> Iterator[bool]:
    """Call `carry_out` with the primary key of each row of `due`; yield after each row whether that succeeded.

    Rows come in ascending order and each once, so rows that fail and stay due cannot hold up the ones behind them.
    Raises what `carry_out` raised where the database itself is gone: then every further row would fail as well.
    """
    last = 0
    while numbers := list(due().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        for number in numbers:
            try:
                carry_out(number)
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
