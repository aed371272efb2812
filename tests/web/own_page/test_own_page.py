"""The organisation's own page: every step, each done twice, and what is refused."""

import itertools
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.intake import accept
from petition.actions.mailing import delivery
from petition.actions.moderation import decisions, internal_notes, verification
from petition.actions.moderation.verification import CheckResult
from petition.actions.refusals import AlreadyDecided
from petition.actions.self_service import corrections, private_links
from petition.models import (
    Appeal,
    Contact,
    ContactChange,
    Correction,
    Endorsement,
    OutgoingMail,
    PrivateLink,
    Purpose,
    Question,
    Signatory,
    State,
)
from petition.reference import clock
from petition.security import encryption
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG, mails, token_in
from tests.tooling.test_translations import english_left_in
from tests.web.visitor import Visitor, publish_intake_keys, work

STEPS = ("correction", "contact", "stop", "withdraw", "named", "code", "links", "forget")
ALWAYS = {"code", "links", "receipt.txt"}
LINE = {"organisation_name": "Made-up Foundation", "acronym": "MF", "countries": ["KG", "DE"]}
PERSON = {"contact_name": "Bakyt", "contact_role": "Chair", "contact_email": "bakyt@fund.example"}


def create_own_page(appeal: Appeal, *, decided: bool = True, **changes: Any) -> tuple[Endorsement, str]:
    """Return a confirmed endorsement and the address of its own page."""
    endorsement = factories.confirmed(appeal, at=clock.now(), **changes)
    if decided:
        decisions.approve(endorsement.pk, by=MODERATOR, at=clock.now())
    address = f"/endorsements/{private_links.create_own_page_link(endorsement)}/"
    return Endorsement.objects.get(pk=endorsement.pk), address


def open_original() -> tuple[Endorsement, str]:
    endorsement = Endorsement.objects.get(signatory__kind="original", signatory__number=12)
    return endorsement, f"/endorsements/{private_links.create_own_page_link(endorsement)}/"


def create_with_question(appeal: Appeal) -> tuple[Endorsement, str]:
    """Return an endorsement with an open question, and the link in the mail about it."""
    endorsement, _ = create_own_page(appeal, decided=False)
    decisions.ask_question(endorsement.pk, "Who decided\nthis?", by=MODERATOR, at=clock.now())
    return Endorsement.objects.get(pk=endorsement.pk), f"/endorsements/{token_in(mails()[-1][2])}/"


def offered_steps(client: Client, address: str) -> set[str]:
    """Return the steps that the page links to."""
    page = client.get(address)
    assert (page.status_code, page["Referrer-Policy"], page["Cache-Control"]) == (200, "no-referrer", "no-store")
    return set(re.findall(rf'href="{address}([a-z.]+)/?"', page.content.decode()))


def decode(response: Any) -> str:
    return str(response.content.decode())


def reload(endorsement: Endorsement) -> Endorsement:
    return Endorsement.objects.select_related("signatory").get(pk=endorsement.pk)


# --- What it offers ---


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, {"correction", "contact", "forget", "stop", "withdraw"}),
        ({"display": "withheld"}, {"correction", "contact", "forget", "named", "withdraw"}),
        ({"decided": False}, {"correction", "contact", "forget", "stop", "withdraw"}),
        ({"decided": False, "display": "withheld"}, {"correction", "contact", "forget", "withdraw"}),
    ],
)
def test_the_page_offers_what_is_possible(client: Client, appeal: Appeal, changes: Any, steps: set[str]) -> None:
    _, address = create_own_page(appeal, **changes)
    assert offered_steps(client, address) == steps | ALWAYS
    for step in STEPS:
        page = client.get(f"{address}{step}/")
        assert page.status_code == (200 if step in steps | ALWAYS else 409), step
    assert not OutgoingMail.objects.filter(message__in=("old_contact", "name_again")).exists(), "opening does nothing"


def test_an_original_can_only_be_hidden(client: Client, appeal: Appeal) -> None:
    endorsement, address = open_original()
    assert offered_steps(client, address) == {"stop"} | ALWAYS
    assert client.post(f"{address}withdraw/").status_code == 409
    assert client.post(f"{address}correction/", LINE).status_code == 409
    assert client.post(f"{address}stop/").status_code == 200
    assert (reload(endorsement).state, reload(endorsement).display) == (State.APPROVED, "withheld")
    assert "only the secretariat can see the name" in decode(client.get(address))


ENDS: dict[str, Callable[..., object]] = {"reject": decisions.reject, "withdraw": factories.withdraw_for_good}


@pytest.mark.parametrize(("end", "left"), [("reject", {"withdraw", "forget"}), ("withdraw", {"forget"})])
def test_an_ended_endorsement_offers_only_erasure(client: Client, appeal: Appeal, end: str, left: set[str]) -> None:
    endorsement, address = create_own_page(appeal, decided=False)
    ENDS[end](endorsement.pk, by=MODERATOR, at=clock.now())
    assert offered_steps(client, address) == left
    for step in {*STEPS, "receipt.txt"} - left:
        path = f"{address}{step}" if "." in step else f"{address}{step}/"
        assert client.post(path, LINE | PERSON).status_code == 409
    assert reload(endorsement).state == {"reject": State.REJECTED, "withdraw": State.WITHDRAWN}[end]


def test_all_invalid_links_get_the_same_page(client: Client, appeal: Appeal) -> None:
    endorsement, _ = create_own_page(appeal)
    other_purpose = private_links.create_link(endorsement, Purpose.CONFIRM)
    over = private_links.create_link(endorsement, Purpose.OWN_PAGE, expires_at=NOON - timedelta(days=9999))
    steps = ("", *(f"{step}/" for step in STEPS), "receipt.txt", "agree-contact/", "name-again/")
    for step, ask in itertools.product(steps, (client.get, client.post)):
        bodies = set()
        for token in ("A" * 43, other_purpose, over, "ё" * 43, "zq9"):
            response = ask(f"/endorsements/{token}/{step}")
            assert (response.status_code, response["Referrer-Policy"]) == (404, "no-referrer"), step
            bodies.add(decode(response).replace(token, ""))
        assert len(bodies) == 1, step
        assert reload(endorsement).state == State.APPROVED, step


@pytest.mark.parametrize("prefix", ["", "/ru", "/ky"])
def test_an_invalid_link_explains_what_to_do_next(
    client: Client, appeal: Appeal, settings: Settings, prefix: str
) -> None:
    settings.SECRETARIAT_ADDRESS = "desk@secretariat.example"
    page = decode(client.get(f"{prefix}/endorsements/{'A' * 43}/"))
    main = page.split("<main")[1].split("</main>")[0]
    for leads in (f"{prefix}/appeals/{SLUG}/change/", f"{prefix}/appeals/{SLUG}/"):
        assert f'href="{leads}"' in main
    assert "desk@secretariat.example" in main
    assert not prefix or not english_left_in(page.replace("desk@secretariat.example", ""))


# --- A correction ---


def test_a_correction_waits_and_the_entry_is_unchanged(client: Client, appeal: Appeal) -> None:
    endorsement, address = create_own_page(appeal, organisation_name="Made-up «Fund»")
    page = decode(client.get(f"{address}correction/"))
    assert 'value="Made-up «Fund»"' in page
    for _ in range(2):
        assert "checks your correction" in decode(client.post(f"{address}correction/", LINE))
    (correction,) = Correction.objects.filter(endorsement=endorsement)
    assert "Foundation" not in correction.sealed_proposal
    assert "checks your correction" in decode(client.get(address))
    assert reload(endorsement).organisation_name == "Made-up «Fund»"
    corrections.accept_correction(correction.pk, by=MODERATOR, at=clock.now())
    assert Signatory.objects.get(kind="further").label == "Made-up Foundation (MF, Kyrgyzstan, Germany)"


def test_an_encrypted_entry_is_corrected_without_being_shown(client: Client, appeal: Appeal) -> None:
    _, address = create_own_page(appeal, display="withheld", organisation_name="Made-up Secret")
    page = decode(client.get(f"{address}correction/"))
    assert "The name is encrypted" in page
    assert "Secret" not in page
    assert client.post(f"{address}correction/", LINE).status_code == 200


@pytest.mark.parametrize(
    ("step", "posted", "expected"),
    [
        ("correction", LINE | {"organisation_name": ""}, "Enter the name of the organisation."),
        ("correction", LINE | {"organisation_name": "=Made-up"}, "Begin with a letter"),
        ("correction", LINE | {"countries": ["XX"]}, "Choose countries from the list."),
        ("contact", PERSON | {"contact_name": ""}, "Enter your name."),
        ("contact", PERSON | {"contact_email": "bakyt"}, "valid e-mail"),
        ("", {"answer": " "}, "Write an answer."),
        ("", {"answer": "Yes\u202e"}, "direction of the text"),
        ("", {"answer": "x" * 2001}, "at most 2000"),
    ],
)
def test_invalid_input_is_shown_again_with_an_error_summary(
    client: Client, appeal: Appeal, step: str, posted: dict[str, Any], expected: str
) -> None:
    _, address = create_with_question(appeal)
    response = client.post(f"{address}{step}/" if step else address, posted)
    page = decode(response)
    assert response.status_code == 422
    assert re.search(r"<title>\s*Error: ", page)
    (summary,) = re.findall(r'<div class="summary".*?</div>', page, re.S)
    assert expected in summary
    for target in re.findall(r'href="#([^"]+)"', summary):
        assert f'id="{target}"' in page
    for typed in posted.values():
        for value in [typed] if isinstance(typed, str) else typed:
            assert value.strip() in page or value == "XX"
    assert not Correction.objects.exists()
    assert not ContactChange.objects.exists()
    assert not Question.objects.exclude(answered_at=None).exists()


# --- The contact ---


def addresses_mailed(message: str) -> list[tuple[str, str]]:
    """Return recipient and path of the link of each mail called `message`."""
    return [
        (address, f"/endorsements/{token_in(content)}/agree-contact/")
        for posted, address, content in mails()
        if posted == message
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize("old_first", [True, False])
def test_a_new_contact_needs_both_mailboxes_and_ends_old_links(client: Client, appeal: Appeal, old_first: bool) -> None:
    endorsement, address = create_own_page(appeal, contact_email="asel@fund.example", contact_name="Asel")
    page = decode(client.get(f"{address}contact/"))
    assert "asel" not in page.lower()
    assert "one to the new address" in decode(client.post(f"{address}contact/", PERSON))
    ((old, old_link),) = addresses_mailed("old_contact")
    ((new, new_link),) = addresses_mailed("new_contact")
    assert (old, new) == ("asel@fund.example", "bakyt@fund.example")

    first, second = (old_link, new_link) if old_first else (new_link, old_link)
    for link in (first, second, first):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert reload(endorsement).mailbox_index == encryption.compute_mailbox_index("asel@fund.example")
    for link in (first, first, second):
        assert "when both addresses have agreed" in decode(client.post(link))

    contact = Contact.objects.get(endorsement=endorsement)
    assert encryption.decrypt_column(contact, "sealed_person") == {"name": "Bakyt", "role": "Chair"}
    assert encryption.decrypt_column(contact, "sealed_mailbox") == "bakyt@fund.example"
    assert reload(endorsement).mailbox_index == encryption.compute_mailbox_index("bakyt@fund.example")
    assert client.get(address).status_code == client.get(first).status_code == client.post(second).status_code == 404
    (message, mailbox, content), (then, earlier, _) = mails()[-2:]
    assert (message, mailbox) == ("own_page", "bakyt@fund.example")
    assert (then, earlier) == ("changed", "asel@fund.example")
    assert client.get(f"/endorsements/{token_in(content)}/").status_code == 200


def test_a_later_request_replaces_an_earlier_one(client: Client, appeal: Appeal) -> None:
    _, address = create_own_page(appeal)
    client.post(f"{address}contact/", PERSON)
    ((_, dead),) = addresses_mailed("new_contact")
    client.post(f"{address}contact/", PERSON | {"contact_email": "third@fund.example"})
    ((third, live),) = addresses_mailed("new_contact")  # the first one is not true now
    assert third == "third@fund.example"
    assert (client.post(dead).status_code, client.post(live).status_code) == (404, 200)
    assert ContactChange.objects.count() == 1


def test_a_new_contact_with_the_same_endorsement_is_refused(client: Client, appeal: Appeal) -> None:
    endorsement, address = create_own_page(appeal, organisation_name="Made-up Twin")
    create_own_page(appeal, organisation_name="Made-up Twin", contact_email=PERSON["contact_email"])
    client.post(f"{address}contact/", PERSON)
    ((_, old_link),) = addresses_mailed("old_contact")
    ((_, new_link),) = addresses_mailed("new_contact")
    assert client.post(old_link).status_code == 200
    assert client.post(new_link).status_code == 404
    assert reload(endorsement).mailbox_index != encryption.compute_mailbox_index(PERSON["contact_email"])


@pytest.mark.long  # five seconds: many mails leave
def test_new_contacts_are_asked_five_times_a_day_at_most(client: Client, appeal: Appeal) -> None:
    _, address = create_own_page(appeal)
    for number in range(41):
        last = client.post(f"{address}contact/", PERSON | {"contact_email": f"bakyt{number}@fund.example"})
    assert last.status_code == 409, "no slot for a week"
    soon = clock.now() + timedelta(hours=23)
    assert OutgoingMail.objects.filter(message="old_contact", due_at__lte=soon).count() == 5


def test_many_own_pages_cannot_flood_another_mailbox(client: Client, appeal: Appeal) -> None:
    for _ in range(4):
        _, address = create_own_page(appeal)
        for _ in range(2):
            assert client.post(f"{address}contact/", PERSON).status_code == 200
    accept.submit(appeal, factories.a_submission(contact_email=PERSON["contact_email"]), at=clock.now())
    for hours in range(24):
        with clock.freeze(clock.now() + timedelta(hours=hours)):
            while delivery.deliver_due():
                pass
    to_them = OutgoingMail.objects.filter(mailbox_index=encryption.compute_mailbox_index(PERSON["contact_email"]))
    assert to_them.filter(sent_at__isnull=False).count() == 3


# --- A question ---


def test_a_question_is_answered_once_and_encrypted(client: Client, appeal: Appeal) -> None:
    endorsement, address = create_with_question(appeal)
    page = decode(client.get(address))
    assert "Who decided<br>this?" in page
    assert "We have a question" in page
    html = decode(client.post(address, {"answer": "Our board.\r\n\r\nIn May."}))
    assert "We have your answer." in html
    assert "Who decided" not in html
    question = Question.objects.get(endorsement=endorsement)
    assert encryption.decrypt_column(question, "sealed_answer") == "Our board.\n\nIn May."
    assert reload(endorsement).state == State.CONFIRMED
    assert client.post(address, {"answer": "Again."}).status_code == 409


# --- The way out, at once ---


def test_stopping_to_be_named_takes_effect_at_once(client: Client, appeal: Appeal) -> None:
    endorsement, address = create_own_page(appeal, organisation_name="Made-up Visible")
    assert "Made-up Visible" in decode(client.get(f"/appeals/{SLUG}/signatories/"))
    assert "Made-up Visible" in decode(client.get(f"{address}stop/"))
    assert "no longer publish your name" in decode(client.post(f"{address}stop/"))
    after = reload(endorsement)
    assert (after.state, after.display, after.organisation_name) == (State.APPROVED, "withheld", "")
    assert "Made-up Visible" not in decode(client.get(f"/appeals/{SLUG}/signatories/"))
    assert client.post(f"{address}stop/").status_code == 409
    assert "Made-up Visible" not in decode(client.get(address))


def test_withdrawing_is_immediate_and_final(client: Client, appeal: Appeal) -> None:
    endorsement, address = create_own_page(appeal, organisation_name="Made-up Visible")
    client.post(f"{address}correction/", LINE)
    assert "is withdrawn" in decode(client.post(f"{address}withdraw/"))
    after = reload(endorsement)
    assert (after.state, after.organisation_name) == (State.WITHDRAWN, "")
    assert not Correction.objects.exists()
    assert set(after.links.values_list("purpose", flat=True)) == {Purpose.OWN_PAGE}
    assert client.post(f"{address}withdraw/").status_code == 409
    assert "is withdrawn" in decode(client.get(address))


# --- Named again ---


def test_being_named_again_needs_the_mailbox_and_a_moderator(client: Client, appeal: Appeal) -> None:
    endorsement, address = create_own_page(appeal, organisation_name="Made-up Back")
    number = reload(endorsement).signatory
    client.post(f"{address}stop/")
    assert "We are sending you an e-mail" in decode(client.post(f"{address}named/"))
    message, _, content = mails()[-1]
    assert message == "name_again"
    link = f"/endorsements/{token_in(content)}/name-again/"
    assert client.get(link).status_code == client.head(link).status_code == 200
    assert reload(endorsement).name_again_at is None
    for _ in range(2):
        assert "agreed to publish the name again" in decode(client.post(link))
    assert reload(endorsement).name_again_at is not None
    assert "agreed to publish the name again" in decode(client.get(address))
    assert client.post(f"{address}named/").status_code == 409
    assert reload(endorsement).display == "withheld"
    decisions.show_as_requested(endorsement.pk, by=MODERATOR, at=clock.now())
    assert (reload(endorsement).display, reload(endorsement).signatory) == ("named", number)
    assert client.post(link).status_code == 404


def test_asking_again_ends_the_link_of_the_earlier_mail(client: Client, appeal: Appeal) -> None:
    _, address = create_own_page(appeal, display="withheld")
    tokens = []
    for _ in range(2):
        client.post(f"{address}named/")
        tokens += [token_in(content) for message, _, content in mails() if message == "name_again"]
    first, second = tokens
    assert client.get(f"/endorsements/{first}/name-again/").status_code == 404
    assert client.get(f"/endorsements/{second}/name-again/").status_code == 200


# --- Codes, forgetting, the receipt ---


def test_a_new_code_replaces_the_old_one(client: Client, appeal: Appeal) -> None:
    _, address = create_own_page(appeal)
    codes = [
        re.findall(r"\b(?:[0-9A-Z]{3}-){3}[0-9A-Z]{3}\b", decode(client.post(f"{address}code/")))[0] for _ in range(2)
    ]
    assert codes[0] != codes[1]
    for code, status in zip(codes, (422, 200), strict=True):
        assert client.post(f"/appeals/{SLUG}/change/code/", {"code": code}).status_code == status


CODE_SHOWN = re.compile(r"\b(?:[0-9A-Z]{3}-){3}[0-9A-Z]{3}\b")


@pytest.mark.both_databases
def test_a_result_page_that_is_loaded_again_shows_no_code_that_was_replaced(client: Client, appeal: Appeal) -> None:
    """Also after the mailbox was forgotten, when the link that led there opens nothing any more."""
    _, address = create_own_page(appeal)
    results: list[str] = []
    for step in ("code", "code", "forget"):
        result = client.post(f"{address}{step}/").wsgi_request.get_full_path()
        assert CODE_SHOWN.search(decode(client.get(result))), "as long as it works it is shown again"
        for earlier in results:
            page = decode(client.get(earlier))
            assert "no longer works" in page
            assert not CODE_SHOWN.search(page)
        results.append(result)


def test_a_code_is_shown_before_the_worker_has_made_it(client: Client, appeal: Appeal) -> None:
    _, address = create_own_page(appeal)
    publish_intake_keys()
    result = Visitor(is_worker_running=False).post(f"{address}code/")
    assert result.status_code == 202
    (code,) = CODE_SHOWN.findall(decode(result))
    work()
    assert code in decode(client.get(result.wsgi_request.get_full_path()))


def test_a_stolen_link_can_be_ended_from_the_own_page(client: Client, appeal: Appeal) -> None:
    endorsement, address = create_own_page(appeal)
    lost = f"/endorsements/{private_links.create_own_page_link(endorsement)}/"
    factories.give_removal_code(endorsement)
    assert client.get(f"{address}links/").status_code == client.get(lost).status_code == 200
    assert "Only the link that you used today" in decode(client.post(f"{address}links/"))
    assert client.get(lost).status_code == 404
    assert client.get(address).status_code == client.post(f"{address}links/").status_code == 200
    assert endorsement.links.filter(purpose=Purpose.REMOVAL_CODE).exists()


def test_after_erasure_the_mailbox_reveals_nothing(client: Client, appeal: Appeal) -> None:
    endorsement, address = create_own_page(appeal, contact_email="asel@fund.example")
    html = decode(client.post(f"{address}forget/"))
    (code,) = re.findall(r"\b(?:[0-9A-Z]{3}-){3}[0-9A-Z]{3}\b", html)
    assert address not in html
    assert client.get(address).status_code == 404
    after = reload(endorsement)
    assert (after.mailbox_index, after.fingerprint) == ("", "")
    assert not Contact.objects.filter(endorsement=endorsement).exists()
    assert not OutgoingMail.objects.filter(endorsement=endorsement).exists()
    assert set(PrivateLink.objects.values_list("purpose", flat=True)) == {Purpose.REMOVAL_CODE}
    client.post(f"/appeals/{SLUG}/change/", {"mailbox": "asel@fund.example"})
    assert not private_links.find_confirmed_by(encryption.compute_mailbox_index("asel@fund.example")).exists()
    left = client.post(f"/appeals/{SLUG}/change/code/", {"code": code, "deed": "stop_being_named"})
    assert left.status_code == 200
    assert reload(endorsement).display == "withheld"


@pytest.mark.both_databases
def test_erasure_deletes_questions_answers_and_notes(client: Client, appeal: Appeal) -> None:
    mailbox, name = "asel@fund.example", "Made-up Fund of Asel"
    before, earlier = create_own_page(appeal, decided=False, contact_email=mailbox, organisation_name=name)
    factories.withdraw_for_good(before.pk, by=MODERATOR, at=clock.now())
    endorsement, address = create_own_page(appeal, decided=False, contact_email=mailbox, organisation_name=name)
    decisions.ask_question(endorsement.pk, "Is it Asel who decided?", by=MODERATOR, at=clock.now())
    client.post(address, {"answer": "Asel did."})
    decisions.ask_question(endorsement.pk, "Can we call Asel?", by=MODERATOR, at=clock.now())
    internal_notes.set_internal_note(endorsement.pk, "Asel is careful.", by=MODERATOR, at=clock.now())
    verification.record_check(
        endorsement.pk, CheckResult("other", member=False, note="Called Asel."), seen=0, by=MODERATOR, at=clock.now()
    )
    twin = factories.a_submission(contact_email=mailbox, organisation_name=name)
    accept.submit(appeal, twin, at=clock.now())
    Endorsement.objects.filter(pk=endorsement.pk).update(hints=["free_mail"], network_index="abcd")
    assert client.post(f"{address}forget/").status_code == 200
    assert not Question.objects.exists()
    assert not Contact.objects.exists(), "nor of what the same mailbox sent before or since under this name"
    assert not Endorsement.objects.exclude(mailbox_index="").exists()
    after = reload(endorsement)
    assert (after.sealed_note, after.sealed_check_note, after.hints, after.network_index) == ("", "", [], "")
    assert (after.state, reload(before).state) == (State.RETURNED, State.WITHDRAWN)
    assert client.get(earlier).status_code == 404
    assert not private_links.find_confirmed_by(encryption.compute_mailbox_index(mailbox)).exists()


@pytest.mark.parametrize("end", ["reject", "withdraw"])
def test_an_ended_endorsement_is_erased_completely(client: Client, appeal: Appeal, end: str) -> None:
    endorsement, address = create_own_page(appeal, decided=False, organisation_name="Made-up Canary")
    ENDS[end](endorsement.pk, by=MODERATOR, at=clock.now())
    assert "endorse again" in decode(client.get(f"{address}forget/"))
    html = decode(client.post(f"{address}forget/"))
    assert "Our links no longer work" in html
    assert "code-to-keep" not in html
    after = reload(endorsement)
    assert (after.state, after.organisation_name, after.mailbox_index, after.fingerprint) == ("withdrawn", "", "", "")
    assert not PrivateLink.objects.exists()
    assert not Contact.objects.exists()
    assert not OutgoingMail.objects.exists()
    with pytest.raises(AlreadyDecided):
        decisions.reopen(endorsement.pk, by=MODERATOR, at=clock.now())


def test_an_unaccepted_endorsement_can_be_withdrawn(client: Client, appeal: Appeal) -> None:
    endorsement, address = create_own_page(appeal, decided=False, organisation_name="Made-up Canary")
    decisions.reject(endorsement.pk, by=MODERATOR, at=clock.now())
    assert "nobody can reopen it" in decode(client.get(f"{address}withdraw/"))
    assert "is withdrawn" in decode(client.post(f"{address}withdraw/"))
    assert (reload(endorsement).state, reload(endorsement).organisation_name) == (State.WITHDRAWN, "")
    assert offered_steps(client, address) == {"forget"}


def test_the_receipt_shows_the_consent_and_no_contact(client: Client, appeal: Appeal) -> None:
    endorsement, address = create_own_page(appeal, organisation_name="Made-up «Fund»", contact_name="Asel Unseen")
    receipt = client.get(f"{address}receipt.txt")
    text = decode(receipt)
    assert receipt["Content-Disposition"].startswith("attachment")
    for posted in (
        "Made-up «Fund»",
        endorsement.text.sha256,
        endorsement.wording_version,
        "I am authorised",
        "Named",
        "Approved",
    ):
        assert posted in text
    assert "Asel" not in text
    assert "@" not in text
    assert "\u2068" not in text
    client.post(f"{address}stop/")
    assert "Made-up" not in decode(client.get(f"{address}receipt.txt"))


def test_a_receipt_isolates_right_to_left_text(client: Client, appeal: Appeal) -> None:
    _, address = create_own_page(appeal, organisation_name="مركز حقوق")
    assert "\n\u2068مركز حقوق (Kyrgyzstan)\u2069\n" in decode(client.get(f"{address}receipt.txt"))
