"""Environment variables as settings.py reads them."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from petition.environment import Environment


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("noreply@localhost", "noreply@localhost"),
        ("Office <office@fund.example>", "Office <office@fund.example>"),
        ("Секретариат <office@fund.example>", "Секретариат <office@fund.example>"),
        ("office@faß.de", "office@xn--fa-hia.de"),
        ("Бюро <office@фонд.example>", "Бюро <office@xn--d1arcx.example>"),
        ("https://fund.example/security", "https://fund.example/security"),
    ],
)
def test_a_mailbox_gets_an_ascii_domain(typed: str, kept: str) -> None:
    assert Environment({"SENDER": typed}).mailbox("SENDER", "") == kept


def test_an_invalid_mailbox_gives_one_sentence() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"SENDER is not understood: give it as info@example\.org"):
        Environment({"SENDER": "бюро"}).mailbox("SENDER", "")


def test_keys_are_listed_the_newest_first() -> None:
    environment = Environment({"SECRET_KEY": " new , old,"})
    assert environment.keys("SECRET_KEY") == ["new", "old"]
    assert environment.keys("CODE_KEY", "made here") == ["made here"]
