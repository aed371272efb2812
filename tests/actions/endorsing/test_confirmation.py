"""A link or code confirms or disowns an endorsement."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import F

from petition.actions.endorsing import confirmation
from petition.actions.endorsing.confirmation import confirm, disown, disown_all, find_waiting_forms
from petition.actions.intake.accept import submit
from petition.actions.moderation import decisions
from petition.actions.refusals import ChoiceRequired, NoSuchLink, NotOpen
from petition.actions.self_service import withdrawal
from petition.actions.self_service.private_links import resolve_link
from petition.models import Appeal, AuditEvent, Contact, Endorsement, Origin, OutgoingMail, PrivateLink, Purpose, State
from petition.models.appeals import CONFIRMATION_GRACE
from petition.security.tokens import generate_token, hash_code, hash_token
from tests import factories
from tests.factories import MODERATOR, NOON, a_submission, mails, token_in

pytestmark = pytest.mark.both_databases

INSTANT = timedelta(microseconds=1)
WEEK = timedelta(days=7)


def hash_confirm_token(token: str) -> str:
    return hash_token(token, Purpose.CONFIRM)


def submit_two_forms(appeal: Appeal) -> tuple[str, str, str]:
    """Send two different forms of one organisation; return the digest of the link and both fingerprints."""
    submission = a_submission()
    first, second = (
        submit(appeal, replace(submission, website=website), at=NOON) for website in ("", "https://fund.example")
    )
    ((_, _, content),) = mails()
    return hash_confirm_token(token_in(content)), first, second


def test_the_link_confirms_and_the_endorsement_waits_for_a_moderator(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    confirm(hash_confirm_token(token), at=NOON + INSTANT)
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.confirmed_at) == (State.CONFIRMED, NOON + INSTANT)
    event = AuditEvent.objects.get(pk=endorsement.explained_by)
    assert (event.verb, event.actor_kind, event.at) == ("confirm", "contact", NOON + INSTANT)


def test_the_code_confirms_too(appeal: Appeal) -> None:
    endorsement, _ = factories.submitted(appeal)
    code = mails()[0][2]["code"].lower().replace("-", " ")
    assert confirm(hash_code(code), at=NOON) == endorsement


def test_finding_the_waiting_forms_changes_nothing(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    events = AuditEvent.objects.count()
    assert find_waiting_forms(hash_confirm_token(token), at=NOON).forms == [endorsement]
    endorsement.refresh_from_db()
    assert (endorsement.state, AuditEvent.objects.count()) == (State.SUBMITTED, events)


def test_confirming_again_changes_nothing(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    confirm(hash_confirm_token(token), at=NOON)
    events = AuditEvent.objects.count()
    assert confirm(hash_confirm_token(token), at=NOON + timedelta(days=1)) == endorsement
    endorsement.refresh_from_db()
    assert (endorsement.confirmed_at, AuditEvent.objects.count()) == (NOON, events)


def test_confirming_after_a_decision_does_not_undo_it(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    decisions.reject(endorsement.pk, by=MODERATOR, at=NOON)
    assert confirm(hash_confirm_token(token), at=NOON).state == State.REJECTED


@pytest.mark.parametrize("action", [find_waiting_forms, confirm, disown, disown_all])
def test_a_link_expires_after_seven_days(appeal: Appeal, action: object) -> None:
    _, token = factories.submitted(appeal)
    assert find_waiting_forms(hash_confirm_token(token), at=NOON + WEEK - INSTANT)
    assert callable(action)
    with pytest.raises(NoSuchLink):
        action(hash_confirm_token(token), at=NOON + WEEK)


@pytest.mark.django_db
@pytest.mark.parametrize("action", [find_waiting_forms, confirm, disown, disown_all])
def test_a_made_up_link_opens_nothing(action: object) -> None:
    assert callable(action)
    with pytest.raises(NoSuchLink):
        action(hash_confirm_token(generate_token()), at=NOON)


def test_a_link_for_another_purpose_opens_nothing(appeal: Appeal) -> None:
    _, token = factories.submitted(appeal)
    with pytest.raises(NoSuchLink):
        confirm(hash_token(token, "own_page"), at=NOON)
    with pytest.raises(NoSuchLink):
        resolve_link(hash_confirm_token(token), at=NOON)


def test_a_form_sent_before_closing_may_be_confirmed_within_a_day_after_it(appeal: Appeal) -> None:
    (_, first), (_, second) = factories.submitted(appeal), factories.submitted(appeal)
    Appeal.objects.filter(pk=appeal.pk).update(closes_at=NOON + INSTANT)
    assert confirm(hash_confirm_token(first), at=NOON + INSTANT + CONFIRMATION_GRACE - INSTANT).state == State.CONFIRMED
    with pytest.raises(NotOpen):
        confirm(hash_confirm_token(second), at=NOON + INSTANT + CONFIRMATION_GRACE)
    assert Endorsement.objects.filter(state=State.SUBMITTED).count() == 1


def test_confirming_one_form_erases_the_others_with_everything_that_belongs_to_them(appeal: Appeal) -> None:
    link, first, second = submit_two_forms(appeal)
    factories.submitted(appeal)
    confirmed = confirm(link, form=second, code_digest=factories.a_code_digest(), at=NOON)
    assert confirmed.website == "https://fund.example"
    assert Endorsement.objects.filter(origin="form").count() == 2, "another organisation's form is kept"
    assert Contact.objects.count() == 2
    assert [message for message, _, _ in mails()] == ["confirm_mailbox", "own_page"], "the first is not true now"
    assert PrivateLink.objects.exclude(purpose="own_page").count() == 5, (
        "two to confirm, one to leave; two of the other"
    )
    assert AuditEvent.objects.get(verb="erase").reason == "superseded"
    with pytest.raises(NoSuchLink):
        confirm(link, form=first, at=NOON)


def test_a_code_that_was_shown_works_also_where_a_twin_is_active_or_the_button_is_pressed_again(appeal: Appeal) -> None:
    link, first, second = submit_two_forms(appeal)
    waiting = Endorsement.objects.get(website="https://fund.example")
    Endorsement.objects.filter(pk=waiting.pk).update(name_index="kept apart for a moment")
    codes = [factories.a_code_digest() for _ in range(3)]
    active = confirm(link, form=first, code_digest=codes[0], at=NOON)
    Endorsement.objects.filter(pk=waiting.pk).update(name_index=active.name_index)
    confirm(link, form=second, code_digest=codes[1], at=NOON)
    confirm(link, form=first, code_digest=codes[2], at=NOON)
    shown = PrivateLink.objects.filter(purpose="removal_code", endorsement=active)
    assert set(shown.values_list("digest", flat=True)) == set(codes)


def test_a_form_sent_while_another_is_active_is_erased(appeal: Appeal) -> None:
    link, first, second = submit_two_forms(appeal)
    waiting = Endorsement.objects.get(website="https://fund.example")
    Endorsement.objects.filter(pk=waiting.pk).update(name_index="kept apart for a moment")
    active = confirm(link, form=first, at=NOON)
    Endorsement.objects.filter(pk=waiting.pk).update(name_index=active.name_index)
    assert confirm(link, form=second, at=NOON) == active
    assert list(Endorsement.objects.filter(origin="form")) == [active]


def test_an_endorsement_erased_between_lookup_and_lock_is_not_confirmed(
    appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    endorsement, token = factories.submitted(appeal)
    Endorsement.objects.filter(pk=endorsement.pk).delete()
    monkeypatch.setattr(confirmation, "_choose_form", lambda digest, form, at: endorsement)
    with pytest.raises(NoSuchLink):
        confirm(hash_confirm_token(token), at=NOON)


def test_disowning_erases_everything_but_the_audit_events(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    disown(hash_confirm_token(token), at=NOON)
    assert not Endorsement.objects.filter(origin="form").exists()
    for table in (Contact, PrivateLink, OutgoingMail):
        assert not table._default_manager.exists(), "nothing has left yet"
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.reason, event.actor_kind) == ("erase", "not_me", "contact")
    assert event.subject_id == endorsement.pk
    with pytest.raises(NoSuchLink):
        disown(hash_confirm_token(token), at=NOON)


def test_a_confirmed_endorsement_cannot_be_disowned(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    confirm(hash_confirm_token(token), at=NOON)
    with pytest.raises(NoSuchLink):
        disown(hash_confirm_token(token), at=NOON)
    assert Endorsement.objects.filter(pk=endorsement.pk, state=State.CONFIRMED).exists()


def test_a_mailbox_is_confirmed_for_one_organisation_and_not_for_its_others(appeal: Appeal) -> None:
    first, token = factories.submitted(appeal, contact_email="asel@fund.example")
    submit(appeal, a_submission(contact_email="asel@fund.example"), at=NOON)
    with pytest.raises(ChoiceRequired):
        confirm(hash_confirm_token(token), at=NOON)
    with pytest.raises(ChoiceRequired):
        disown(hash_confirm_token(token), at=NOON)
    assert not Endorsement.objects.filter(origin="form", confirmed_at__isnull=False).exists()
    confirm(hash_confirm_token(token), form=first.fingerprint, at=NOON)
    assert Endorsement.objects.filter(origin="form", confirmed_at=F("submitted_at")).count() == 1
    assert Endorsement.objects.filter(state=State.SUBMITTED).count() == 1


def test_a_link_opens_only_the_forms_of_its_mailbox(appeal: Appeal) -> None:
    mine, token = factories.submitted(appeal)
    other, _ = factories.submitted(appeal)
    for action in (confirm, disown):
        with pytest.raises(NoSuchLink):
            action(hash_confirm_token(token), form=other.fingerprint, at=NOON)
    assert find_waiting_forms(hash_confirm_token(token), at=NOON).forms == [mine]


def test_an_earlier_link_opens_later_forms_too(appeal: Appeal) -> None:
    _, token = factories.submitted(appeal, contact_email="asel@fund.example")
    later = submit(appeal, a_submission(contact_email="asel@fund.example"), at=NOON + WEEK / 2)
    confirmed = confirm(hash_confirm_token(token), form=later, at=NOON + WEEK / 2)
    assert (confirmed.fingerprint, confirmed.state) == (later, State.CONFIRMED)


def test_disowning_all_erases_only_waiting_forms(appeal: Appeal) -> None:
    confirmed = factories.confirmed(appeal, contact_email="asel@fund.example")
    for _ in range(3):
        submit(appeal, a_submission(contact_email="asel@fund.example"), at=NOON)
    token = token_in(mails()[-1][2])
    later = factories.submitted(appeal, contact_email="asel@fund.example", at=NOON + INSTANT)[0]
    assert disown_all(hash_confirm_token(token), at=NOON, most=2), "one is left"
    assert Endorsement.objects.filter(origin="form").count() == 3
    assert not disown_all(hash_confirm_token(token), at=NOON, most=2)
    assert list(Endorsement.objects.filter(origin="form").order_by("pk")) == [confirmed, later]
    assert not disown_all(hash_confirm_token(token), at=NOON)


@pytest.mark.parametrize("ended", [State.REJECTED, State.WITHDRAWN])
def test_the_same_form_again_after_it_was_ended_is_the_one_confirmed(appeal: Appeal, ended: State) -> None:
    """Its fingerprint is that of the earlier one, which must not be taken for it."""
    submission = a_submission()
    before = factories.confirmed(appeal, **vars(submission))
    if ended == State.REJECTED:
        decisions.reject(before.pk, reason="other", by=MODERATOR, at=NOON)
    else:
        withdrawal.end_by_contact(before, at=NOON)
    OutgoingMail.objects.all().delete()
    form = submit(appeal, submission, at=NOON)
    token = token_in(mails()[-1][2])
    code = factories.a_code_digest()
    confirmed = confirm(hash_confirm_token(token), form=form, code_digest=code, at=NOON)
    assert (confirmed.pk > before.pk, confirmed.state) == (True, State.CONFIRMED)
    assert PrivateLink.objects.get(digest=code).endorsement == confirmed


def test_one_form_sent_to_two_appeals_is_two_forms(appeal: Appeal) -> None:
    second, submission = factories.an_appeal("second"), a_submission()
    forms = [submit(one, submission, at=NOON) for one in (appeal, second)]
    token = token_in(mails()[-1][2])
    disown(hash_confirm_token(token), form=forms[1], at=NOON)
    assert [one.appeal for one in Endorsement.objects.filter(origin="form")] == [appeal]


def test_an_entered_endorsement_and_a_form_have_separate_links(appeal: Appeal) -> None:
    entered = factories.entered(appeal, Origin.EMAIL, contact_email="asel@fund.example")
    of_form, token = factories.submitted(appeal, contact_email="asel@fund.example")
    assert find_waiting_forms(hash_confirm_token(token), at=NOON).forms == [of_form]
    mailed = next(content for message, _, content in mails() if message == "entered")
    assert find_waiting_forms(hash_confirm_token(token_in(mailed)), at=NOON).forms == [entered]
