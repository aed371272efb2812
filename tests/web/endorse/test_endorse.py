"""The form and the confirmation of the e-mail address, as a browser without JavaScript sees them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from petition.actions.endorsing import confirmation
from petition.actions.moderation import decisions
from petition.actions.operations import site_state
from petition.models import Appeal, Contact, Endorsement, Level, PrivateLink, SiteState, State
from petition.publishing.cache import site_status
from petition.reference import clock
from petition.security import encryption, form_stamps
from petition.security.rate_limits import CODES_FROM_ONE_NETWORK
from petition.security.tokens import hash_token
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG, mails, submitted, token_in

FORM = f"/appeals/{SLUG}/endorse/"
CODE = f"{FORM}code/"
RIGHT: dict[str, Any] = {
    "organisation_name": "Адилет «Үкүк»",
    "acronym": "АҮ",
    "countries": ["KG", "", "DE"],
    "website": "www.ukuk.example",
    "display": "named",
    "contact_name": "Асел Үсөнова",
    "contact_role": "төрайым",
    "contact_email": "Asel@Ukuk.example",
    "authority": "on",
    "consent_processing": "on",
    "consent_publication": "on",
}


def post(client: Client, **changes: Any) -> Any:
    return client.post(FORM, {name: value for name, value in (RIGHT | changes).items() if value is not None})


def open_form() -> dict[str, str]:
    """Return the hidden field of a form that was opened a minute ago."""
    return {"opened": form_stamps.create_stamp(at=clock.now() - timedelta(minutes=1))}


def count_submissions() -> int:
    return Endorsement.objects.filter(origin="form").count()


@pytest.mark.both_databases
def test_a_valid_form_is_stored_encrypted_and_leads_to_check_your_mail(client: Client, appeal: Appeal) -> None:
    response = post(client)
    assert response.status_code == 302
    assert re.fullmatch(rf"{FORM}check-mail/\?post=[0-9a-f]{{32}}&word=[a-z]{{6}}", response["Location"])
    assert client.get(response["Location"]).status_code == 200
    endorsement = Endorsement.objects.get(origin="form")
    assert (endorsement.state, endorsement.countries, endorsement.language) == (State.SUBMITTED, "KG DE", "en")
    contact = Contact.objects.get(endorsement=endorsement)
    assert encryption.decrypt_column(contact, "sealed_person") == {"name": "Асел Үсөнова", "role": "төрайым"}
    assert "Асел" not in contact.sealed_person
    assert [(message, address) for message, address, _ in mails()] == [("confirm_mailbox", "Asel@ukuk.example")]


def test_the_public_gets_no_cookie(client: Client, appeal: Appeal) -> None:
    post(client)
    client.get(FORM)
    client.get(f"/appeals/{SLUG}/")
    assert client.cookies == {}


def test_the_same_post_twice_gets_the_same_response(client: Client, appeal: Appeal) -> None:
    opened = open_form()
    first, second = post(client, **opened), post(client, **opened)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert (count_submissions(), len(mails())) == (1, 1)


WRONG: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"organisation_name": ""}, "organisation_name", "Enter the name"),
    ({"organisation_name": " \u00a0 "}, "organisation_name", "Enter the name"),
    ({"organisation_name": "x" * 301}, "organisation_name", "at most 300"),
    ({"organisation_name": "Fund\u202egnud"}, "organisation_name", "direction of the text"),
    ({"organisation_name": "Fund\x07"}, "organisation_name", "control characters"),
    ({"organisation_name": "=SUM(A1)"}, "organisation_name", "Begin with a letter"),
    ({"organisation_name": "«»"}, "organisation_name", "at least one letter"),
    ({"acronym": "x" * 51}, "acronym", "at most 50"),
    ({"countries": ["XX"]}, "countries", "from the list"),
    ({"countries": ["KG", "DE", "FR", "US"]}, "countries", "three countries at most"),
    ({"website": "not an address"}, "website", "www.example.org"),
    ({"display": None}, "display", "whether we publish your name"),
    ({"display": "shouted"}, "display", "Select a valid choice"),
    ({"contact_email": "asel"}, "contact_email", "valid e-mail"),
    ({"contact_email": "a" * 250 + "@b.example"}, "contact_email", "at most 254"),
    ({"contact_name": ""}, "contact_name", "Enter your name"),
    ({"authority": None}, "authority", "you are authorised"),
    ({"consent_processing": None}, "consent_processing", "Tick the box to continue"),
    ({"consent_publication": None}, "consent_publication", "tick this box too"),
)


def test_an_invalid_field_is_named_and_input_is_kept(client: Client, appeal: Appeal) -> None:
    for changes, field, expected in WRONG:
        response = post(client, **changes)
        page = response.content.decode()
        assert response.status_code == 422, changes
        assert re.search(r"<title>Error: ", page), changes
        (summary,) = re.findall(r'<div class="summary".*?</div>', page, re.S)
        assert expected in summary, changes
        (target,) = re.findall(r'href="#([^"]+)"', summary)
        assert f'id="{target}"' in page, changes
        assert field in target, changes
        for name in ("contact_role", "website", "acronym"):
            if name != field:
                assert f'value="{RIGHT[name]}"' in page, changes
        if field != "countries":
            assert '<option value="DE" selected>' in page, changes
        assert (count_submissions(), mails()) == (0, []), changes


def test_withheld_needs_no_consent_to_publication(client: Client, appeal: Appeal) -> None:
    assert post(client, display="withheld", consent_publication=None).status_code == 302
    assert Endorsement.objects.get(origin="form").consent_publication_at is None


def test_repeated_single_fields_take_the_last_value(client: Client, appeal: Appeal) -> None:
    post(client, organisation_name=["First", "Second"])
    assert Endorsement.objects.get(origin="form").organisation_name == "Second"


def test_no_box_is_ticked_beforehand(client: Client, appeal: Appeal) -> None:
    page = client.get(FORM).content.decode()
    assert " checked" not in page
    assert " selected" not in page


@pytest.mark.parametrize(("opens", "closes", "expected"), [(1, 2, "Not yet open"), (-2, -1, "Closed for further")])
def test_an_appeal_that_is_not_open_shows_no_form(
    client: Client, appeal: Appeal, opens: int, closes: int, expected: str
) -> None:
    now = clock.now()
    Appeal.objects.update(opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes))
    shown, refused = client.get(FORM), post(client)
    assert expected in shown.content.decode()
    assert "not stored" in refused.content.decode()
    assert (shown.status_code, refused.status_code, count_submissions()) == (200, 422, 0)
    assert expected in client.get(f"/appeals/{SLUG}/").content.decode()


def confirm_url(client: Client) -> str:
    post(client)
    return f"/endorsements/{token_in(mails()[-1][2])}/confirm/"


@pytest.mark.both_databases
def test_opening_the_link_changes_nothing_and_the_button_confirms_once(client: Client, appeal: Appeal) -> None:
    address = confirm_url(client)
    for _ in range(2):
        page = client.get(address)
        client.head(address)
    assert "Адилет «Үкүк» (АҮ, Kyrgyzstan, Germany)" in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["Cache-Control"] == "no-store"
    assert Endorsement.objects.get(origin="form").state == State.SUBMITTED
    for _ in range(2):
        response = client.post(address, follow=True)
        assert "The secretariat now checks it" in response.content.decode()
    assert Endorsement.objects.get(origin="form").state == State.CONFIRMED


def test_disowning_erases(client: Client, appeal: Appeal) -> None:
    address = confirm_url(client)
    assert "We deleted this form" in client.post(address, {"not_me": "1"}).content.decode()
    assert (count_submissions(), Contact.objects.count(), PrivateLink.objects.count(), mails()) == (0, 0, 0, [])
    assert client.get(address).status_code == 404


def test_the_typed_code_confirms_however_it_is_written(client: Client, appeal: Appeal) -> None:
    post(client)
    code = mails()[-1][2]["code"]
    response = client.post(CODE, {"code": f" {code.lower().replace('-', ' ')} "}, follow=True)
    assert "The secretariat now checks it" in response.content.decode()
    assert Endorsement.objects.get(origin="form").state == State.CONFIRMED
    assert client.get(CODE).status_code == 200


def test_a_wrong_code_is_shown_again_and_tries_are_limited(client: Client, appeal: Appeal) -> None:
    post(client)
    responses = [client.post(CODE, {"code": "AAA-BBB-CCC"}) for _ in range(CODES_FROM_ONE_NETWORK.most + 1)]
    assert 'value="AAA-BBB-CCC"' in responses[0].content.decode()
    assert [response.status_code for response in responses] == [422] * CODES_FROM_ONE_NETWORK.most + [429]
    assert Endorsement.objects.get(origin="form").state == State.SUBMITTED


TELLING = re.compile(r"appeal|endors|kyrgyz", re.I)


@pytest.mark.parametrize("closed", [False, True])
def test_the_code_step_leaves_nothing_private_in_the_browser_history(
    client: Client, appeal: Appeal, closed: bool
) -> None:
    factories.an_appeal("another-appeal")
    submitted(appeal, at=clock.now())
    content = mails()[-1][2]
    address = content["code_url"].removeprefix("http://127.0.0.1:8000")
    assert address == "/code/"
    if closed:
        Appeal.objects.update(closes_at=clock.now() - timedelta(days=9))
    responses = [client.get(address), *(client.post(address, {"code": code}) for code in ("AAA", content["code"]))]
    assert [response.status_code for response in responses] == [200, 422, 409 if closed else 200]
    for response in responses:
        # What leads to the page of the result is encrypted, and works for an hour.
        assert not TELLING.search(response.wsgi_request.get_full_path())
        assert content["code"] not in response.wsgi_request.get_full_path()
        (title,) = re.findall(r"<title>(.*?)</title>", response.content.decode(), re.S)
        assert not TELLING.search(title)
    assert (Endorsement.objects.get(origin="form").state == State.CONFIRMED) is not closed


def test_a_right_code_does_not_count_as_a_try(client: Client, appeal: Appeal) -> None:
    wrong = {"code": "AAA-BBB-CCC-DDD"}
    for _ in range(CODES_FROM_ONE_NETWORK.most - 1):
        client.post(CODE, wrong)
    for _ in range(2):
        submitted(appeal, at=clock.now())
        assert client.post(CODE, {"code": mails()[-1][2]["code"]}).status_code == 200
    assert [client.post(CODE, wrong).status_code for _ in range(2)] == [422, 429]


def test_a_forged_token_gets_a_neutral_page(client: Client, appeal: Appeal) -> None:
    for token in ("x", "A" * 43, "é" * 43, "%00", "." * 2000):
        address = f"/endorsements/{token}/confirm/"
        for response in (client.get(address), client.post(address), client.post(address, {"not_me": "1"})):
            assert response.status_code in (400, 404), token
            assert "<h1>" in response.content.decode(), token


def test_an_expired_link_gets_the_same_page_as_a_forged_one(client: Client, appeal: Appeal) -> None:
    _, token = submitted(appeal, at=NOON)
    address = f"/endorsements/{token}/confirm/"
    with clock.freeze(NOON + timedelta(days=7)):
        late, forged = client.post(address), client.get(f"/endorsements/{'A' * 43}/confirm/")
    assert (late.status_code, late.content) == (forged.status_code, forged.content)


def test_the_grace_period_after_closing_is_a_day(client: Client, appeal: Appeal) -> None:
    endorsement, token = submitted(appeal, at=NOON)
    Appeal.objects.update(closes_at=NOON + timedelta(hours=1))
    with clock.freeze(NOON + timedelta(hours=25)):
        late = client.post(f"/endorsements/{token}/confirm/")
        by_code = client.post(CODE, {"code": mails()[-1][2]["code"]})
    assert (late.status_code, by_code.status_code) == (409, 409)
    assert "time to confirm is over" in late.content.decode()
    endorsement.refresh_from_db()
    assert endorsement.state == State.SUBMITTED


@pytest.mark.parametrize(
    ("state", "display", "expected"),
    [
        (State.APPROVED, "named", "Your organisation is on the list"),
        (State.APPROVED, "withheld", "It is encrypted"),
        (State.REJECTED, "named", "It is not on the list"),
    ],
)
def test_the_link_shows_the_state_of_the_endorsement(
    client: Client, appeal: Appeal, state: State, display: str, expected: str
) -> None:
    now = clock.now()
    _, token = submitted(appeal, at=now, display=display)
    endorsement = confirmation.confirm(hash_token(token, "confirm"), at=now)
    decide = decisions.approve if state == State.APPROVED else decisions.reject
    decide(endorsement.pk, by=MODERATOR, at=now)
    assert expected in client.get(f"/endorsements/{token}/confirm/").content.decode()


ATTRIBUTES = {
    "organisation_name": {"autocomplete": "organization", "dir": "auto", "autocorrect": "off", "spellcheck": "false"},
    "acronym": {"autocomplete": "off", "dir": "auto", "autocapitalize": "characters", "spellcheck": "false"},
    "website": {"autocomplete": "url", "inputmode": "url", "autocapitalize": "off", "spellcheck": "false"},
    "contact_name": {"autocomplete": "name", "dir": "auto", "autocapitalize": "words", "spellcheck": "false"},
    "contact_role": {"autocomplete": "organization-title", "dir": "auto"},
    "contact_email": {
        "type": "text",  # Chromium rewrites the domain in an email field (text/form_fields.py)
        "autocomplete": "email",
        "inputmode": "email",
        "autocapitalize": "off",
        "spellcheck": "false",
        "enterkeyhint": "send",
    },
}


def test_fields_set_keyboard_and_autocomplete(client: Client, appeal: Appeal) -> None:
    page = client.get(FORM).content.decode()
    for field, attributes in ATTRIBUTES.items():
        (tag,) = re.findall(rf'<input[^>]+name="{field}"[^>]*>', page)
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        assert attributes.items() <= found.items(), field


def test_the_code_field_sets_keyboard_and_autocomplete(client: Client, appeal: Appeal) -> None:
    (tag,) = re.findall(r'<input[^>]+name="code"[^>]*>', client.get(CODE).content.decode())
    for attribute in (
        'autocomplete="one-time-code"',
        'autocapitalize="characters"',
        'spellcheck="false"',
        "enterkeyhint=",
    ):
        assert attribute in tag


def test_the_endorsed_text_is_named_with_its_language(client: Client, appeal: Appeal) -> None:
    for prefix in ("", "/ru", "/ky"):
        page = client.get(prefix + FORM).content.decode()
        (link,) = re.findall(rf'<a href="/appeals/{SLUG}/text\.en\.txt"[^>]*>[^<]*</a>', page)
        assert 'hreflang="en"' in link
        assert ">English (TXT)<" in link


# --- how it came in ---


def parse_fields(page: str) -> dict[str, str]:
    """Return what a simple bot would send: every input of the form with its value."""
    inputs = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input [^>]*>", page)]
    return {tag["name"]: tag.get("value", "") for tag in inputs if tag.get("type") not in ("radio", "checkbox")}


@pytest.mark.parametrize(("seconds", "reason"), [(3, ""), (2, "too_fast"), (9 * 3600, ""), (3 * 86400, "no_stamp")])
def test_only_impossible_filling_times_put_a_form_on_hold(
    client: Client, appeal: Appeal, seconds: int, reason: str
) -> None:
    with clock.freeze(NOON):
        fields = parse_fields(client.get(FORM).content.decode())
    with clock.freeze(NOON + timedelta(seconds=seconds)):
        response = client.post(FORM, fields | RIGHT)
    assert response["Location"].startswith(f"{FORM}check-mail/?post=")
    row = Endorsement.objects.get(origin="form")
    assert (row.quarantined_for, row.seconds_to_fill) == (reason, None if reason == "no_stamp" else seconds)
    assert row.network_index
    assert "ukuk" not in row.domain_index


def test_a_form_that_comes_back_with_errors_keeps_its_first_stamp(client: Client, appeal: Appeal) -> None:
    with clock.freeze(NOON):
        fields = parse_fields(client.get(FORM).content.decode())
    with clock.freeze(NOON + timedelta(minutes=1)):
        again = parse_fields(client.post(FORM, fields | RIGHT | {"contact_name": ""}).content.decode())
        assert again["opened"] == fields["opened"]
        post(client, **again | RIGHT)
    assert Endorsement.objects.get(origin="form").seconds_to_fill == 60


@pytest.mark.parametrize(("sent", "reason"), [({"remarks": "Buy"}, "honeypot"), ({"opened": "x"}, "no_stamp")])
def test_the_hidden_field_puts_on_hold_with_the_same_response(
    client: Client, appeal: Appeal, sent: dict[str, str], reason: str
) -> None:
    with clock.freeze(NOON):
        fields = parse_fields(client.get(FORM).content.decode())
    with clock.freeze(NOON + timedelta(minutes=1)):
        plain = client.post(FORM, fields | RIGHT)
        caught = client.post(FORM, fields | RIGHT | {"organisation_name": "Another"} | sent)
    assert caught.status_code == plain.status_code == 302
    assert caught["Location"].partition("=")[0] == plain["Location"].partition("=")[0]
    assert [row.quarantined_for for row in Endorsement.objects.filter(origin="form").order_by("pk")] == ["", reason]
    ((_, _, content),) = mails()
    with clock.freeze(NOON + timedelta(minutes=2)):
        page = client.get(f"/endorsements/{token_in(content)}/confirm/").content.decode()
    assert page.count("<li><form") == 2, "both are to be confirmed"


def test_people_cannot_reach_the_hidden_field(client: Client, appeal: Appeal) -> None:
    page = client.get(FORM).content.decode()
    (trap,) = re.findall(r"<div hidden>\s*<label>.*?</div>", page, re.S)
    assert 'name="remarks"' in trap
    assert 'tabindex="-1"' in trap
    assert 'autocomplete="off"' in trap


# --- an emergency ---


def test_a_closed_site_still_offers_removal(client: Client, appeal: Appeal) -> None:
    _, token = submitted(appeal)
    site_state.set_level(Level.CLOSED, by=MODERATOR, at=NOON)
    for path in (FORM, f"/appeals/{SLUG}/"):
        page = client.get(path).content.decode()
        assert "We take no new endorsements at the moment." in page
        assert "<form" not in page
    response = post(client)
    assert response.status_code == 422
    assert "What you entered was not stored." in response.content.decode()
    assert count_submissions() == 1
    assert "confirmed" in client.post(f"/endorsements/{token}/confirm/").content.decode()
    assert client.get(f"/appeals/{SLUG}/change/").status_code == 200


def test_a_form_is_taken_in_as_soon_as_the_site_is_open_again(client: Client, appeal: Appeal) -> None:
    """A process looks once a second. Before it refuses, it looks again."""
    site_state.set_level(Level.CLOSED, by=MODERATOR, at=NOON)
    assert post(client).status_code == 422
    site_status.keep_status()
    SiteState.objects.update(level=Level.NORMAL)
    assert site_status.get_status().level == Level.CLOSED, "what it remembers"
    assert post(client).status_code == 302
