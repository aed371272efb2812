"""System checks for configuration mistakes, each with a hint that says what to do."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.db import DatabaseError, connections

from petition.actions.operations import removal_journal_file
from petition.models import triggers
from petition.models.held_list import is_restore_unfinished
from petition.reference import clock
from petition.security import encryption


@register(Tags.database)
def check_triggers(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """Report triggers of models/triggers.py that a database lacks."""
    # Django remakes a table on SQLite for many migrations, and drops its triggers without a word.
    return [
        Error(
            f"The database {alias!r} lacks the triggers {', '.join(names)}.",
            hint="Run `manage.py migrate --skip-checks`, which creates them again.",
            id="petition.E001",
        )
        for alias in databases or ()
        if (names := triggers.find_missing_triggers(connections[alias]))
    ]


@register(Tags.database)
def check_restore_is_finished(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """Report a restore that was killed half-way: it must be run again before anything else."""
    if not databases or not is_restore_unfinished():
        return []
    return [
        Error(
            "A restore of this database was not finished, so no list is published.",
            hint="Run `manage.py restore FILE --replace` again.",
            id="petition.E006",
        )
    ]


@register(Tags.database)
def check_commits_are_durable(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """Report settings of PostgreSQL with which a power cut could lose acknowledged endorsements (promise 5)."""
    messages: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor != "postgresql":
            continue
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            with connections[alias].cursor() as cursor:
                cursor.execute(f"SHOW {name}")
                if cursor.fetchone()[0] == "off":
                    messages.append(
                        Error(
                            f"PostgreSQL runs with {name}=off: an acknowledged endorsement could be lost.",
                            hint=f"Set {name}=on in postgresql.conf.",
                            id="petition.E002",
                        )
                    )
    return messages


@register
def check_contact_keys(**_: Any) -> list[CheckMessage]:
    """Report CONTACT keys that are invalid, or a private key that does not belong to the public one."""
    try:
        encrypted = encryption.encrypt("")
        if settings.CONTACT_PRIVATE_KEYS:
            encryption.decrypt(encrypted)
    except Exception as error:  # noqa: BLE001  (the operator gets a sentence, whatever is wrong with a key)
        return [
            Error(
                f"The CONTACT keys are invalid, or not a pair ({type(error).__name__}).",
                hint="Set CONTACT_PUBLIC_KEY and CONTACT_PRIVATE_KEY as one run of `manage.py new_keys` printed them.",
                id="petition.E004",
            )
        ]
    return []


@register(deploy=True)
def check_removal_journal(**_: Any) -> list[CheckMessage]:
    """Report a removal journal that cannot be written or lacks a removal (operations/removal_journal_file.py)."""
    try:
        problem = removal_journal_file.find_problem(at=clock.now())
    except DatabaseError:
        return []  # another check says what is wrong with the database
    if problem is None:
        return []
    return [
        Error(
            problem,
            hint="Make DATA_DIR a folder with free space that the worker can write to, and start the worker.",
            id="petition.E005",
        )
    ]


@register(deploy=True)
def check_public_site(**_: Any) -> list[CheckMessage]:
    """Report what an https site lacks beyond Django's own deployment checks."""
    messages: list[CheckMessage] = []
    if settings.SITE_IS_HTTPS and settings.DEBUG:
        messages.append(
            Error("DEBUG is on.", hint="Unset DEBUG: its pages show settings and data.", id="petition.E003")
        )
    if settings.SITE_IS_HTTPS and not settings.EMAIL_URL:
        messages.append(
            Info(
                "EMAIL_URL is not set: mails are only written to files.",
                hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example:587.",
                id="petition.I001",
            )
        )
    if settings.SITE_IS_HTTPS and not settings.TRUSTED_PROXIES:
        messages.append(
            Info(
                "TRUSTED_PROXIES is not set: behind a proxy that ends TLS every page would redirect to itself.",
                hint="Set TRUSTED_PROXIES to the proxy's address, or let granian end TLS itself.",
                id="petition.I003",
            )
        )
    if settings.SITE_IS_HTTPS and not settings.SECRETARIAT_ADDRESS:
        messages.append(
            Info(
                "SECRETARIAT_ADDRESS is not set: nobody can answer our mails.",
                hint="Set SECRETARIAT_ADDRESS to the mailbox that the moderators read; mails name it as Reply-To.",
                id="petition.I002",
            )
        )
    return messages
