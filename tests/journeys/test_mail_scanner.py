"""A mail scanner opens every link of every mail, as GET and HEAD, twice, and follows: no row changes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation

from petition.actions.intake import accept
from petition.actions.listing.entries import EntryProposal
from petition.actions.mailing import mailbox_mails
from petition.actions.moderation import decisions
from petition.actions.self_service import contact_changes, corrections, own_page, private_links
from petition.mail import messages
from petition.models import Appeal, Correction, Endorsement, Purpose, State
from petition.reference import clock
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.self_service import leaving
from tests.factories import MODERATOR, mails

pytestmark = pytest.mark.both_databases

LINK = re.compile(r"https?://[^\s\"<>]+")


def digest(endorsement: Endorsement) -> str:
    return hash_token(private_links.create_own_page_link(endorsement), Purpose.OWN_PAGE)


def a_whole_life(appeal: Appeal) -> None:
    """Queue mails of every kind that an organisation can get, with links that work."""
    now = clock.now()
    lost = factories.a_submission()
    factories.confirmed(appeal, at=now, **vars(lost))
    mailbox_mails.request_links(lost.contact_email, language="en", at=now)
    again = factories.a_submission()
    factories.confirmed(appeal, at=now, **vars(again))
    accept.submit(appeal, replace(again, website="https://again.example"), at=now)
    gone = factories.confirmed(appeal, at=now)
    leaving.withdraw(digest(gone), at=now)
    endorsements = [factories.confirmed(appeal, at=now, display=how) for how in ("named", "withheld", "named", "named")]
    listed, withheld, rejected, returned = endorsements
    factories.submitted(appeal, at=now)
    decisions.approve(listed.pk, by=MODERATOR, at=now)
    decisions.approve(withheld.pk, by=MODERATOR, at=now)
    decisions.reject(rejected.pk, by=MODERATOR, at=now)
    decisions.ask_question(returned.pk, "Who are you?", by=MODERATOR, at=now)
    contact_changes.request_contact_change(digest(listed), name="B", role="C", mailbox="b@fund.example", at=now)
    own_page.ask_to_be_named(digest(withheld), at=now)
    for decide in (corrections.accept_correction, corrections.refuse_correction):
        corrections.propose_correction(digest(listed), EntryProposal("Made-up Other", "", ""), at=now)
        decide(Correction.objects.waiting().get().pk, by=MODERATOR, at=now)


def links_in(letter: messages.RenderedMail) -> Iterator[str]:
    for address in LINK.findall(letter.text):
        parts = urlsplit(address)
        yield f"{parts.path}?{parts.query}" if parts.query else parts.path


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return every value of every row of our tables."""
    models = apps.get_app_config("petition").get_models()
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def test_opening_every_link_of_every_mail_changes_no_row(client: Client, appeal: Appeal) -> None:
    a_whole_life(appeal)
    paths: list[str] = []
    kinds = set()
    for message, _, content in mails():
        with translation.override("en"):
            paths += links_in(messages.render(message, content))
        kinds.add(message)
    assert len(kinds) >= 11
    assert len(set(paths)) > 10
    before = rows()
    for path in paths * 2:
        for ask in (client.get, client.head):
            answer = ask(path, follow=True)
            assert answer.status_code in (200, 404), path
    assert rows() == before


def test_pressing_a_button_changes_a_row(client: Client, appeal: Appeal) -> None:
    """The control: the same comparison notices a POST."""
    _, token = factories.submitted(appeal, at=clock.now())
    before = rows()
    client.post(f"/endorsements/{token}/confirm/")
    assert rows() != before
    assert Endorsement.objects.get(origin="form").state == State.CONFIRMED
