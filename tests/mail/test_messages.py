"""Every mail renders in every language, and its subject tells a glance at the screen nothing."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import translation
from pytest_django import Settings

from petition.mail import messages
from petition.mail.messages import MESSAGES, RenderedMail

CONTENT = {
    "url": "https://appeal.example/en/endorsements/token/confirm/",
    "code": "7KM-2QX-9RD",
    "reference": "kamiro",
    "code_url": "https://appeal.example/ru/code/",
    "line": 'Made-up & <Fund> "Ak-Jol" (KG)',
    "change_url": "https://appeal.example/appeals/kyrgyzstan-2020/change/",
    "urls": "https://appeal.example/endorsements/token/",
    "until": "1 June 2027",
    "words": "We could not make sure that it comes from your side.",
    "subject": "Hello",
    "text": "Hello",
    "name": "guest",
    "account": "guest",
    "limit": "contacts",
    "when": "2026-11-24 18:00",
    **dict.fromkeys(("waiting", "quarantined", "corrections", "disputes"), "3"),
    "hours": "73",
    "closes": "2 December 2026 at 18:00, Bishkek time",
    "dates": "2 December 2026",
    "count": "100",
}
LANGUAGES = [code for code, _ in settings.LANGUAGES]
CONTENT_FIELDS = {
    "confirm_mailbox": ["url", "code", "code_url", "reference"],
    "entered": ["url"],
    "already_endorsed": ["change_url", "reference"],
    "own_page": ["url", "closes"],
    "own_page_again": ["urls"],
    "question": ["url"],
    "question_reminder": ["url", "until"],
    "old_contact": ["url"],
    "new_contact": ["url"],
    "name_again": ["url"],
    "correction_accepted": [],
    "correction_refused": [],
    "listed": ["line", "url"],
    "counted": [],
    "rejected": ["words"],
    "dispute_answer": ["words"],
    "invitation": ["url", "name"],
    "new_device": ["when"],
    "codes_blocked": ["when"],
    "own_factor_reset": ["when"],
    "factor_reset": ["account", "when"],
    "limit_reached": ["account", "limit", "count", "url"],
    "digest": ["waiting", "hours", "quarantined", "corrections", "disputes", "url"],
    "overdue": ["hours", "url"],
    "flood": ["count", "url"],
    "hiding": ["count", "url"],
    "mirror": ["url"],
    "changed": [],
    "clock": ["url"],
    "unreadable": ["url"],
    "set_apart": ["count", "url"],
    "timeline_names": ["dates", "url"],
}
TELLING = re.compile(r"appeal|petition|endors|kyrgyz|civic|solidarity|platform|made-up|обращени|кыргыз|кайрылуу", re.I)


def render(message: str, content: dict[str, str]) -> RenderedMail:
    """Return the mail without an editor's paragraph, which only the database has."""
    return messages.render(message, {"paragraph": ""} | content)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize("message", sorted(CONTENT_FIELDS))
def test_a_mail_has_all_its_content(message: str, language: str) -> None:
    content = {name: CONTENT[name] for name in CONTENT_FIELDS[message]}
    letter = render(message, content)
    assert letter.text.split()[0] == translation.gettext("Hello,")
    for value in (value for name, value in content.items() if name != "limit"):  # a code
        assert value in letter.text


@pytest.mark.parametrize("message", sorted(CONTENT_FIELDS))
def test_a_link_is_on_its_own_line(message: str, language: str) -> None:
    """Otherwise a mail program may take the full stop or the word behind it for a part of the link."""
    content = {name: CONTENT[name] for name in CONTENT_FIELDS[message]}
    links = [line for line in render(message, content).text.splitlines() if "://" in line]
    assert sorted(links) == sorted(value for value in content.values() if "://" in value)


@pytest.mark.parametrize("message", ["confirm_mailbox", "already_endorsed", "own_page_again"])
def test_each_of_several_links_is_on_its_own_line(message: str, language: str) -> None:
    addresses = [f"https://appeal.example/endorsements/token-{number}/" for number in range(3)]
    text = render(
        message, {name: CONTENT[name] for name in CONTENT_FIELDS[message]} | {"urls": "\n".join(addresses)}
    ).text
    assert [line for line in text.splitlines() if "token-" in line] == addresses


@pytest.mark.parametrize("message", sorted(CONTENT_FIELDS))
def test_a_subject_is_one_neutral_line(message: str, language: str) -> None:
    letter = render(message, {name: CONTENT[name] for name in CONTENT_FIELDS[message]})
    assert letter.subject.strip()
    assert "\n" not in letter.subject
    assert len(letter.subject) <= 60
    assert not TELLING.search(letter.subject)


@pytest.mark.parametrize("message", sorted(CONTENT_FIELDS))
def test_the_beginning_that_phones_preview_is_neutral(message: str, language: str) -> None:
    letter = render(message, {name: CONTENT[name] for name in CONTENT_FIELDS[message]})
    assert not TELLING.search(" ".join(letter.text.split())[:60])


def test_every_mail_is_tested_here() -> None:
    assert set(MESSAGES) == {*CONTENT_FIELDS, "delivery_check", "prepared"}


def test_an_unknown_mail_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        render("_build", {})


@pytest.mark.parametrize(("message", "field"), [("listed", "line"), ("rejected", "words")])
def test_right_to_left_text_is_isolated(message: str, field: str) -> None:
    arabic = "مركز 2020 (KG)"
    letter = render(message, CONTENT | {field: arabic})
    assert f"\u2068{arabic}\u2069" in letter.text
    assert "\u2068" not in render(message, CONTENT).text


@pytest.mark.parametrize("message", ["listed", "rejected"])
def test_a_mail_offers_replying_only_with_a_secretariat_address(message: str, settings: Settings) -> None:
    content = {name: CONTENT[name] for name in CONTENT_FIELDS[message]}
    settings.SECRETARIAT_ADDRESS = ""
    without = render(message, content)
    settings.SECRETARIAT_ADDRESS = "desk@appeal.example"
    with_address = render(message, content)
    assert "nswer this e-mail" not in without.text
    assert "nswer this e-mail" in with_address.text


@pytest.mark.parametrize(
    "hostile", ["Hello\r\nBcc: everybody@fund.example", "Hello\u2028Bcc: x", "Hello\x0b\x0cBcc: x\x85y"]
)
def test_a_prepared_subject_is_one_line_whatever_it_was(hostile: str) -> None:
    letter = messages.prepared({"subject": hostile, "text": "Hello"})
    assert len(letter.subject.splitlines()) == 1
    assert letter.subject.startswith("Hello Bcc: ")


def test_text_mails_are_escaped_when_shown_as_html() -> None:
    """Text templates escape nothing, so a staff page that shows one has to."""
    letter = render("listed", CONTENT | {"line": "<img src=x onerror=alert(1)>"})
    assert "<img" in letter.text
    assert not hasattr(letter.text, "__html__")
