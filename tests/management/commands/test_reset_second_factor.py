"""An administrator who lost phone and recovery codes gets back in, and everybody learns of it."""

import io

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command

from petition.models import AuditEvent, CodeTries, Role
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import mails

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def chief() -> User:
    """An administrator with an app and recovery codes, and a session."""
    account = create_account("chief", Role.ADMINISTRATOR)
    TOTP.activate(account, SECRET)
    RecoveryCodes.activate(account)
    CodeTries.objects.create(account=account)
    create_client(account)
    return account


@pytest.fixture
def colleague() -> User:
    account = create_account("colleague", Role.MODERATOR)
    TOTP.activate(account, SECRET)
    create_client(account)
    return account


def run(*command: str) -> str:
    out = io.StringIO()
    call_command("reset_second_factor", *command, stdout=out)
    return out.getvalue()


def test_it_deletes_factors_and_sessions_of_this_account_alone(chief: User, colleague: User) -> None:
    assert "2 second factors of chief were deleted" in run("chief", "--yes")
    assert list(Authenticator.objects.values_list("user__username", flat=True)) == ["colleague"]
    assert not CodeTries.objects.exists()
    (left,) = Session.objects.all()
    assert left.get_decoded()["_auth_user_id"] == str(colleague.pk)


def test_it_is_recorded_and_everybody_is_told(chief: User, colleague: User) -> None:
    run("chief", "--yes")
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.actor_kind, event.subject_kind, event.subject_id) == (
        *("reset_second_factor", "operator"),
        *("account", chief.pk),
    )
    told = {(message, address) for message, address, _content in mails()}
    assert told == {("own_factor_reset", chief.email), ("factor_reset", colleague.email)}


def test_without_yes_it_says_what_would_happen_and_does_nothing(chief: User) -> None:
    with pytest.raises(CommandError, match="--yes"):
        run("chief")
    assert Authenticator.objects.count() == 2
    assert Session.objects.count() == 1
    assert mails() == []


def test_an_unknown_name_is_refused_with_the_names_that_exist(chief: User, colleague: User) -> None:
    with pytest.raises(CommandError, match="chief, colleague"):
        run("chef", "--yes")
