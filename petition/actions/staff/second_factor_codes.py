"""Check codes of the second factor: five wrong ones block codes for an account, and each right one works once.

Passkeys are no codes and continue to work.
"""
# No stranger can block an account: to type a code one needs its password or a session.

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

from petition.actions.audit import WORKER, record_for
from petition.actions.refusals import CodesBlocked
from petition.mail import outbox
from petition.models import CodeTries

MOST_WRONG = 5
WITHIN = timedelta(minutes=15)
BLOCKED_FOR = timedelta(minutes=15)
_STEPS_KEPT = 10
"""How many used time steps of 30 s are remembered. Three are accepted at any time, so ten are enough even where a
machine's clock jumps."""


@transaction.atomic
def accept_code(account: User, code: str, *, at: datetime) -> Authenticator | None:
    """Return the account's authenticator for which `code` is right; None, and count a wrong try, if there is none.

    The fifth wrong code within WITHIN blocks codes for BLOCKED_FOR and queues a mail to the owner.
    Raises CodesBlocked.
    """
    tries = _lock_tries(account)  # until the result is stored: parallel tries cannot exceed the limit
    if tries.blocked_until and at < tries.blocked_until:
        raise CodesBlocked(tries.blocked_until)
    authenticator = _find_matching(account, code, tries, at=at)
    if authenticator is None:  # a right code clears no wrong ones: its owner's sign-ins must not help somebody guess
        _count_wrong(account, tries, at=at)
    tries.save()
    return authenticator


def is_code_used(account: User, code: str, *, at: datetime) -> bool:
    """Return whether `code` would be right if it had not been used already."""
    used = CodeTries.objects.filter(account=account).values_list("used_steps", flat=True).first() or []
    apps = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP)
    return any(step in used for app in apps for step in _matching_steps(decrypt(app.data["secret"]), code, at=at))


@transaction.atomic
def remember_first_code(account: User, secret: str, code: str, *, at: datetime) -> None:
    """Mark the code that set up an authenticator app as used, so that it does not sign anybody in as well."""
    tries = _lock_tries(account)
    for step in _matching_steps(secret, code, at=at):
        _use(tries, step)
    tries.save()


def _lock_tries(account: User) -> CodeTries:
    CodeTries.objects.get_or_create(account=account)
    return CodeTries.objects.select_for_update().get(account=account)


def _find_matching(account: User, code: str, tries: CodeTries, *, at: datetime) -> Authenticator | None:
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
    """Yield the time steps around `at` that `code` belongs to: one, or by rare chance two."""
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
    record_for("account", account.pk, "block_codes", by=WORKER, at=at)
    if account.email:
        content = {"when": at.strftime("%Y-%m-%d %H:%M UTC")}
        outbox.queue_mail(
            "codes_blocked",
            address=account.email,
            content=content,
            language=settings.LANGUAGE_CODE,
            at=at,
        )
