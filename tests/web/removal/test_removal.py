"""The removal page: by e-mail, by removal code, by a message; also after the appeal has closed."""

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from petition.actions.endorsing import confirmation
from petition.actions.mailing import delivery
from petition.actions.moderation import decisions
from petition.actions.self_service import own_page, private_links
from petition.models import Appeal, Dispute, Endorsement, OutgoingMail, PrivateLink, Purpose, Signatory, State
from petition.models.choices import Display
from petition.reference import clock
from petition.security import encryption
from petition.security.rate_limits import MESSAGES_FROM_ONE_NETWORK, REMOVAL_CODES_FROM_ONE_NETWORK
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.mailing.fake_mail_server import create_fake_server, run_server
from tests.factories import MODERATOR, NOON, SLUG, approved, confirmed, mails, submitted
from tests.web.visitor import Visitor, publish_intake_keys

CHANGE = f"/appeals/{SLUG}/change/"
CODE = f"{CHANGE}code/"
MESSAGE = f"{CHANGE}message/"
MOST_CODES = REMOVAL_CODES_FROM_ONE_NETWORK.most
MESSAGE_FIELDS = {"about": "not_agreed", "line": "", "words": "Nobody asked us.", "answer_to": ""}


def create_with_code(appeal: Appeal, *, decided: bool = True, **changes: Any) -> tuple[Endorsement, str]:
    """Return an endorsement and its removal code."""
    _, token = submitted(appeal, **changes)
    result = confirmation.confirm(hash_token(token, "confirm"), at=NOON)
    if decided:
        decisions.approve(result.pk, by=MODERATOR, at=NOON)
    endorsement = Endorsement.objects.get(pk=result.pk)
    return endorsement, factories.give_removal_code(endorsement)


def create_original_code() -> tuple[Endorsement, str]:
    endorsement = Endorsement.objects.get(signatory__kind="original", signatory__number=12)
    return endorsement, factories.give_removal_code(endorsement)


def get_signatory(number: int = 1) -> Signatory:
    return Signatory.objects.get(kind="further", number=number)


def stored_disputes() -> list[tuple[str, str, str, str]]:
    return [
        (
            row.about,
            row.reference,
            encryption.decrypt_column(row, "sealed_message"),
            row.sealed_mailbox and encryption.decrypt_column(row, "sealed_mailbox"),
        )
        for row in Dispute.objects.order_by("pk")
    ]


# --- The page ---


@pytest.mark.parametrize("closes", [None, -1])
@pytest.mark.parametrize("address", [CHANGE, CODE, MESSAGE])
def test_all_three_options_are_shown_even_when_the_appeal_is_closed(
    client: Client, appeal: Appeal, settings: Settings, address: str, closes: int | None
) -> None:
    settings.SECRETARIAT_NAME, settings.SECRETARIAT_ADDRESS = "Made-up Secretariat", "desk@secretariat.example"
    Appeal.objects.update(closes_at=closes and clock.now() + timedelta(days=closes))
    page = client.get(address).content.decode()
    for action in (CHANGE, CODE, MESSAGE):
        assert f'action="{action}"' in page
    assert "Made-up Secretariat" in page
    assert "desk@secretariat.example" in page
    assert len(re.findall(r'\bid="', page)) == len(set(re.findall(r'\bid="([^"]+)"', page))), "each id is there once"


@pytest.mark.parametrize("address", [CHANGE, CODE, MESSAGE, f"{CHANGE}sent/", f"{MESSAGE}sent/"])
def test_a_draft_has_no_removal_page(client: Client, appeal: Appeal, address: str) -> None:
    Appeal.objects.update(published_at=None)
    assert client.get(address).status_code == 404
    assert client.post(address, MESSAGE_FIELDS).status_code in (404, 405)


def test_every_page_of_an_appeal_links_to_it(client: Client, appeal: Appeal) -> None:
    before = clock.now() - timedelta(days=3)  # the closing below, and not so long ago that the links have ended
    _, token = submitted(appeal, at=before)
    _, other = submitted(appeal, at=before)
    confirmation = f"/endorsements/{token}/confirm/"
    pages = [
        client.get(address)
        for address in (
            *(
                f"/appeals/{SLUG}/{page}"
                for page in ("", "signatories/", "figures/", "endorse/", "endorse/check-mail/")
            ),
            *(CHANGE, f"{CHANGE}sent/", f"{MESSAGE}sent/", f"/appeals/{SLUG}/endorse/code/"),
            confirmation,
            f"/endorsements/{'A' * 43}/",
        )
    ]
    pages.append(client.post(f"/endorsements/{other}/confirm/", {"not_me": "1"}))
    Appeal.objects.update(closes_at=clock.now() - timedelta(days=2))
    pages.append(client.post(confirmation))
    Appeal.objects.update(closes_at=None)
    pages.append(client.post(confirmation))
    endorsement = Endorsement.objects.get(state=State.CONFIRMED)
    pages.append(client.get(f"/endorsements/{private_links.create_own_page_link(endorsement)}/"))
    assert [page.status_code for page in pages] == [200] * 10 + [404, 200, 409, 200, 200]
    for page in pages:
        (foot,) = re.findall(r"<footer.*?</footer>", page.content.decode(), re.S)
        assert f'<a href="{CHANGE}">' in foot


@pytest.mark.parametrize("prefix", ["", "/ru", "/ky"])
def test_pages_without_an_appeal_link_to_it_too(client: Client, appeal: Appeal, prefix: str) -> None:
    pages = ["/privacy/", "/accessibility/", "/code/", "/nothing/", f"/endorsements/{'A' * 43}/"]
    factories.an_appeal("another-appeal")
    for path in [*pages, "/"]:
        (foot,) = re.findall(r"<footer.*?</footer>", client.get(f"{prefix}{path}").content.decode(), re.S)
        assert re.search(rf'<a href="{prefix}/(appeals/[-0-9a-z]+/)?change/">', foot), path
    choice = client.get(f"{prefix}/change/").content.decode()
    assert all(f'<a href="{prefix}/appeals/{slug}/change/">' in choice for slug in (SLUG, "another-appeal"))


def test_with_one_appeal_its_removal_page_is_used_everywhere(client: Client, appeal: Appeal) -> None:
    assert client.get("/ru/change/")["Location"] == f"/ru{CHANGE}"
    Appeal.objects.update(published_at=None)
    assert client.get("/ru/change/").status_code == 404


# --- By mailbox ---


@pytest.mark.both_databases
def test_known_and_unknown_mailboxes_get_the_same_page_and_queries(client: Client, appeal: Appeal) -> None:
    approved(appeal, contact_email="known@fund.example")
    responses, works = [], []
    publish_intake_keys()
    visitor = Visitor(is_worker_running=False)
    for mailbox in ("known@fund.example", "nobody@fund.example"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            responses.append(visitor.post(CHANGE, {"mailbox": mailbox}))
        works.append([query["sql"].split()[0] for query in queries])
    assert [(response.status_code, response["Location"]) for response in responses] == [(302, f"{CHANGE}sent/")] * 2
    assert works[0] == works[1]
    assert client.get(f"{CHANGE}sent/").status_code == 200


@pytest.mark.parametrize("mailbox", ["", "nobody", "x" * 260 + "@fund.example", "=?utf-8?q?a?=@fund.example"])
def test_an_invalid_mailbox_is_shown_again(client: Client, appeal: Appeal, mailbox: str) -> None:
    page = client.post(CHANGE, {"mailbox": mailbox})
    assert page.status_code == 422
    assert page.content.decode().count('class="summary"') == 1
    assert f'value="{mailbox}"' in page.content.decode() or not mailbox
    assert not OutgoingMail.objects.exists()


@pytest.mark.both_databases
@pytest.mark.usefixtures("committed")
def test_a_new_link_does_not_end_the_old_one(client: Client, settings: Settings) -> None:
    office = create_fake_server()
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
    endorsement = confirmed(factories.an_appeal(), contact_email="asel@fund.example")
    old = private_links.create_own_page_link(endorsement)
    OutgoingMail.objects.all().delete()
    client.post(f"/ru{CHANGE}", {"mailbox": "ASEL@Fund.example"})
    client.post(CHANGE, {"mailbox": "nobody@fund.example"})
    with run_server(office):
        assert delivery.deliver_due() == 1
    (mail,) = office.taken  # an unknown mailbox gets no mail
    assert client.get(own_page_in(mail)).status_code == 200
    assert client.get(f"/endorsements/{old}/").status_code == 200, "typing in a mailbox ends no link"


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("forgotten", [False, True])
def test_each_attempt_to_send_a_new_link_carries_the_same_one(
    client: Client, settings: Settings, forgotten: bool
) -> None:
    office = create_fake_server()
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
    endorsement = confirmed(factories.an_appeal(), contact_email="asel@fund.example")
    PrivateLink.objects.all().delete()
    OutgoingMail.objects.all().delete()
    client.post(f"/ru{CHANGE}", {"mailbox": "asel@fund.example"})
    office.contents = ["451 Busy"]
    with run_server(office):
        assert delivery.deliver_due() == 1
        (digest,) = PrivateLink.objects.values_list("digest", flat=True)
        if forgotten:
            own_page.forget_mailbox(digest, factories.a_code_digest(), at=clock.now())
        with clock.freeze(clock.now() + timedelta(minutes=1)):
            assert delivery.deliver_due() == (0 if forgotten else 1)
    if forgotten:
        assert office.taken == [], "a forgotten mailbox gets no mail"
        return
    (mail,) = office.taken
    assert client.get(own_page_in(mail)).status_code == 200
    assert endorsement.links.get().digest == digest


def own_page_in(mail: EmailMessage) -> str:
    """Return the path of the only private link in a mail."""
    body = mail.get_body(("plain",))
    assert body
    (address,) = re.findall(r"http://127\.0\.0\.1:8000(/ru/endorsements/\S+)", body.get_content())
    return str(address)


# --- By removal code ---


def test_entering_the_code_changes_nothing(client: Client, appeal: Appeal) -> None:
    endorsement, code = create_with_code(appeal, organisation_name="Made-up «Fund»")
    for typed in (code, f" {code.lower().replace('-', ' ')} "):
        page = client.post(CODE, {"code": typed})
        text = page.content.decode()
        assert page.status_code == 200
        assert "Made-up «Fund»" in text
        assert 'value="stop_being_named"' in text
        assert 'value="withdraw"' in text
        assert (page["Referrer-Policy"], page["Cache-Control"]) == ("no-referrer", "no-store")
    assert Endorsement.objects.get(pk=endorsement.pk).display == Display.NAMED
    assert get_signatory().status == "listed"


def test_stopping_to_be_named_encrypts_the_name_and_keeps_the_code(client: Client, appeal: Appeal) -> None:
    endorsement, code = create_with_code(appeal, organisation_name="Made-up «Fund»")
    for _ in range(2):
        response = client.post(CODE, {"code": code, "deed": "stop_being_named"})
        assert "no longer publish your name" in response.content.decode()
        assert "Location" not in response, "the code is in no address"
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.display, get_signatory().status) == (
        "approved",
        "withheld",
        "no_longer_listed",
    )
    page = client.post(CODE, {"code": code}).content.decode()
    assert "only the secretariat can see the name" in page
    assert "Made-up" not in page
    assert 'value="stop_being_named"' not in page
    assert "is withdrawn" in client.post(CODE, {"code": code, "deed": "withdraw"}).content.decode()


@pytest.mark.parametrize("decided", [True, False])
@pytest.mark.parametrize("display", ["named", "withheld"])
def test_withdrawing_ends_the_endorsement_and_the_code(
    client: Client, appeal: Appeal, decided: bool, display: str
) -> None:
    endorsement, code = create_with_code(appeal, decided=decided, display=display)
    assert "is withdrawn" in client.post(CODE, {"code": code, "deed": "withdraw"}).content.decode()
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.organisation_name) == (State.WITHDRAWN, "")
    assert not Signatory.objects.filter(kind="further", status="listed").exists()
    again = client.post(CODE, {"code": code, "deed": "withdraw"})
    assert again.status_code == 422
    assert "was withdrawn" in again.content.decode()


def test_an_original_is_hidden_and_not_ended(client: Client, appeal: Appeal) -> None:
    endorsement, code = create_original_code()
    assert 'value="withdraw"' not in client.post(CODE, {"code": code}).content.decode()
    assert client.post(CODE, {"code": code, "deed": "withdraw"}).status_code == 409
    assert client.post(CODE, {"code": code, "deed": "stop_being_named"}).status_code == 200
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.display) == (State.APPROVED, Display.WITHHELD)
    assert "write to the secretariat" in client.post(CODE, {"code": code}).content.decode()


@pytest.mark.parametrize("action", ["", "stop_being_named", "withdraw", "approve"])
def test_an_invalid_code_is_shown_again(client: Client, appeal: Appeal, action: str) -> None:
    create_with_code(appeal)
    page = client.post(CODE, {"code": "AAA-BBB-CCC-DDD", "deed": action})
    assert page.status_code == 422
    assert 'value="AAA-BBB-CCC-DDD"' in page.content.decode()
    assert page.content.decode().count('class="summary"') == 1
    assert get_signatory().status == "listed"


def test_a_code_of_another_appeal_or_purpose_is_invalid(client: Client, appeal: Appeal) -> None:
    _, foreign = create_with_code(factories.an_appeal("another-appeal"))
    endorsement, _ = create_with_code(appeal)
    token = private_links.create_own_page_link(endorsement)
    submitted(appeal)
    confirm_code = mails()[-1][2]["code"]
    before = {row.pk: row.state for row in Endorsement.objects.all()}
    for wrong in (foreign, token[:40], confirm_code):
        assert client.post(CODE, {"code": wrong, "deed": "withdraw"}).status_code == 422
    assert {row.pk: row.state for row in Endorsement.objects.all()} == before


def test_after_too_many_wrong_codes_the_secretariat_is_named(
    client: Client, appeal: Appeal, settings: Settings
) -> None:
    settings.SECRETARIAT_ADDRESS = "desk@secretariat.example"
    _, code = create_with_code(appeal)
    responses = [client.post(CODE, {"code": "AAA-BBB-CCC-DDD"}) for _ in range(MOST_CODES)]
    responses.append(client.post(CODE, {"code": code, "deed": "withdraw"}))
    assert [response.status_code for response in responses] == [422] * MOST_CODES + [429]
    assert "desk@secretariat.example" in responses[-1].content.decode()
    assert get_signatory().status == "listed"
    elsewhere = Client(headers={"host": "127.0.0.1:8000"}, REMOTE_ADDR="198.51.100.7")
    assert elsewhere.post(CODE, {"code": code, "deed": "withdraw"}).status_code == 200


def test_a_right_code_does_not_count_as_a_try(client: Client, appeal: Appeal) -> None:
    _, code = create_with_code(appeal)
    for _ in range(MOST_CODES - 1):
        client.post(CODE, {"code": "AAA-BBB-CCC-DDD"})
    for _ in range(2):
        assert client.post(CODE, {"code": code}).status_code == 200
    assert client.post(CODE, {"code": code, "deed": "stop_being_named"}).status_code == 200
    assert client.post(CODE, {"code": code, "deed": "withdraw"}).status_code == 200
    responses = [client.post(CODE, {"code": "AAA-BBB-CCC-DDD"}).status_code for _ in range(2)]
    assert responses == [422, 429]


def test_stopping_to_be_named_cancels_a_request_to_be_named(client: Client, appeal: Appeal) -> None:
    endorsement, code = create_with_code(appeal, display="withheld")
    Endorsement.objects.filter(pk=endorsement.pk).update(name_again_at=NOON)
    private_links.create_link(endorsement, Purpose.NAME_AGAIN)
    client.post(CODE, {"code": code, "deed": "stop_being_named"})
    endorsement.refresh_from_db()
    assert endorsement.name_again_at is None
    assert not PrivateLink.objects.filter(purpose=Purpose.NAME_AGAIN).exists()


# --- By a message ---


@pytest.mark.both_databases
def test_a_message_is_queued_encrypted(client: Client, appeal: Appeal) -> None:
    approved(appeal)
    posted = MESSAGE_FIELDS | {"line": "further-1", "answer_to": "Asel@Fund.example"}
    response = client.post(MESSAGE, posted)
    assert (response.status_code, response["Location"]) == (302, f"{MESSAGE}sent/")
    assert client.get(response["Location"]).status_code == 200
    assert stored_disputes() == [("not_agreed", "further-1", "Nobody asked us.", "Asel@fund.example")]
    (row,) = Dispute.objects.all()
    assert "Nobody" not in row.sealed_message
    assert "sel@" not in row.sealed_mailbox


LINES = {
    "": "",
    "original-12": "original-12",
    "Further 1": "further-1",
    f"http://127.0.0.1:8000/appeals/{SLUG}/signatories/#further-1": "further-1",
    f"http://127.0.0.1:8000/appeals/{SLUG}/signatories/original-35/": "original-35",
    "35.": "original-35",  # there is no further-35
    "No. 1": "",  # both lists have a first line
    "further-2": "",
    "further-1 and original-1": "",
    "0": "",
    "9" * 30: "",
    "Мемориал": "",
    "Norwegian Helsinki Committee": "original-2",
    "Committee": "",  # several have this word
}


def test_a_message_is_linked_to_an_entry_or_kept_as_typed(client: Client, appeal: Appeal) -> None:
    approved(appeal)
    for typed in LINES:
        assert client.post(MESSAGE, MESSAGE_FIELDS | {"line": typed}).status_code == 302
    stored = [(match, words) for _, match, words, _ in stored_disputes()]
    assert stored == [
        (
            reference,
            "Nobody asked us."
            if (reference and any(map(str.isdigit, typed))) or not typed
            else f"{typed}\n\nNobody asked us.",
        )
        for typed, reference in LINES.items()
    ]


WRONG = (
    ({"about": ""}, "Choose what it is about"),
    ({"about": "spam"}, "valid choice"),
    ({"words": " \n "}, "Write a message"),
    ({"words": "x" * 4001}, "at most 4000"),
    ({"answer_to": "asel"}, "valid e-mail"),
    ({"line": "x" * 201}, "at most 200"),
)


def test_an_invalid_message_is_shown_again(client: Client, appeal: Appeal) -> None:
    for changes, expected in WRONG:
        posted = MESSAGE_FIELDS | {"line": "Memorial", "words": "Nobody asked us."} | changes
        page = client.post(MESSAGE, posted)
        (summary,) = re.findall(r'<div class="summary".*?</div>', page.content.decode(), re.S)
        assert page.status_code == 422, changes
        assert expected in summary, changes
        for kept in (posted["line"], posted["words"].strip(), posted["answer_to"]):
            assert kept in page.content.decode(), changes
        assert not Dispute.objects.exists(), changes


def test_four_thousand_letters_of_any_script_fit(client: Client, appeal: Appeal) -> None:
    assert client.post(MESSAGE, MESSAGE_FIELDS | {"words": "Ң" * 4000}).status_code == 302
    assert stored_disputes()[0][2].endswith("Ң" * 4000)


def test_above_the_limit_of_messages_the_secretariat_is_named(
    client: Client, appeal: Appeal, settings: Settings
) -> None:
    settings.SECRETARIAT_ADDRESS = "desk@secretariat.example"
    most = MESSAGES_FROM_ONE_NETWORK.most
    responses = [client.post(MESSAGE, MESSAGE_FIELDS) for _ in range(most + 1)]
    assert [response.status_code for response in responses] == [302] * most + [429]
    assert "desk@secretariat.example" in responses[-1].content.decode()
    assert Dispute.objects.count() == most


def test_messages_above_a_limit_get_the_same_answer_and_are_marked(client: Client, appeal: Appeal) -> None:
    responses = [client.post(MESSAGE, MESSAGE_FIELDS) for _ in range(7)]
    assert {(response.status_code, response["Location"]) for response in responses} == {(302, f"{MESSAGE}sent/")}
    assert list(Dispute.objects.order_by("pk").values_list("above_limit", flat=True)) == [False] * 5 + [True] * 2
