"""Codes of the second factor: five wrong ones block codes for an account, and each right one works once.

Whoever gets as far as typing a code knows the password or holds a session, so no stranger can block anybody. Passkeys
are no codes and go on working.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from petition.actions.audit import WORKER, record_of
from petition.actions.mailing import queue
from petition.models import CodeTries

MOST_WRONG = 5
WITHIN = timedelta(minutes=15)
BLOCKED_FOR = timedelta(minutes=15)
_STEPS_KEPT = 10
"""Of accepted codes. Three steps of 30 s are accepted at any moment, so a code is remembered long after it is over,
also where the clock of a machine jumps."""


class CodesBlocked(Exception):
    """Too many codes were wrong: until the moment `until` none is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__("codes are blocked")
        self.until = until


@transaction.atomic
def accept_code(account: User, code: str, *, at: datetime) -> Authenticator | None:
    """Return the authenticator of `account` that `code` is right for; None, and one more wrong try, if there is none.

    The fifth wrong one within WITHIN blocks codes for BLOCKED_FOR and owes the owner a mail. A right one does not
    clear the wrong ones before it. Tries for one account take turns: its row is locked until the outcome is stored.
    Raises CodesBlocked.
    """
    tries = _locked_tries(account)
    if tries.blocked_until and at < tries.blocked_until:
        raise CodesBlocked(tries.blocked_until)
    found = _matching(account, code, tries, at=at)
    if found is None:
        _count_wrong(account, tries, at=at)
    tries.save()
    return found


def is_used(account: User, code: str, *, at: datetime) -> bool:
    """Return whether `code` would be right, if it had not been used already."""
    used = CodeTries.objects.filter(account=account).values_list("used_steps", flat=True).first() or []
    apps = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP)
    return any(step in used for app in apps for step in _matching_steps(decrypt(app.data["secret"]), code, at=at))


@transaction.atomic
def remember_first_code(account: User, secret: str, code: str, *, at: datetime) -> None:
    """The code that set up an authenticator app with this secret is used: it does not sign anybody in as well."""
    tries = _locked_tries(account)
    for step in _matching_steps(secret, code, at=at):
        _use(tries, step)
    tries.save()


def _locked_tries(account: User) -> CodeTries:
    CodeTries.objects.get_or_create(account=account)
    return CodeTries.objects.select_for_update().get(account=account)


def _matching(account: User, code: str, tries: CodeTries, *, at: datetime) -> Authenticator | None:
    for authenticator in Authenticator.objects.filter(user=account).exclude(type=Authenticator.Type.WEBAUTHN):
        if authenticator.type != Authenticator.Type.TOTP:
            is_right = authenticator.wrap().validate_code(code)
        else:
            steps = _matching_steps(decrypt(authenticator.data["secret"]), code, at=at)
            unused = [step for step in steps if step not in tries.used_steps]
            is_right = bool(unused)
            if is_right:
                _use(tries, unused[0])
        if is_right:
            return authenticator
    return None


def _matching_steps(secret: str, code: str, *, at: datetime) -> Iterator[int]:
    """The time steps around `at` that `code` belongs to: one, or by rare chance two."""
    now = int(at.timestamp()) // app_settings.TOTP_PERIOD
    for step in range(now - app_settings.TOTP_TOLERANCE, now + app_settings.TOTP_TOLERANCE + 1):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            yield step


def _use(tries: CodeTries, step: int) -> None:
    tries.used_steps = [*tries.used_steps, step][-_STEPS_KEPT:]


def _count_wrong(account: User, tries: CodeTries, *, at: datetime) -> None:
    recent = [moment for moment in tries.wrong_at if at - datetime.fromisoformat(moment) < WITHIN]
    tries.wrong_at = [*recent, at.isoformat()]
    if len(tries.wrong_at) < MOST_WRONG:
        return
    tries.wrong_at, tries.blocked_until = [], at + BLOCKED_FOR
    record_of("account", account.pk, "block_codes", by=WORKER, at=at)
    if account.email:
        content = {"when": at.strftime("%Y-%m-%d %H:%M UTC")}
        queue.owe_to("codes_blocked", account.email, content=content, language=settings.LANGUAGE_CODE, at=at)
