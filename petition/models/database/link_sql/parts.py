"""What several of the functions have in common."""

from collections.abc import Iterable
from typing import Final

from petition.models.contacts import CODE_PREFIX
from petition.models.endorsements import NAME_FIELDS

CODE_SECONDS: Final = 0.1
"""How long the answer to a code takes, so that trying many codes is slow."""

CLEAR_COLUMNS: Final = (*NAME_FIELDS, "folded")
CREATE: Final = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
LIVE: Final = "(l.expires_at IS NULL OR l.expires_at > clock_timestamp())"
# Before a code is looked up, and also for one that is known: the caller can end it early
# (statement_timeout), and that must not tell which codes are known. And before any lock is taken, so that who tries
# codes holds nobody else up.
SLOW_DOWN_CODES: Final = f"""
  IF starts_with(given_digest, '{CODE_PREFIX}') THEN
    PERFORM pg_sleep({CODE_SECONDS});
  END IF;"""


def quote(values: Iterable[str]) -> str:
    """Return constants of SQL, separated by commas."""
    return ", ".join(f"'{value}'" for value in values)


def set_empty(columns: Iterable[str]) -> str:
    """Return assignments that empty these text columns."""
    return ", ".join(f"{column} = ''" for column in columns)
