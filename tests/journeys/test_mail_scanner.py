"""A mail scanner opens every link of every mail, as GET and HEAD, twice, and follows: no row changes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.test import Client
from django.utils import translation

from petition.actions import (
    contact_changes,
    corrections,
    endorsements,
    leaving,
    links,
    mailbox_mails,
    moderation,
    own_page,
)
from petition.actions.corrections import Proposal
from petition.mail import messages
from petition.models import Appeal, Correction, Endorsement, Purpose, State
from petition.protection.tokens import digest_of_token
from petition.vocabulary import clock
from tests import factories
from tests.factories import MODERATOR, mails

LINK = re.compile(r"https?://[^\s\"<>]+")


def digest(found: Endorsement) -> str:
    return digest_of_token(links.new_own_page(found), Purpose.OWN_PAGE)


def a_whole_life(appeal: Appeal) -> None:
    """Mails of every kind that an organisation can get are owed, and their links are alive."""
    now = clock.now()
    lost = factories.a_submission()
    factories.confirmed(appeal, at=now, **vars(lost))
    mailbox_mails.request_links(lost.contact_email, language="en", at=now)
    again = factories.a_submission()
    factories.confirmed(appeal, at=now, **vars(again))
    endorsements.submit(appeal, replace(again, website="https://again.example"), at=now)
    gone = factories.confirmed(appeal, at=now)
    leaving.withdraw(digest(gone), at=now)
    found = [factories.confirmed(appeal, at=now, display=how) for how in ("named", "withheld", "named", "named")]
    listed, withheld, rejected, returned = found
    factories.submitted(appeal, at=now)
    moderation.approve(listed.pk, by=MODERATOR, at=now)
    moderation.approve(withheld.pk, by=MODERATOR, at=now)
    moderation.reject(rejected.pk, by=MODERATOR, at=now)
    moderation.ask(returned.pk, "Who are you?", by=MODERATOR, at=now)
    contact_changes.request(digest(listed), name="B", role="C", mailbox="b@fund.example", at=now)
    own_page.ask_to_be_named(digest(withheld), at=now)
    for deed in (corrections.accept, corrections.refuse):
        corrections.propose(digest(listed), Proposal("Made-up Other", "", ""), at=now)
        deed(Correction.objects.waiting().get().pk, by=MODERATOR, at=now)


def links_in(letter: messages.Letter) -> Iterator[str]:
    for address in LINK.findall(letter.text):
        parts = urlsplit(address)
        yield f"{parts.path}?{parts.query}" if parts.query else parts.path


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every value of every row of our tables."""
    models = apps.get_app_config("petition").get_models()
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def test_opening_every_link_of_every_mail_changes_no_row(client: Client, appeal: Appeal) -> None:
    a_whole_life(appeal)
    paths: list[str] = []
    told = set()
    for message, _, content in mails():
        with translation.override("en"):
            paths += links_in(messages.write(message, content))
        told.add(message)
    assert len(told) >= 11
    assert len(set(paths)) > 10
    before = rows()
    for path in paths * 2:
        for ask in (client.get, client.head):
            answer = ask(path, follow=True)
            assert answer.status_code in (200, 404), path
    assert rows() == before


def test_pressing_a_button_does_change_a_row(client: Client, appeal: Appeal) -> None:
    """The control: the same comparison sees a POST."""
    _, token = factories.submitted(appeal, at=clock.now())
    before = rows()
    client.post(f"/endorsements/{token}/confirm/")
    assert rows() != before
    assert Endorsement.objects.get(origin="form").state == State.CONFIRMED
