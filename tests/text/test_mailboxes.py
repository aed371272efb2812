from pathlib import Path

import pytest

from petition.text.mailboxes import normalize_mailbox, readable_mailbox

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("asel@fund.example", "asel@fund.example"),
        (" Asel.U+list@Fund.EXAMPLE ", "Asel.U+list@fund.example"),
        ("asel@фонд.example", "asel@xn--d1arcx.example"),
        ("asel@ФОНД。example", "asel@xn--d1arcx.example"),
        ("info@faß.de", "info@xn--fa-hia.de"),
        ("info@FAẞ.de", "info@xn--fa-hia.de"),
        ("info@XN--FA-HIA.de", "info@xn--fa-hia.de"),
        ("info@fass.de", "info@fass.de"),
        ("a@βόλος.gr", "a@xn--nxasmm1c.gr"),
        ("a@mail.local", "a@mail.local"),
        ("a@mail.test", "a@mail.test"),
        ("o'neil@mail.fund.example", "o'neil@mail.fund.example"),
    ],
)
def test_each_mailbox_has_one_form(typed: str, kept: str) -> None:
    assert normalize_mailbox(typed) == kept
    assert normalize_mailbox(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "asel",
            "@fund.example",
            "asel@",
            "asel@fund",
            "asel@fund..example",
            "asel@-fund.example",
            "a@b@c.example",
        ),
        *("=?utf-8?q?asel?=@fund.example", '"asel"@fund.example', '""@fund.example', '"\\\r"@fund.example'),
        *(
            "as el@fund.example",
            ".asel@fund.example",
            "asel.@fund.example",
            "asel(x)@fund.example",
            "асел@fund.example",
        ),
        *("a" * 65 + "@fund.example", "asel@" + "a" * 64 + ".example", "asel@fund.example\nBcc: x", "asel@[127.0.0.1]"),
        *(
            "a@i❤.ws",
            "a@xn--i-7iq.ws",
            "asel@fund.1",
            "asel@127.0.0.1",
            "asel@fu\u00adnd.example",
            "asel@ab\u0301.local\u0660",
            "a@" + "ф" * 64 + ".example",
        ),
        "a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".example.example",
    ],
)
def test_invalid_mailboxes_are_refused(typed: str) -> None:
    assert normalize_mailbox(typed) is None


def test_invisible_characters_do_not_make_another_domain() -> None:
    """Dropping them, as IDNA 2003 does, would lead to a domain that was not typed."""
    for invisible in "\u200b\u200c\u200d\u00ad\u2060":
        assert normalize_mailbox(f"asel@fu{invisible}nd.example") is None


@pytest.mark.parametrize(
    ("mailbox", "shown"),
    [
        ("info@xn--fa-hia.de", "info@faß.de"),
        ("asel@fund.example", "asel@fund.example"),
        ("", ""),
        ("a@xn--i-7iq.ws", "a@xn--i-7iq.ws"),
    ],
)
def test_a_domain_is_shown_in_its_own_script(mailbox: str, shown: str) -> None:
    assert readable_mailbox(mailbox) == shown


def test_no_other_code_parses_addresses() -> None:
    """Django's field and validator, the browser's email field and Python's codec all follow IDNA 2003 or none."""
    sources = [*(ROOT / "petition").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    assert len(sources) > 300
    words: tuple[str, ...] = (
        "EmailField(",
        "EmailInput(",
        "EmailValidator",
        "django.core.validators import validate_email",
    )
    words += ('encode("idna")', 'type="email"')
    matches = {
        (path.name, word)
        for path in sources
        for word in words
        if "migrations" not in path.parts and word in path.read_text(encoding="utf-8")
    }
    assert matches == {("form_fields.py", 'type="email"')}  # which says why
