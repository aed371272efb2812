"""“Show how it will be printed”: the entry is right, nothing is stored, nothing typed is lost, no other errors."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from petition.actions.endorsing import confirmation
from petition.actions.moderation import decisions
from petition.models import Appeal, AuditEvent, Endorsement, RateCount, Signatory
from petition.reference import clock
from petition.security.tokens import hash_token
from tests.factories import MODERATOR, SLUG, mails, token_in

FORM = f"/appeals/{SLUG}/endorse/"
TYPED: dict[str, Any] = {
    "organisation_name": "Адилет «Үкүк» <b>",
    "acronym": "АҮ",
    "countries": ["KG", "", "DE"],
    "website": "not an address",
    "display": "named",
    "contact_name": "Асел",
    "contact_email": "asel",
    "authority": "on",
}
LINE = "Адилет «Үкүк» <b> (АҮ, Kyrgyzstan, Germany)"


def post_preview(client: Client, *, answer: str = "page", prefix: str = "", **changes: Any) -> Any:
    values = {name: value for name, value in (TYPED | changes).items() if value is not None}
    return client.post(prefix + FORM, values | {"preview": answer})


def find_output(response: Any) -> str:
    (match,) = re.findall(r"<output.*?</output>", response.content.decode(), re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", match)).strip()


def get_preview(client: Client, **changes: Any) -> dict[str, str]:
    """Return the JSON that the script gets."""
    response = post_preview(client, answer="line", **changes)
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    return dict(response.json())


def test_the_page_shows_the_entry_and_everything_typed(client: Client, appeal: Appeal) -> None:
    response = post_preview(client)
    page = response.content.decode()
    assert response.status_code == 200
    assert (
        find_output(response)
        == f"Your organisation will appear on the public list as: {LINE.replace('<b>', '&lt;b&gt;')}"
    )
    for name in ("acronym", "website", "contact_name", "contact_email"):
        assert f'value="{TYPED[name]}"' in page
    for code in ("KG", "DE"):
        assert f'<option value="{code}" selected>' in page
    assert len(re.findall(r" checked", page)) == 2  # named, and the one declaration


def test_empty_fields_are_no_errors_in_a_preview(client: Client, appeal: Appeal) -> None:
    page = post_preview(client).content.decode()
    assert "<title>Endorse this appeal" in page
    for mark in ('class="summary"', "invalid-feedback", "is-invalid", "aria-invalid"):
        assert mark not in page


def test_the_preview_has_the_focus_unless_there_are_errors(client: Client, appeal: Appeal) -> None:
    assert re.search(r"<output[^>]+ autofocus>", post_preview(client).content.decode())
    wrong = post_preview(client, organisation_name="").content.decode()
    assert re.findall(r"<(\w+)[^>]+ autofocus", wrong) == ["div"]
    assert "autofocus" not in client.get(FORM).content.decode()


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"organisation_name": None}, "organisation_name", "Enter the name"),
        ({"organisation_name": "=SUM(A1)"}, "organisation_name", "Begin with a letter"),
        ({"acronym": "A\u202eB"}, "acronym", "direction of the text"),
        ({"countries": ["XX"]}, "countries", "from the list"),
    ],
)
def test_only_errors_of_the_entry_are_shown(
    client: Client, appeal: Appeal, changes: dict[str, Any], field: str, expected: str
) -> None:
    response = post_preview(client, **changes)
    (summary,) = re.findall(r'<div class="summary".*?</div>', response.content.decode(), re.S)
    (target,) = re.findall(r'href="#([^"]+)"', summary)
    assert (response.status_code, find_output(response)) == (422, "")
    assert field in target
    assert expected in summary
    preview = get_preview(client, **changes)
    assert expected in preview["said"]
    assert preview["line"] == ""


def test_a_withheld_name_shows_that_nothing_is_printed(client: Client, appeal: Appeal) -> None:
    response = post_preview(client, display="withheld")
    assert (response.status_code, find_output(response)) == (200, "Your name will not be published.")
    assert get_preview(client, display="withheld") == {"said": "Your name will not be published.", "line": ""}


def test_the_script_sends_four_fields_only(client: Client, appeal: Appeal) -> None:
    absent = dict.fromkeys(("website", "contact_name", "contact_email", "authority", "display"))
    assert get_preview(client, **absent) == {
        "said": "Your organisation will appear on the public list as:",
        "line": LINE,
    }


@pytest.mark.parametrize("prefix", ["/ru", "/ky"])
def test_countries_are_printed_in_english_in_every_language(client: Client, appeal: Appeal, prefix: str) -> None:
    html = find_output(post_preview(client, prefix=prefix, organisation_name="Фонд"))
    assert html.endswith(": Фонд (АҮ, Kyrgyzstan, Germany)")


def test_a_preview_stores_counts_and_mails_nothing(client: Client, appeal: Appeal) -> None:
    def stored() -> list[int]:
        return [model.objects.count() for model in (Endorsement, AuditEvent, RateCount)]

    before = stored()
    complete = {"contact_role": "төрайым", "contact_email": "a@b.example", "website": "", "consent_processing": "on"}
    for answer in ("page", "line", "", "anything"):
        assert post_preview(client, answer=answer, **complete, consent_publication="on").status_code == 200
    assert (stored(), mails(), client.cookies) == (before, [], {})


def test_the_previewed_entry_is_the_listed_one(client: Client, appeal: Appeal) -> None:
    """Sending the form after a preview has the same result as without one."""
    shown = get_preview(client)["line"]
    now = clock.now()
    sent = {"contact_role": "төрайым", "contact_email": "a@b.example", "website": ""}
    consents = {"consent_processing": "on", "consent_publication": "on"}
    assert client.post(FORM, TYPED | sent | consents).status_code == 302
    confirmed = confirmation.confirm(hash_token(token_in(mails()[-1][2]), "confirm"), at=now)
    decisions.approve(confirmed.pk, by=MODERATOR, at=now)
    assert Signatory.objects.get(kind="further").label == shown == LINE


def test_a_closed_appeal_shows_no_form_and_no_entry(client: Client, appeal: Appeal) -> None:
    Appeal.objects.update(closes_at=clock.now())
    page = post_preview(client).content.decode()
    assert "Closed for further" in page
    assert "<output" not in page


def test_the_enter_key_submits_the_form(client: Client, appeal: Appeal) -> None:
    """HTML, “implicit submission”: the default button is the first submit button in tree order."""
    page = client.get(FORM).content.decode()
    first = re.findall(r"<button[^>]*>|<input type=\"submit\"[^>]*>", page)[0]
    assert "name=" not in first
    assert 'aria-hidden="true"' in first
    assert 'tabindex="-1"' in first


def test_the_script_gets_json_and_other_sites_nothing(client: Client, appeal: Appeal) -> None:
    ours = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "origin": "http://127.0.0.1:8000"}
    response = client.post(FORM, {**TYPED, "preview": "line"}, headers=ours)
    assert json.loads(response.content)["line"] == LINE
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert client.post(FORM, {**TYPED, "preview": "line"}, headers=headers).status_code == 403
