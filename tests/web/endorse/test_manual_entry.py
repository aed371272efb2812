"""An endorsement that the secretariat entered: the contact person reads it, declares and confirms."""

from html import unescape

import pytest
from django.test import Client

from petition.models import Appeal, Endorsement, Origin, State
from petition.reference import clock
from petition.security.tokens import hash_code
from tests.factories import confirmed, entered, mails, token_in

DECLARED = {"authority": "on", "consent_processing": "on", "consent_publication": "on"}


def create_entry_link() -> str:
    return f"/endorsements/{token_in(mails()[-1][2])}/confirm/"


@pytest.fixture
def waiting(appeal: Appeal) -> Endorsement:
    return entered(appeal, Origin.EMAIL, at=clock.now(), organisation_name="Made-up <b>Fund</b>")


def test_the_page_shows_text_and_declarations_and_changes_nothing(client: Client, waiting: Endorsement) -> None:
    page = client.get(create_entry_link()).content.decode()
    assert "Made-up &lt;b&gt;Fund&lt;/b&gt;" in page
    assert waiting.text.title in unescape(page)
    assert [f'name="{name}"' in page for name in DECLARED] == [True, True, True]
    assert "checked" not in page
    waiting.refresh_from_db()
    assert (waiting.state, waiting.authority_at) == (State.SUBMITTED, None)


@pytest.mark.parametrize("missing", DECLARED)
def test_each_declaration_is_required(client: Client, waiting: Endorsement, missing: str) -> None:
    response = client.post(create_entry_link(), {name: "on" for name in DECLARED if name != missing})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == State.SUBMITTED


def test_a_confirmed_entry_waits_for_a_moderator(client: Client, waiting: Endorsement) -> None:
    response = client.post(create_entry_link(), DECLARED)
    assert response.status_code == 200
    assert response["Referrer-Policy"] == "no-referrer"
    assert "Your endorsement is confirmed" in response.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == State.CONFIRMED
    assert waiting.consent_publication_at
    assert mails()[-1][0] == "own_page"


def test_a_withheld_entry_needs_no_consent_to_publication(client: Client, appeal: Appeal) -> None:
    entered(appeal, Origin.EMAIL, at=clock.now(), display="withheld")
    assert "consent_publication" not in client.get(create_entry_link()).content.decode()
    response = client.post(create_entry_link(), {name: "on" for name in DECLARED if name != "consent_publication"})
    assert "Your endorsement is confirmed" in response.content.decode()


def test_kyrgyz_declarations_are_repeated_in_russian(client: Client, waiting: Endorsement) -> None:
    page = client.get(f"/ky{create_entry_link()}").content.decode()
    assert page.count('lang="ru"') >= 3


def test_an_entry_can_be_disowned(client: Client, waiting: Endorsement) -> None:
    assert client.post(create_entry_link(), {"not_me": "1"}).status_code == 200
    assert not Endorsement.objects.filter(pk=waiting.pk).exists()


def test_the_code_of_another_form_does_not_confirm_it(client: Client, waiting: Endorsement) -> None:
    slug = waiting.appeal.slug
    assert not waiting.links.filter(digest=hash_code("AAA-AAA-AAA")).exists()
    assert client.post(f"/appeals/{slug}/endorse/code/", {"code": "AAA-AAA-AAA"}).status_code == 422


def test_an_organisations_own_form_is_not_asked_again(client: Client, appeal: Appeal) -> None:
    endorsement = confirmed(appeal, at=clock.now())
    assert endorsement.authority_at
    assert "authority" not in client.get(create_entry_link()).content.decode()
