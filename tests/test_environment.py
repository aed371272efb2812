"""What the operator has set, as settings read it."""

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
def test_an_address_is_written_as_mail_servers_write_it(typed: str, kept: str) -> None:
    assert Environment({"SENDER": typed}).mailbox("SENDER", "") == kept


def test_what_is_no_address_is_one_sentence() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"SENDER is not understood: give it as info@example\.org"):
        Environment({"SENDER": "бюро"}).mailbox("SENDER", "")
