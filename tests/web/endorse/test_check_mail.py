"""“Check your e-mail”: what to look for, and sending the same mail again."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from petition.actions.endorsing import confirmation
from petition.actions.intake import post
from petition.actions.intake.submissions import Arrival
from petition.actions.mailing import delivery
from petition.actions.moderation import decisions
from petition.actions.operations import site_state
from petition.mail.messages import render, subject_of_confirmation
from petition.models import Appeal, Endorsement, OutgoingMail
from petition.publishing.cache.site_status import load_status
from petition.reference import clock
from petition.security.tokens import compute_reference_word, hash_token
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG, a_submission, approved, mails, submitted
from tests.web.visitor import publish_intake_keys, work

PAGE = f"/appeals/{SLUG}/endorse/check-mail/"


def submit_form(appeal: Appeal, **changes: Any) -> str:
    """Post the form and return the address of the page that follows."""
    publish_intake_keys()
    status, submission = load_status(), a_submission(**changes)
    row, word = post.post_form(status, appeal, submission, Arrival("", 60, honeypot_filled=False), once="once")
    work()
    return f"{PAGE}?post={row.hex}&word={word}"


def test_page_and_mail_show_the_same_word(client: Client, appeal: Appeal) -> None:
    page = client.get(submit_form(appeal))
    text = page.content.decode()
    _, _, content = mails()[-1]
    letter = render("confirm_mailbox", content)
    assert re.fullmatch("([bdfgklmnprstvz][aeiou]){3}", content["reference"])
    for words in (content["reference"], subject_of_confirmation(), "noreply@", "7 days", 'action="/code/"'):
        assert words in text
    assert content["reference"] in letter.text
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("no-referrer", "no-store")


def test_the_word_is_stable_and_reveals_nothing() -> None:
    forms = [a_submission().to_json() for _ in range(30)]
    words = {compute_reference_word(form) for form in forms}
    assert len(words) > 25
    assert [compute_reference_word(form) for form in forms] == [compute_reference_word(form) for form in forms]
    assert not any(form[:6] in words for form in forms)


def test_the_mail_is_sent_again_at_most_three_times_a_day(client: Client, appeal: Appeal) -> None:
    address = submit_form(appeal)
    for _ in range(5):
        delivery.deliver_due()
        response = client.post(address)
        assert response.status_code == 303
        assert "We will send the e-mail again" in client.get(response["Location"]).content.decode()
    delivery.deliver_due()
    assert OutgoingMail.objects.filter(sent_at__isnull=False).count() == 3
    assert Endorsement.objects.filter(origin="form").count() == 1


@pytest.mark.parametrize(
    "query", ["", "?post=" + "0" * 32, "?post=" + "A" * 32, "?post=x", "?post=%00", "?post=" + "0" * 33]
)
def test_without_a_post_the_page_is_the_same_and_no_mail_is_sent(client: Client, appeal: Appeal, query: str) -> None:
    page = client.get(PAGE + query)
    if query == "?post=%00":
        assert page.status_code == 400
        return
    assert page.status_code == 200
    assert client.post(PAGE + query).status_code == 303
    assert not OutgoingMail.objects.exists()


def test_after_confirmation_nothing_is_sent_again(client: Client, appeal: Appeal) -> None:
    address = submit_form(appeal)
    token = factories.token_in(mails()[-1][2])
    confirmation.confirm(hash_token(token, "confirm"), at=clock.now())
    before = OutgoingMail.objects.count()
    assert client.post(address).status_code == 303
    assert OutgoingMail.objects.count() == before


def test_a_post_of_another_appeal_is_not_sent_again_here(client: Client, appeal: Appeal) -> None:
    other = factories.an_appeal("another-appeal")
    address = submit_form(other)
    delivery.deliver_due()
    client.post(address)
    delivery.deliver_due()
    assert OutgoingMail.objects.count() == 1


def test_the_usual_waiting_time_is_shown_after_enough_decisions(client: Client, appeal: Appeal) -> None:
    def find_waits() -> list[str]:
        site_state.publish_figures(at=NOON)
        return re.findall(r"Usually answered within (\d+) days?", client.get(PAGE).content.decode())

    for days in (0, 1, 2, 30):
        confirmed = factories.confirmed(appeal)
        decisions.approve(confirmed.pk, by=MODERATOR, at=NOON + timedelta(days=days, hours=1))
    assert find_waits() == []
    approved(appeal, display="withheld")
    site_state.publish_figures(at=clock.now())
    assert find_waits() == ["2"]  # half of them within one day and an hour


def test_an_address_that_has_endorsed_gets_the_same_page_and_another_mail(client: Client, appeal: Appeal) -> None:
    _, token = submitted(appeal, organisation_name="Made-up Fund", contact_email="asel@fund.example", at=clock.now())
    confirmation.confirm(hash_token(token, "confirm"), at=clock.now())
    known = submit_form(appeal, organisation_name="Made-up Fund", contact_email="asel@fund.example")
    message, _, content = mails()[-1]
    assert message == "already_endorsed"
    new = submit_form(appeal)

    def without_word(address: str) -> str:
        return client.get(address).content.decode().replace(address[-6:], "")

    assert without_word(known) == without_word(new)
    assert content["reference"] == known[-6:]
