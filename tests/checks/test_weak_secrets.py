"""Keys and passwords that somebody could guess are refused; those that we make never are."""

import os
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from petition.checks import start
from petition.security.keys import generate_keys
from petition.security.weak_secrets import has_default_password, is_weak_key


@pytest.mark.parametrize(
    ("key", "is_weak"),
    [
        ("short", True),
        ("a" * 64, True),
        ("0123456789" * 4, False),
        ("django-insecure-z8x7c6v5b4n3m2a1s0d9f8g7h6j5k4l3", True),
        ("changeme-z8x7c6v5b4n3m2a1s0d9f8g7h6j5k4l3", True),
        ("0123456789abcdef0123456789abcde", True),  # 31
        ("0123456789abcdef0123456789abcdef", False),
    ],
)
def test_short_and_well_known_keys_are_weak(key: str, is_weak: bool) -> None:
    assert is_weak_key(key) is is_weak


def test_generated_keys_are_not_weak() -> None:
    for _ in range(200):
        keys = generate_keys()
        assert not any(is_weak_key(keys[name]) for name in ("SECRET_KEY", "CODE_KEY", "CONTACT_INDEX_KEY"))


@pytest.mark.parametrize(
    ("url", "is_default"),
    [
        ("postgres://petition:petition@127.0.0.1/site", True),
        ("postgres://owner:Postgres@db/site", True),
        ("postgres://owner:site@db/site", True),
        ("postgres://owner:PASSWORD@db/site", True),
        ("postgres://owner:@db/site", True),
        ("smtp+tls://USER:change%2Dme@mail.example:587", True),
        ("postgres://owner@/site", False),
        ("postgres://owner:9f2c77aa01be@db/site", False),
        ("sqlite:////var/lib/site.sqlite3", False),
        ("", False),
    ],
)
def test_default_passwords_are_found(url: str, is_default: bool) -> None:
    assert has_default_password(url) is is_default


@pytest.mark.parametrize(
    ("password", "is_refused"),
    [
        ("petitionadmin1", True),
        ("Secretariat-2026", True),
        ("appeal.example!", True),
        ("Made-up-Fund-99", True),
        ("a long pass phrase", False),
        ("petition horse battery staple", False),
    ],
)
def test_words_of_the_site_are_refused(settings: Settings, password: str, is_refused: bool) -> None:
    settings.SITE_URL, settings.SECRETARIAT_NAME = "https://appeal.example", "Made Fund"
    codes = []
    try:
        validate_password(password)
    except ValidationError as refused:
        codes = [error.code for error in refused.error_list]
    assert ("password_of_site_words" in codes) is is_refused


SAFE: dict[str, Any] = {"SITE_IS_HTTPS": True, "TRUSTED_PROXIES": ["127.0.0.1"], "DEBUG": False}
UNSAFE: list[tuple[dict[str, Any], dict[str, str], str]] = [
    ({"DEBUG": True}, {}, "DEBUG is on. "),
    ({"TRUSTED_PROXIES": []}, {}, "TRUSTED_PROXIES is not set"),
    ({"SECRET_KEY": "short"}, {}, "SECRET_KEY has fewer than 32 bytes"),
    ({"CODE_KEY": "x" * 40}, {}, "CODE_KEY has fewer than 32 bytes, or could be guessed"),
    ({"CONTACT_INDEX_KEY": "short"}, {}, "CONTACT_INDEX_KEY has fewer than 32 bytes"),
    ({}, {"DATABASE_URL": "postgres://petition:petition@db/petition"}, "DATABASE_URL has a password"),
    ({}, {"EMAIL_URL": "smtp+tls://USER:PASSWORD@mail.example:587"}, "EMAIL_URL has a password"),
]


def find_refusals(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], variables: dict[str, str]
) -> list[str]:
    for name, value in {**SAFE, **changes}.items():
        setattr(settings, name, value)
    for name, text in variables.items():
        monkeypatch.setitem(os.environ, name, text)
    return start.find_problems(None)


@pytest.mark.parametrize(("changes", "variables", "sentence"), UNSAFE, ids=[case[2] for case in UNSAFE])
def test_each_unsafe_setting_gives_one_sentence(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    variables: dict[str, str],
    sentence: str,
) -> None:
    (problem,) = find_refusals(settings, monkeypatch, changes, variables)
    assert problem.startswith(sentence)
    assert not any(value in problem for value in variables.values())  # it may have a password


def test_safe_settings_and_a_site_on_loopback_are_not_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_refusals(settings, monkeypatch, {}, {}) == []
    trying = {"SITE_IS_HTTPS": False, "DEBUG": True, "TRUSTED_PROXIES": []}
    assert find_refusals(settings, monkeypatch, trying, {"EMAIL_URL": "smtp://a:a@127.0.0.1"}) == []


def test_every_command_asks_too(settings: Settings) -> None:
    """`manage.py COMMAND` runs the checks that are not for deployment alone."""
    settings.SITE_IS_HTTPS, settings.DEBUG, settings.TRUSTED_PROXIES = True, True, []
    numbers = {message.id for message in run_checks()}
    assert {"petition.E003", "petition.E015"} <= numbers
