"""Codes of the second factor: few wrong ones, and each right one once, at every page that takes one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.refusals import CodesBlocked
from petition.actions.staff import second_factor_codes
from petition.actions.staff.second_factor_codes import accept_code
from petition.models import AuditEvent, CodeTries, Role
from petition.reference import clock
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import NOON, mails

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN, AUTHENTICATE, AGAIN = (
    "/admin/login/",
    "/admin/second-factor/authenticate/",
    "/admin/second-factor/reauthenticate/",
)
MINUTE = timedelta(minutes=1)


def code(at: datetime, *, steps: int = 0) -> str:
    """Return the code of the app with SECRET at `at`, or `steps` half minutes later."""
    return str(format_hotp_value(hotp_value(SECRET, int(at.timestamp()) // 30 + steps)))


def wrong(at: datetime, number: int = 0) -> str:
    """Return six digits that are wrong at all times near `at`."""
    near = {code(at, steps=steps) for steps in range(-3, 4)}
    return [f"{digits:06}" for digits in range(20) if f"{digits:06}" not in near][number]


@pytest.fixture
def account(db: None) -> User:
    """A moderator with an authenticator app and recovery codes."""
    account = create_account("moderator", Role.MODERATOR)
    TOTP.activate(account, SECRET)
    RecoveryCodes.activate(account)
    return account


def recovery_codes(account: User) -> list[str]:
    row = Authenticator.objects.get(user=account, type=Authenticator.Type.RECOVERY_CODES)
    return list(row.wrap().get_unused_codes())


def from_network(number: int) -> Client:
    """Return a browser in its own network, whose password was right."""
    client = Client(headers={"host": "127.0.0.1:8000"}, REMOTE_ADDR=f"10.{number // 250}.{number % 250}.1")
    client.post(LOGIN, {"username": "moderator", "password": "a long pass phrase"})
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_the_sixth_code_is_not_checked_whatever_its_network(account: User) -> None:
    """As in the attack, where 300 codes were checked. allauth counts by network, in the memory of a process."""
    with clock.freeze(NOON):
        for number in range(5):
            page = from_network(number).post(AUTHENTICATE, {"code": wrong(NOON, number)}).content.decode()
            assert "Incorrect code" in page
        cache.clear()  # another process
        blocked = from_network(6)
        assert "Too many wrong codes" in blocked.post(AUTHENTICATE, {"code": code(NOON)}).content.decode()
        assert "until 12:15 UTC" in blocked.post(AUTHENTICATE, {"code": recovery_codes(account)[0]}).content.decode()
        assert not is_signed_in(blocked)
        alerts = [(message, address) for message, address, _ in mails() if message == "codes_blocked"]
        assert alerts == [("codes_blocked", "moderator@desk.example")]
    with clock.freeze(NOON + 15 * MINUTE):
        assert blocked.post(AUTHENTICATE, {"code": code(NOON + 15 * MINUTE)}).status_code == 302
        assert is_signed_in(blocked)
    assert AuditEvent.objects.filter(verb="block_codes", subject_id=account.pk).count() == 1


def test_signed_in_accounts_have_the_same_limit(account: User) -> None:
    """A stolen session is asked again near a limit: both pages, and both kinds of code, share one count."""
    thief = create_client(account)
    tries = [(thief, AGAIN), (from_network(1), AUTHENTICATE)] * 3
    with clock.freeze(NOON):
        pages = [
            client.post(page, {"code": "12345678" if number % 2 else wrong(NOON)}).content.decode()
            for number, (client, page) in enumerate(tries)
        ]
        assert ["Too many wrong codes" in page for page in pages] == [False] * 5 + [True]
        assert "Too many wrong codes" in thief.post(AGAIN, {"code": code(NOON)}).content.decode()


def test_wrong_codes_expire_after_an_hour_and_a_right_one_resets_nothing(account: User) -> None:
    for number in range(4):
        assert accept_code(account, wrong(NOON, number), at=NOON + number * MINUTE) is None
    at = NOON + 10 * MINUTE
    assert accept_code(account, code(at), at=at)
    later = NOON + 15 * MINUTE  # the first of the four is as old as that
    assert accept_code(account, wrong(later), at=later) is None
    assert accept_code(account, wrong(later), at=later) is None
    with pytest.raises(CodesBlocked):
        accept_code(account, code(later), at=later)


def test_tries_while_blocked_do_not_extend_the_block_or_send_mail(account: User) -> None:
    for number in range(5):
        accept_code(account, wrong(NOON, number), at=NOON)
    for minute in range(15):
        with pytest.raises(CodesBlocked):
            accept_code(account, wrong(NOON), at=NOON + minute * MINUTE)
    at = NOON + 15 * MINUTE
    assert accept_code(account, code(at), at=at)
    assert len([message for message, *_ in mails() if message == "codes_blocked"]) == 1


def test_one_blocked_account_does_not_block_others(account: User) -> None:
    other = create_account("colleague", Role.MODERATOR)
    TOTP.activate(other, SECRET)
    for number in range(5):
        accept_code(account, wrong(NOON, number), at=NOON)
    assert accept_code(other, code(NOON), at=NOON)


@pytest.mark.parametrize("seconds", [0, 29, 59, 89])
def test_a_code_works_once_however_often_the_cache_forgets(account: User, seconds: int) -> None:
    shown = code(NOON, steps=1)  # by a clock that is fast: right from NOON for 90 seconds
    assert accept_code(account, shown, at=NOON)
    cache.clear()
    at = NOON + timedelta(seconds=seconds)
    assert second_factor_codes.is_code_used(account, shown, at=at)
    assert accept_code(account, shown, at=at) is None
    assert accept_code(account, f" {shown[:3]} {shown[3:]}", at=at) is None, "spelled in another way"


def test_a_recovery_code_works_once(account: User) -> None:
    first = recovery_codes(account)[0]
    assert accept_code(account, first, at=NOON)
    assert accept_code(account, first, at=NOON) is None


def test_a_used_code_is_reported_as_used(account: User) -> None:
    with clock.freeze(NOON):
        assert from_network(1).post(AUTHENTICATE, {"code": code(NOON)}).status_code == 302
        page = from_network(2).post(AUTHENTICATE, {"code": code(NOON)}).content.decode()
    assert "This code was already used" in page


def test_passkeys_still_work_on_https(account: User, settings: Settings) -> None:
    """The form for a passkey is another one without a count: the page still offers it while codes are blocked."""
    for number in range(5):
        accept_code(account, wrong(NOON, number), at=NOON)
    with clock.freeze(NOON):
        page = from_network(1).get(AUTHENTICATE).content.decode()
    assert 'id="mfa_webauthn_authenticate"' in page or "webauthn" in page


def accepted_at_once(account: User, accept: Callable[..., object], *, pause: Barrier) -> int:
    """Return how many of two sign-ins with one code are accepted, when both read before either has stored anything."""
    outcomes: list[object] = []

    def sign_in() -> None:
        try:
            outcomes.append(accept(account, code(NOON), at=NOON))
        finally:
            connection.close()

    original = second_factor_codes._matching_steps

    def slow_steps(*args: object, **options: object) -> list[int]:
        matching = list(original(*args, **options))  # type: ignore[arg-type]  # handed on
        try:
            pause.wait(timeout=2)
        except BrokenBarrierError:
            pass  # the other one waits for the lock, as it should
        return matching

    threads = [Thread(target=sign_in) for _ in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(second_factor_codes, "_matching_steps", slow_steps)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sum(outcome is not None for outcome in outcomes)


def check_without_lock(account: User, shown: str, *, at: datetime) -> Authenticator | None:
    """The broken variant without lock and transaction, which the test must notice."""
    tries = CodeTries.objects.get_or_create(account=account)[0]
    matching = second_factor_codes._find_matching(account, shown, tries, at=at)
    tries.save()
    return matching


@pytest.mark.parametrize(("accept", "times"), [(accept_code, 1), (check_without_lock, 2)])
def test_one_code_sent_to_two_processes_at_once_works_once(
    committed: None, accept: Callable[..., object], times: int
) -> None:
    """Takes up to two seconds, in which one waits for the other in vain."""
    account = create_account("moderator", Role.MODERATOR)
    TOTP.activate(account, SECRET)
    CodeTries.objects.create(account=account)
    assert accepted_at_once(account, accept, pause=Barrier(2)) == times
