"""Sign-in, and the second factor that https makes compulsory."""

import base64
import hmac
import itertools
import re
import struct
import time

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.staff.accounts import create_first_administrator
from petition.models import AuditEvent
from tests.factories import mails


@pytest.fixture
def https(settings: Settings) -> None:
    settings.SITE_URL = "https://appeal.example"
    settings.SITE_IS_HTTPS = True
    settings.ALLOWED_HOSTS = ["appeal.example"]
    cache.clear()  # allauth counts tries there


def browser(host: str = "127.0.0.1:8000") -> Client:
    return Client(headers={"host": host}, enforce_csrf_checks=True)


def fill(client: Client, page: str, path: str, *, secure: bool, **typed: str) -> str:
    """Send the form on `page` as a browser would, with hidden fields; return the next page."""
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    headers = {"referer": f"https://appeal.example{path}"} if secure else {}
    return client.post(path, hidden | typed, follow=True, secure=secure, headers=headers).content.decode()


def sign_in(client: Client, username: str, password: str, *, secure: bool = False) -> str:
    page = client.get("/admin/", follow=True, secure=secure).content.decode()
    return fill(client, page, "/admin/login/", secure=secure, username=username, password=password)


def test_the_first_administrator_signs_in_with_the_printed_password(db: None) -> None:
    made = create_first_administrator()
    assert made
    assert create_first_administrator() is None
    assert len(made[1]) >= 20
    assert "Endorsements" in sign_in(browser(), *made)


def test_a_wrong_password_is_reported(db: None) -> None:
    made = create_first_administrator()
    assert made
    page = sign_in(browser(), made[0], "wrong")
    assert "not correct" in page
    assert 'name="password"' in page


def test_sign_up_and_password_reset_are_closed(client: Client, db: None) -> None:
    for path in ("signup", "password/reset", "email"):
        assert client.get(f"/admin/{path}/").status_code in (302, 404)
    assert not get_user_model().objects.exists()


def test_on_https_only_the_second_factor_page_is_open_until_it_is_set_up(db: None, https: None) -> None:
    made = create_first_administrator()
    assert made
    client = browser("appeal.example")
    sign_in(client, *made, secure=True)
    for path in ("/admin/", "/admin/petition/auditevent/", "/admin/password/"):
        assert client.get(path, secure=True)["Location"] == "/admin/second-factor/totp/activate/"
    page = set_up(client, made)
    assert "Set up the second factor" in page
    assert "<svg" in page
    assert "<?xml" not in page, "HTML knows no declaration of XML"
    assert "data:" not in page
    assert client.get("/admin/", secure=True)["Location"].startswith("/admin/login/")


def test_a_new_factor_ends_every_session_and_password_and_factor_sign_in(db: None, https: None) -> None:
    made = create_first_administrator()
    assert made
    thief, owner = browser("appeal.example"), browser("appeal.example")
    sign_in(thief, *made, secure=True)  # with a stolen password, waiting for the owner
    page = set_up(owner, made)
    for session, path in itertools.product((thief, owner), ("/admin/second-factor/", "/admin/")):
        assert session.get(path, secure=True)["Location"].startswith("/admin/login/")
    (secret,) = re.findall(r"<code>([A-Z2-7]+)</code>", page)
    asked = sign_in(owner, *made, secure=True)
    refused = fill(owner, asked, "/admin/second-factor/authenticate/", secure=True, code=digits(secret))
    assert "This code was already used" in refused, "it set up the factor"
    fill(owner, refused, "/admin/second-factor/authenticate/", secure=True, code=digits(secret, steps=1))
    assert owner.get("/admin/", secure=True).status_code == 200


def test_who_proves_again_who_it_is_gets_a_new_session_key(db: None, https: None) -> None:
    """A session that was copied before has ended then (ASVS 7.2.4)."""
    made = create_first_administrator()
    assert made
    owner, thief = browser("appeal.example"), browser("appeal.example")
    page = sign_in(owner, *made, secure=True)
    thief.cookies.load(owner.cookies.output(header=""))
    assert not thief.get("/admin/second-factor/", secure=True)["Location"].startswith("/admin/login/")
    fill(owner, page, "/admin/reauthenticate/", secure=True, password=made[1])
    assert owner.get("/admin/second-factor/totp/activate/", secure=True).status_code == 200
    assert thief.get("/admin/second-factor/", secure=True)["Location"].startswith("/admin/login/")


def test_sign_ins_are_in_the_audit_log_and_failed_ones_in_the_log_without_a_name(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    made = create_first_administrator()
    assert made
    client = browser()
    sign_in(client, made[0], "wrong")
    assert not AuditEvent.objects.filter(verb="sign_in").exists()
    assert [record.message for record in caplog.records if record.name.startswith("petition.admin")] == [
        "A sign-in failed."
    ]
    sign_in(client, *made)
    account = get_user_model().objects.get(username=made[0])
    assert [(one.actor_id, one.subject_id) for one in AuditEvent.objects.filter(verb="sign_in")] == [(account.pk,) * 2]


def set_up(client: Client, made: tuple[str, str]) -> str:
    """Sign in, give the password again, and type the digits of an authenticator app."""
    page = sign_in(client, *made, secure=True)
    page = fill(client, page, "/admin/reauthenticate/", secure=True, password=made[1])
    (secret,) = re.findall(r"<code>([A-Z2-7]+)</code>", page)
    fill(client, page, "/admin/second-factor/totp/activate/", secure=True, code=digits(secret))
    return page


def digits(secret: str, *, steps: int = 0) -> str:
    """Return what an authenticator app shows now, or `steps` later (RFC 6238 with SHA-1, 30 s, six digits)."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    mac = hmac.digest(base64.b32decode(secret), counter, "sha1")
    (number,) = struct.unpack_from(">I", mac, mac[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


def test_with_a_second_factor_a_password_alone_is_not_enough(db: None, https: None) -> None:
    made = create_first_administrator()
    assert made
    first = browser("appeal.example")
    set_up(first, made)
    second = browser("appeal.example")
    page = sign_in(second, *made, secure=True)
    assert 'name="code"' in page
    assert second.get("/admin/", secure=True)["Location"].startswith("/admin/login/")


def test_a_changed_factor_is_reported_by_queued_mail(committed: None, https: None) -> None:
    made = create_first_administrator()
    assert made
    get_user_model().objects.update(email="chief@desk.example")
    client = browser("appeal.example")
    set_up(client, made)
    (sign_in, (message, address, content)) = mails()
    assert sign_in[:2] == ("new_device", "chief@desk.example")
    assert (message, address) == ("prepared", "chief@desk.example")
    assert "This was changed in your staff account" in content["text"]
    assert "127.0.0.1" not in content["text"]
