"""Configuration mistakes as system checks, each with a hint that says what to do."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.db import DatabaseError, connections

from petition.actions.operations import journal_file
from petition.models import triggers
from petition.models.site_state import restore_is_unfinished
from petition.reference import clock
from petition.security import encryption


@register(Tags.database)
def triggers_are_there(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """The refusals of models/triggers.py stand in every database that is asked about."""
    return [
        Error(
            f"The database {alias!r} lacks the triggers {', '.join(names)}.",
            hint="Run `manage.py migrate --skip-checks`: it puts them back.",
            id="petition.E001",
        )
        for alias in databases or ()
        if (names := triggers.missing(connections[alias]))
    ]


@register(Tags.database)
def no_restore_is_unfinished(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """A restore that was killed half-way is run again before anything else."""
    if not databases or not restore_is_unfinished():
        return []
    return [
        Error(
            "A restore was begun in this database and did not come to its end, so no list is published.",
            hint="Run `manage.py restore FILE --replace` again.",
            id="petition.E006",
        )
    ]


@register(Tags.database)
def commits_are_durable(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """PostgreSQL does not acknowledge what a power cut can take away (promise 5)."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor != "postgresql":
            continue
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            with connections[alias].cursor() as cursor:
                cursor.execute(f"SHOW {name}")
                if cursor.fetchone()[0] == "off":
                    found.append(
                        Error(
                            f"PostgreSQL runs with {name}=off: an acknowledged endorsement could be lost.",
                            hint=f"Set {name}=on in postgresql.conf.",
                            id="petition.E002",
                        )
                    )
    return found


@register
def keys_fit(**_: Any) -> list[CheckMessage]:
    """The keys can be read, and what this process seals its first private key opens."""
    try:
        sealed = encryption.seal("")
        if settings.CONTACT_PRIVATE_KEYS:
            encryption.opened(sealed)
    except Exception as error:  # noqa: BLE001  (whatever is wrong with a key, the operator reads a sentence)
        return [
            Error(
                f"The CONTACT keys do not fit together ({type(error).__name__}).",
                hint="Give CONTACT_PUBLIC_KEY and CONTACT_PRIVATE_KEY as one run of `manage.py new_keys` printed them.",
                id="petition.E004",
            )
        ]
    return []


@register(deploy=True)
def removals_are_noted(**_: Any) -> list[CheckMessage]:
    """The file of the journal of removals can be written and holds every removal (operations/journal_file.py)."""
    try:
        problem = journal_file.problem(at=clock.now())
    except DatabaseError:
        return []  # another check says what is wrong with the database
    if problem is None:
        return []
    return [
        Error(
            problem,
            hint="Make DATA_DIR a folder with room that the worker can write to, and start the worker.",
            id="petition.E005",
        )
    ]


@register(deploy=True)
def site_can_be_trusted(**_: Any) -> list[CheckMessage]:
    """What an https site needs beyond Django's own deployment checks."""
    found: list[CheckMessage] = []
    if settings.SITE_IS_HTTPS and settings.DEBUG:
        found.append(Error("DEBUG is on.", hint="Unset DEBUG: its pages show settings and data.", id="petition.E003"))
    if settings.SITE_IS_HTTPS and not settings.EMAIL_URL:
        found.append(
            Info(
                "EMAIL_URL is not set: mails are only written to files.",
                hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example:587.",
                id="petition.I001",
            )
        )
    if settings.SITE_IS_HTTPS and not settings.TRUSTED_PROXIES:
        found.append(
            Info(
                "TRUSTED_PROXIES is not set: behind a proxy that ends TLS every page would redirect to itself.",
                hint="Set TRUSTED_PROXIES to the proxy's address, or let granian end TLS itself.",
                id="petition.I003",
            )
        )
    if settings.SITE_IS_HTTPS and not settings.SECRETARIAT_ADDRESS:
        found.append(
            Info(
                "SECRETARIAT_ADDRESS is not set: nobody can answer our mails.",
                hint="Set SECRETARIAT_ADDRESS to the mailbox that the moderators read; mails name it as Reply-To.",
                id="petition.I002",
            )
        )
    return found
