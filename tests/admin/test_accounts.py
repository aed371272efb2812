"""Sign-in, and the second factor that https makes compulsory."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django.fixtures import SettingsWrapper

from petition.actions.staff import first_administrator
from tests.factories import mails


@pytest.fixture
def https(settings: SettingsWrapper) -> None:
    settings.SITE_URL = "https://appeal.example"
    settings.SITE_IS_HTTPS = True
    settings.ALLOWED_HOSTS = ["appeal.example"]


def browser(host: str = "127.0.0.1:8000") -> Client:
    return Client(headers={"host": host}, enforce_csrf_checks=True)


def sign_in(client: Client, username: str, password: str, path: str = "/admin/", *, secure: bool = False) -> str:
    page = client.get(path, follow=True, secure=secure).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    headers = {"referer": "https://appeal.example/admin/login/"} if secure else {}
    fields = hidden | {"username": username, "password": password}
    return client.post("/admin/login/", fields, follow=True, secure=secure, headers=headers).content.decode()


def test_the_first_administrator_signs_in_with_the_printed_password(db: None) -> None:
    made = first_administrator()
    assert made
    assert first_administrator() is None
    assert len(made[1]) >= 20
    assert "Endorsements" in sign_in(browser(), *made)


def test_a_wrong_password_says_so(db: None) -> None:
    made = first_administrator()
    assert made
    page = sign_in(browser(), made[0], "wrong")
    assert "not correct" in page
    assert 'name="password"' in page


def test_nobody_can_sign_up_or_reset(client: Client, db: None) -> None:
    for path in ("signup", "password/reset", "email"):
        assert client.get(f"/admin/{path}/").status_code in (302, 404)
    assert not get_user_model().objects.exists()


def test_on_https_only_the_second_factor_page_is_open_until_it_is_set_up(db: None, https: None) -> None:
    made = first_administrator()
    assert made
    client = browser("appeal.example")
    page = sign_in(client, *made, secure=True)
    assert "Set up the second factor" in page
    assert "<svg" in page
    assert "data:" not in page
    for path in ("/admin/", "/admin/petition/auditevent/", "/admin/password/"):
        assert client.get(path, secure=True)["Location"] == "/admin/second-factor/totp/activate/"
    page = set_up(client, page)
    assert client.get("/admin/", secure=True).status_code == 200
    assert [message for message, _, _ in mails()] == []  # the account has no address to tell


def set_up(client: Client, page: str) -> str:
    """Types the digits that an authenticator app would show."""
    (secret,) = re.findall(r"<code>([A-Z2-7]+)</code>", page)
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    response = client.post(
        "/admin/second-factor/totp/activate/",
        {"csrfmiddlewaretoken": token, "code": digits(secret)},
        follow=True,
        secure=True,
        headers={"referer": "https://appeal.example/"},
    )
    return response.content.decode()


def digits(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    assert time.time() > 0
    return str(format_hotp_value(hotp_value(secret, counter)))


def test_after_that_a_password_alone_opens_nothing(db: None, https: None) -> None:
    made = first_administrator()
    assert made
    first = browser("appeal.example")
    set_up(first, sign_in(first, *made, secure=True))
    second = browser("appeal.example")
    page = sign_in(second, *made, secure=True)
    assert 'name="code"' in page
    assert second.get("/admin/", secure=True)["Location"].startswith("/admin/login/")


def test_a_change_of_factor_is_told_by_mail_from_the_outbox(db: None, https: None) -> None:
    made = first_administrator()
    assert made
    get_user_model().objects.update(email="chief@desk.example")
    client = browser("appeal.example")
    set_up(client, sign_in(client, *made, secure=True))
    told = [(message, address) for message, address, _ in mails()]
    assert ("prepared", "chief@desk.example") in told
