import pytest

from petition.vocabulary.mailboxes import canonical


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("asel@fund.example", "asel@fund.example"),
        (" Asel.U+list@Fund.EXAMPLE ", "Asel.U+list@fund.example"),
        ("asel@фонд.example", "asel@xn--d1arcx.example"),
        ("o'neil@mail.fund.example", "o'neil@mail.fund.example"),
    ],
)
def test_each_mailbox_has_one_form(typed: str, kept: str) -> None:
    assert canonical(typed) == kept
    assert canonical(kept) == kept


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
    ],
)
def test_other_spellings_are_no_mailbox(typed: str) -> None:
    assert canonical(typed) is None


def test_invisible_characters_do_not_make_another_domain() -> None:
    assert canonical("asel@fu\u200dnd.example") == "asel@fund.example"
