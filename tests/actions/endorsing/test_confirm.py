"""A mailbox is proven by its link or its code, or the person says that it wasn't them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import F

from petition.actions.endorsing import confirmation
from petition.actions.endorsing.confirmation import ChooseOne, confirm, disown, disown_all, waiting_behind
from petition.actions.intake.accept import NotOpen, submit
from petition.actions.moderation import decisions
from petition.actions.self_service.private_links import NoSuchLink, behind
from petition.models import Appeal, AuditEvent, Contact, Endorsement, Origin, OutgoingMail, PrivateLink, Purpose, State
from petition.models.appeals import GRACE
from petition.security.tokens import digest_of_code, digest_of_token, new_token
from tests import factories
from tests.factories import MODERATOR, NOON, a_submission, mails, token_in

INSTANT = timedelta(microseconds=1)
WEEK = timedelta(days=7)


def digest_of(token: str) -> str:
    return digest_of_token(token, Purpose.CONFIRM)


def two_tries(appeal: Appeal) -> tuple[str, str, str]:
    """Two posts of one organisation that differ: the digest of the mailed link, and the fingerprint of each."""
    submission = a_submission()
    first, second = (
        submit(appeal, replace(submission, website=website), at=NOON) for website in ("", "https://fund.example")
    )
    ((_, _, content),) = mails()
    return digest_of(token_in(content)), first, second


def test_the_link_proves_the_mailbox_and_the_endorsement_waits_for_a_moderator(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    confirm(digest_of(token), at=NOON + INSTANT)
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.confirmed_at) == (State.CONFIRMED, NOON + INSTANT)
    event = AuditEvent.objects.get(pk=endorsement.explained_by)
    assert (event.verb, event.actor_kind, event.at) == ("confirm", "contact", NOON + INSTANT)


def test_the_code_proves_it_too(appeal: Appeal) -> None:
    endorsement, _ = factories.submitted(appeal)
    code = mails()[0][2]["code"].lower().replace("-", " ")
    assert confirm(digest_of_code(code), at=NOON).endorsement == endorsement


def test_looking_behind_a_link_changes_nothing(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    events = AuditEvent.objects.count()
    assert waiting_behind(digest_of(token), at=NOON).forms == [endorsement]
    endorsement.refresh_from_db()
    assert (endorsement.state, AuditEvent.objects.count()) == (State.SUBMITTED, events)


def test_confirming_again_changes_nothing(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    confirm(digest_of(token), at=NOON)
    events = AuditEvent.objects.count()
    assert confirm(digest_of(token), at=NOON + timedelta(days=1)).endorsement == endorsement
    endorsement.refresh_from_db()
    assert (endorsement.confirmed_at, AuditEvent.objects.count()) == (NOON, events)


def test_confirming_after_a_decision_does_not_undo_it(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    decisions.reject(endorsement.pk, by=MODERATOR, at=NOON)
    assert confirm(digest_of(token), at=NOON).endorsement.state == State.REJECTED


@pytest.mark.parametrize("deed", [waiting_behind, confirm, disown, disown_all])
def test_a_link_is_dead_after_seven_days(appeal: Appeal, deed: object) -> None:
    _, token = factories.submitted(appeal)
    assert waiting_behind(digest_of(token), at=NOON + WEEK - INSTANT)
    assert callable(deed)
    with pytest.raises(NoSuchLink):
        deed(digest_of(token), at=NOON + WEEK)


@pytest.mark.django_db
@pytest.mark.parametrize("deed", [waiting_behind, confirm, disown, disown_all])
def test_a_made_up_link_opens_nothing(deed: object) -> None:
    assert callable(deed)
    with pytest.raises(NoSuchLink):
        deed(digest_of(new_token()), at=NOON)


def test_a_link_for_another_purpose_opens_nothing(appeal: Appeal) -> None:
    _, token = factories.submitted(appeal)
    with pytest.raises(NoSuchLink):
        confirm(digest_of_token(token, "own_page"), at=NOON)
    with pytest.raises(NoSuchLink):
        behind(digest_of(token), at=NOON)


def test_who_posted_before_the_closing_confirms_within_a_day_after_it(appeal: Appeal) -> None:
    (_, first), (_, second) = factories.submitted(appeal), factories.submitted(appeal)
    Appeal.objects.filter(pk=appeal.pk).update(closes_at=NOON + INSTANT)
    assert confirm(digest_of(first), at=NOON + INSTANT + GRACE - INSTANT).endorsement.state == State.CONFIRMED
    with pytest.raises(NotOpen):
        confirm(digest_of(second), at=NOON + INSTANT + GRACE)
    assert Endorsement.objects.filter(state=State.SUBMITTED).count() == 1


def test_confirming_one_try_erases_the_others_with_all_that_hangs_on_them(appeal: Appeal) -> None:
    link, first, second = two_tries(appeal)
    factories.submitted(appeal)
    confirmed = confirm(link, form=second, at=NOON).endorsement
    assert confirmed.website == "https://fund.example"
    assert Endorsement.objects.filter(origin="form").count() == 2, "another organisation's post is left alone"
    assert Contact.objects.count() == 2
    assert [message for message, _, _ in mails()] == ["confirm_mailbox", "own_page"], "the first is not true now"
    assert PrivateLink.objects.exclude(purpose="own_page").count() == 5, (
        "two to confirm, one to leave; two of the other"
    )
    assert AuditEvent.objects.get(verb="erase").reason == "superseded"
    with pytest.raises(NoSuchLink):
        confirm(link, form=first, at=NOON)


def test_a_try_that_comes_after_another_is_active_gives_way_to_it(appeal: Appeal) -> None:
    link, first, second = two_tries(appeal)
    waiting = Endorsement.objects.get(website="https://fund.example")
    Endorsement.objects.filter(pk=waiting.pk).update(name_index="kept apart for a moment")
    active = confirm(link, form=first, at=NOON).endorsement
    Endorsement.objects.filter(pk=waiting.pk).update(name_index=active.name_index)
    assert confirm(link, form=second, at=NOON).endorsement == active
    assert list(Endorsement.objects.filter(origin="form")) == [active]


def test_an_endorsement_erased_between_link_and_lock_is_gone(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    endorsement, token = factories.submitted(appeal)
    Endorsement.objects.filter(pk=endorsement.pk).delete()
    monkeypatch.setattr(confirmation, "_chosen", lambda digest, form, at: endorsement)
    with pytest.raises(NoSuchLink):
        confirm(digest_of(token), at=NOON)


def test_it_was_not_me_erases_everything_but_the_number_in_the_trail(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    disown(digest_of(token), at=NOON)
    assert not Endorsement.objects.filter(origin="form").exists()
    for table in (Contact, PrivateLink, OutgoingMail):
        assert not table._default_manager.exists(), "nothing has left yet"
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.reason, event.actor_kind) == ("erase", "not_me", "contact")
    assert event.subject_id == endorsement.pk
    with pytest.raises(NoSuchLink):
        disown(digest_of(token), at=NOON)


def test_what_was_confirmed_cannot_be_disowned(appeal: Appeal) -> None:
    endorsement, token = factories.submitted(appeal)
    confirm(digest_of(token), at=NOON)
    with pytest.raises(NoSuchLink):
        disown(digest_of(token), at=NOON)
    assert Endorsement.objects.filter(pk=endorsement.pk, state=State.CONFIRMED).exists()


def test_a_mailbox_is_confirmed_for_one_organisation_and_not_for_its_others(appeal: Appeal) -> None:
    first, token = factories.submitted(appeal, contact_email="asel@fund.example")
    submit(appeal, a_submission(contact_email="asel@fund.example"), at=NOON)
    with pytest.raises(ChooseOne):
        confirm(digest_of(token), at=NOON)
    with pytest.raises(ChooseOne):
        disown(digest_of(token), at=NOON)
    assert not Endorsement.objects.filter(origin="form", confirmed_at__isnull=False).exists()
    confirm(digest_of(token), form=first.fingerprint, at=NOON)
    assert Endorsement.objects.filter(origin="form", confirmed_at=F("submitted_at")).count() == 1
    assert Endorsement.objects.filter(state=State.SUBMITTED).count() == 1


def test_a_mailbox_opens_its_own_forms_and_nobody_elses(appeal: Appeal) -> None:
    mine, token = factories.submitted(appeal)
    other, _ = factories.submitted(appeal)
    for deed in (confirm, disown):
        with pytest.raises(NoSuchLink):
            deed(digest_of(token), form=other.fingerprint, at=NOON)
    assert waiting_behind(digest_of(token), at=NOON).forms == [mine]


def test_a_link_that_was_mailed_before_opens_later_forms_as_well(appeal: Appeal) -> None:
    _, token = factories.submitted(appeal, contact_email="asel@fund.example")
    later = submit(appeal, a_submission(contact_email="asel@fund.example"), at=NOON + WEEK / 2)
    confirmed = confirm(digest_of(token), form=later, at=NOON + WEEK / 2).endorsement
    assert (confirmed.fingerprint, confirmed.state) == (later, State.CONFIRMED)


def test_none_of_them_was_mine_erases_all_that_wait_and_no_other(appeal: Appeal) -> None:
    confirmed = factories.confirmed(appeal, contact_email="asel@fund.example")
    for _ in range(3):
        submit(appeal, a_submission(contact_email="asel@fund.example"), at=NOON)
    token = token_in(mails()[-1][2])
    assert disown_all(digest_of(token), at=NOON) == 3
    assert list(Endorsement.objects.filter(origin="form")) == [confirmed]
    assert disown_all(digest_of(token), at=NOON) == 0


def test_the_secretariats_request_and_a_form_have_links_of_their_own(appeal: Appeal) -> None:
    entered = factories.entered(appeal, Origin.EMAIL, contact_email="asel@fund.example")
    of_form, token = factories.submitted(appeal, contact_email="asel@fund.example")
    assert waiting_behind(digest_of(token), at=NOON).forms == [of_form]
    mailed = next(content for message, _, content in mails() if message == "entered")
    assert waiting_behind(digest_of(token_in(mailed)), at=NOON).forms == [entered]
