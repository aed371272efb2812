"""System checks for configuration mistakes, each with a hint that says what to do."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import DatabaseError, Error as DatabaseProblem, connection, connections

from petition.actions.database import right_checks
from petition.actions.operations import removal_journal_file
from petition.models.database import link_functions, triggers
from petition.models.database.held_list import is_restore_unfinished
from petition.reference import clock
from petition.security import encryption

_NOT_FOR_PUBLIC: Final = ("CONTACT_PRIVATE_KEY", "CONTACT_INDEX_KEY", "BACKUP_PRIVATE_KEY", "EMAIL_URL")
"""What no public process needs in its environment."""
START: Final = "start"
"""Checks without whose consent no process starts to serve or to work (start.py)."""
START_ON_HTTPS: Final = "start-on-https"
"""The same, where the site is on https: a database for trying it out has one login."""
UNANSWERED: Final = "petition.E013"


@register(Tags.database, START)
def check_triggers(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """Report triggers of models/database/triggers.py that a database lacks."""
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


@register(Tags.database, START)
def check_link_functions(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """Report functions of models/database/link_functions.py that a database lacks, or that everybody may execute."""
    return [
        Error(
            f"The database {alias!r} lacks the functions {', '.join(names)}, or everybody may execute them.",
            hint="Run `manage.py migrate --skip-checks`, which creates them again.",
            id="petition.E007",
        )
        for alias in databases or ()
        if (names := link_functions.find_missing_link_functions(connections[alias]))
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


@register(START)
def check_contact_keys(**_: Any) -> list[CheckMessage]:
    """Report CONTACT keys that are invalid, or a private key that does not belong to the public one."""
    try:
        encryption.get_public_key_id()
        if settings.CONTACT_PRIVATE_KEYS:
            encryption.encrypt("", "check", "")
    except Exception as error:  # noqa: BLE001  (the operator gets a sentence, whatever is wrong with a key)
        return [
            Error(
                f"The CONTACT keys are invalid, or not a pair ({type(error).__name__}).",
                hint="Set CONTACT_PUBLIC_KEY and CONTACT_PRIVATE_KEY as one run of `manage.py new_keys` printed them.",
                id="petition.E004",
            )
        ]
    return []


@register(START_ON_HTTPS, deploy=True)
def check_database_login(**_: Any) -> list[CheckMessage]:
    """Report rights of the database login that its process should not have, or lacks (actions/database)."""
    if connection.vendor == "postgresql":
        try:
            return _check_postgresql_login()
        except DatabaseProblem as problem:
            return _report_unanswered(problem)
    if settings.ROLE == "all" and not settings.SITE_IS_HTTPS:
        return []  # one machine, to try it out
    return [
        Info(
            "SQLite has no logins, so an attacker who takes over a web process can read the whole database file.",
            hint="Use PostgreSQL with a login for each role (`manage.py database_roles`).",
            id="petition.I004",
        )
    ]


def _check_postgresql_login() -> list[CheckMessage]:
    login = right_checks.get_login()
    if settings.ROLE == "public":
        return _check_public_login(login)
    if settings.ROLE == "staff":
        hint = "Run `manage.py database_roles --apply` as a superuser, and use its staff login in DATABASE_URL here."
        problems = right_checks.find_ways_around_triggers(login)
        return [Error(problem, hint=hint, id="petition.E011") for problem in problems]
    if not settings.SITE_IS_HTTPS:
        return []
    return [
        Warning(
            "ROLE=all: an attacker who takes over the web process can read every contact.",
            hint="Run ROLE=public and ROLE=staff apart, each with its own login (`manage.py database_roles`).",
            id="petition.W001",
        )
    ]


def _check_public_login(login: str) -> list[CheckMessage]:
    """Report what the login, or the functions that it calls, may do too much or too little."""
    hint = "Run `manage.py database_roles --apply` as the owner, and use its public login in DATABASE_URL here."
    problems = right_checks.find_wrong_rights(login) + right_checks.find_wrong_function_owners()
    messages: list[CheckMessage] = [Error(problem, hint=hint, id="petition.E010") for problem in problems]
    if names := link_functions.find_missing_link_functions(connection):
        messages.append(
            Error(
                f"The functions {', '.join(names)} are missing, may be executed by everybody, or have lost SECURITY "
                "DEFINER or their search_path.",
                hint="Run `manage.py upgrade` as the owner of the tables, which creates them again.",
                id="petition.E010",
            )
        )
    return messages


def _report_unanswered(problem: DatabaseProblem) -> list[CheckMessage]:
    """Report that nothing is known of the login, where roles are separate and much depends on it."""
    if settings.ROLE == "all":
        return []  # whatever needs the database fails as well
    return [
        Error(
            f"The database does not say what its login may do ({str(problem).partition(chr(10))[0]}).",
            hint="Make sure that PostgreSQL runs and that DATABASE_URL is right, then run this again.",
            id=UNANSWERED,
        )
    ]


@register(START_ON_HTTPS, deploy=True)
def check_public_environment(**_: Any) -> list[CheckMessage]:
    """Report secrets that a public process does not need, in its environment or in its DATA_DIR.

    An attacker finds them there.
    """
    if settings.ROLE != "public":
        return []
    messages: list[CheckMessage] = []
    if present := [name for name in _NOT_FOR_PUBLIC if os.environ.get(name, "").strip()]:
        messages.append(
            Error(
                f"A public process has {' and '.join(present)} in its environment.",
                hint="Remove them there: `manage.py new_keys` prints the keys that it needs, and it sends no mail.",
                id="petition.E012",
            )
        )
    for file in sorted(settings.DATA_DIR.glob("*.env")):
        if present := _find_secrets(file):
            messages.append(
                Error(
                    f"A public process can read {' and '.join(present)} in {file}.",
                    hint="Move the file to where only the staff's process and the worker can read it. Keep it: "
                    "it may hold the only keys that open contacts.",
                    id="petition.E012",
                )
            )
    return messages


def _find_secrets(file: Path) -> list[str]:
    """Return which of _NOT_FOR_PUBLIC the environment file sets; none if this process cannot read it."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    values = dict(line.strip().removeprefix("export ").partition("=")[::2] for line in lines)
    return [name for name in _NOT_FOR_PUBLIC if values.get(name, "").strip("\"' ")]


@register(deploy=True)
def check_removal_journal(**_: Any) -> list[CheckMessage]:
    """Report a removal journal that cannot be written or lacks a removal (operations/removal_journal_file.py)."""
    if settings.ROLE == "public":
        return []  # it may not read the removals
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
    if settings.SITE_IS_HTTPS and not settings.EMAIL_URL and settings.ROLE != "public":  # which sends no mail
        messages.append(
            Info(
                "EMAIL_URL is not set: mails are only written to files.",
                hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example:587.",
                id="petition.I001",
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
