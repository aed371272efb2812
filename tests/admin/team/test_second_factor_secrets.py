"""The secrets of second factors are stored encrypted, work at sign-in, and follow a change of the key."""

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from petition.actions.operations.key_rotation import rotate_keys
from petition.actions.staff import second_factor_secrets
from petition.actions.staff.second_factor_codes import accept_code
from petition.models import Role
from petition.reference import clock
from petition.security.keys import generate_keys
from tests.admin.staff_accounts import create_account, create_client
from tests.admin.team.test_second_factor import AUTHENTICATE, SECRET, code, from_network, is_signed_in, recovery_codes
from tests.factories import NOON

pytestmark = pytest.mark.both_databases
MIGRATED = ["12345678", "87654321"]


@pytest.fixture
def account(db: None) -> User:
    account = create_account("moderator", Role.MODERATOR)
    TOTP.activate(account, SECRET)
    RecoveryCodes.activate(account)
    return account


def read_column() -> str:
    """Return what stands in the table, not as Django would show it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator ORDER BY id")
        return "\n".join(str(row[0]) for row in cursor.fetchall())


def use_key(settings: Settings, keys: dict[str, str], *others: dict[str, str]) -> None:
    settings.CONTACT_PUBLIC_KEY = keys["CONTACT_PUBLIC_KEY"]
    settings.CONTACT_PRIVATE_KEYS = [one["CONTACT_PRIVATE_KEY"] for one in (keys, *others)]


def set_migrated_codes(account: User) -> None:
    """Let the recovery codes be such as another program made, which allauth stores as a list."""
    row = Authenticator.objects.get(user=account, type=Authenticator.Type.RECOVERY_CODES)
    row.data = {"migrated_codes": [second_factor_secrets.encrypt_secret(one) for one in MIGRATED]}
    row.save()


def test_no_secret_stands_in_the_table(account: User) -> None:
    rows = {row.type: row for row in Authenticator.objects.all()}
    seed = second_factor_secrets.decrypt_secret(rows[Authenticator.Type.RECOVERY_CODES].data["seed"])
    assert len(seed) == 80
    assert second_factor_secrets.decrypt_secret(rows[Authenticator.Type.TOTP].data["secret"]) == SECRET
    for secret in (SECRET, seed, *recovery_codes(account)):
        assert secret not in read_column()


def test_codes_of_the_app_and_recovery_codes_sign_in(account: User) -> None:
    with clock.freeze(NOON):
        app = from_network(1)
        assert app.post(AUTHENTICATE, {"code": code(NOON)}).status_code == 302
        assert is_signed_in(app)
        recovery = from_network(2)
        assert recovery.post(AUTHENTICATE, {"code": recovery_codes(account)[3]}).status_code == 302
        assert is_signed_in(recovery)


def test_an_app_that_is_set_up_in_a_browser_is_stored_encrypted(account: User) -> None:
    Authenticator.objects.all().delete()
    client = create_client(account)
    client.get("/admin/second-factor/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    typed = format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30))
    client.post("/admin/second-factor/totp/activate/", {"code": typed})
    assert second_factor_secrets.decrypt_secret(Authenticator.objects.get(type="totp").data["secret"]) == secret
    assert secret not in read_column()
    assert "mfa.totp.secret" not in client.session


def test_after_a_change_of_the_key_they_still_sign_in(account: User, settings: Settings) -> None:
    old = {"CONTACT_PUBLIC_KEY": settings.CONTACT_PUBLIC_KEY, "CONTACT_PRIVATE_KEY": settings.CONTACT_PRIVATE_KEYS[0]}
    new = generate_keys()
    codes = recovery_codes(account)
    use_key(settings, new, old)
    rotation = rotate_keys()
    assert (rotation.reencrypted, rotation.unreadable) == (2, [])
    assert rotate_keys().reencrypted == 0
    use_key(settings, new)
    assert accept_code(account, code(NOON), at=NOON)
    assert recovery_codes(account) == codes
    assert accept_code(account, codes[0], at=NOON + timedelta(minutes=5))


def test_recovery_codes_of_another_program_follow_too(account: User, settings: Settings) -> None:
    old = {"CONTACT_PUBLIC_KEY": settings.CONTACT_PUBLIC_KEY, "CONTACT_PRIVATE_KEY": settings.CONTACT_PRIVATE_KEYS[0]}
    set_migrated_codes(account)
    new = generate_keys()
    use_key(settings, new, old)
    assert rotate_keys().reencrypted == 3
    use_key(settings, new)
    assert recovery_codes(account) == MIGRATED
    assert accept_code(account, MIGRATED[1], at=NOON)
    assert recovery_codes(account) == MIGRATED[:1]


def test_a_secret_that_no_key_opens_is_reported_and_kept(
    account: User, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = json.loads(json.dumps(list(Authenticator.objects.order_by("pk").values_list("data", flat=True))))
    use_key(settings, generate_keys())
    with pytest.raises(CommandError, match="2 texts are encrypted with a key that is not here"):
        call_command("rotate_keys")
    assert "No key here decrypts data of authenticator" in capsys.readouterr().err
    after: list[Any] = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    assert after == before
