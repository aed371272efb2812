"""Two lists of mail domains, and hints from mailbox and website."""

import pytest

from petition.reference.mail_domains import DISPOSABLE_DOMAINS, FREE_DOMAINS, mail_domain, mailbox_hints
from petition.text import mailboxes


@pytest.mark.parametrize(
    ("mailbox", "website", "hints"),
    [
        ("a@gmail.com", "https://gmail.com", ["free_mail"]),
        ("a@BK.ru", "", ["free_mail"]),
        ("a@ukr.net", "fund.example", ["free_mail"]),
        ("a@mailinator.com", "", ["disposable_mail"]),
        ("a@x.mailinator.com", "", ["disposable_mail"]),
        ("a@fund.example", "https://www.fund.example/about?x=1", ["mail_matches_website"]),
        ("a@mail.fund.example", "fund.example", ["mail_matches_website"]),
        ("a@fund.example", "http://kg.FUND.example:8080", ["mail_matches_website"]),
        ("a@xn--d1acufc.example", "домен.example", ["mail_matches_website"]),
        ("a@xn--fa-hia.de", "https://www.faß.de/", ["mail_matches_website"]),
        ("a@fass.de", "https://faß.de/", []),
        ("a@fund.example", "myfund.example", []),
        ("a@fund.example", "example", []),
        ("a@fund.example", "", []),
        ("a@fund.example", "https://", []),
        ("a@fund.example", "https://" + "a" * 80 + ".example", []),
        ("a@mygmail.com", "", []),
    ],
)
def test_mailbox_and_website_give_hints(mailbox: str, website: str, hints: list[str]) -> None:
    assert mailbox_hints(mailbox, website) == hints


def test_the_lists_do_not_overlap_and_are_normalised() -> None:
    assert FREE_DOMAINS
    assert not FREE_DOMAINS & DISPOSABLE_DOMAINS
    for domain in FREE_DOMAINS:
        assert mail_domain(mailboxes.normalize_mailbox(f"a@{domain}") or "") == domain


def test_nearly_every_disposable_domain_is_a_valid_mailbox_domain() -> None:
    """The list is another project's: were it empty, or spelt in another way, no hint would ever be given."""
    spelt = [domain for domain in DISPOSABLE_DOMAINS if mailboxes.normalize_mailbox(f"a@{domain}") == f"a@{domain}"]
    assert len(spelt) > 5_000
    assert len(spelt) > 0.99 * len(DISPOSABLE_DOMAINS)
