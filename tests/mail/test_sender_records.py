"""SPF, DKIM and DMARC are looked up at a real DNS server, and each gets one sentence."""

import dns.resolver
import pytest

from petition.mail import sender_records
from petition.mail.sender_records import MISSING, PRESENT, UNKNOWN, WRONG
from tests.mail.dns_server import REFUSED, SILENT, run_dns_server

KEY = "v=DKIM1; k=rsa; p=" + "A" * 392  # longer than one string of a TXT record
GOOD = {
    "desk.example": ["google-site-verification=x", "v=spf1 include:_spf.provider.example -all"],
    "one._domainkey.desk.example": [KEY],
    "_dmarc.desk.example": ["v=DMARC1; p=quarantine; adkim=r"],
}


def check(records: dict[str, list[str] | str], *, selector: str = "one") -> dict[str, tuple[str, str]]:
    with run_dns_server(records) as server:
        resolver = dns.resolver.Resolver(configure=False)
        host, _, port = server.partition(":")
        resolver.nameservers, resolver.port, resolver.timeout = [host], int(port), 0.2
        checks = sender_records.check_sender(
            "desk.example",
            mail_host="smtp.provider.example",
            envelope_domain="desk.example",
            selector=selector,
            resolver=resolver,
        )
    return {one.kind: (one.outcome, one.sentence) for one in checks}


def test_records_that_are_there() -> None:
    checks = check({**GOOD})
    assert [outcome for outcome, _ in checks.values()] == [PRESENT] * 3
    assert "include:_spf.provider.example" in checks["SPF"][1]
    assert "quarantine" in checks["DMARC"][1]


def test_missing_records_come_with_what_to_set() -> None:
    checks = check({})
    assert [outcome for outcome, _ in checks.values()] == [MISSING] * 3
    assert '"v=spf1 a:smtp.provider.example -all"' in checks["SPF"][1]
    assert "your mail server signs" in checks["DKIM"][1]
    assert '_dmarc.desk.example "v=DMARC1' in checks["DMARC"][1]


@pytest.mark.parametrize(
    ("name", "kind", "texts", "words"),
    [
        ("desk.example", "SPF", ["v=spf1 +all"], "every server"),
        ("desk.example", "SPF", ["v=spf1 -all"], "no server"),
        ("desk.example", "SPF", ["v=spf1 mx -all", "v=spf1 a -all"], "2 SPF records"),
        ("one._domainkey.desk.example", "DKIM", ["v=DKIM1; p="], "revoked"),
        ("one._domainkey.desk.example", "DKIM", ["v=DKIM1; k=rsa"], "no public key"),
        ("_dmarc.desk.example", "DMARC", ["v=DMARC1; p=maybe"], "no valid policy"),
        ("_dmarc.desk.example", "DMARC", ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "2 DMARC records"),
    ],
)
def test_wrong_records_are_explained(name: str, kind: str, texts: list[str], words: str) -> None:
    checks = check({**GOOD, name: texts})
    assert checks[kind][0] == WRONG
    assert words in checks[kind][1]
    assert {outcome for other, (outcome, _) in checks.items() if other != kind} == {PRESENT}


def test_a_policy_of_none_is_present_and_said_to_protect_nobody() -> None:
    outcome, sentence = check({**GOOD, "_dmarc.desk.example": ["v=DMARC1; p=none"]})["DMARC"]
    assert outcome == PRESENT
    assert "forged mails still arrive" in sentence


@pytest.mark.parametrize("failure", [REFUSED, SILENT])
def test_a_server_that_fails_gives_a_sentence(failure: str) -> None:
    checks = check({**GOOD, "_dmarc.desk.example": failure})
    assert checks["DMARC"][0] == UNKNOWN
    assert "The DNS gave no answer for _dmarc.desk.example" in checks["DMARC"][1]
    assert checks["SPF"][0] == PRESENT


def test_without_a_selector_it_says_whom_to_ask() -> None:
    outcome, sentence = check({**GOOD}, selector="")["DKIM"]
    assert outcome == UNKNOWN
    assert "Ask your provider" in sentence
