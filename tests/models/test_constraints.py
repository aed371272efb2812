"""Every named constraint refuses what it should, also to plain SQL."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, models, transaction

from petition.actions.audit import OPERATOR
from petition.actions.self_service import private_links
from petition.actions.staff import accounts
from petition.mail import outbox
from petition.models import (
    Alert,
    Appeal,
    Comparison,
    Dispute,
    Endorsement,
    Flag,
    FlagCode,
    IntakeRow,
    Invitation,
    KnownOrganisation,
    OutgoingMail,
    PrivateLink,
    Reason,
    Removal,
    RoleProposal,
    SiteState,
    Spelling,
    State,
    TextProposal,
)
from petition.models.intake import BLOCK_BYTES, MOST_BYTES, OVERHEAD_BYTES
from petition.models.signatories import PRINTED_FIELDS, Signatory
from tests import factories
from tests.factories import NOON, SLUG
from tests.models.rows import (
    SHA256,
    WITHOUT_CLEAR_NAME,
    a_batch,
    a_change,
    a_correction,
    a_demand,
    a_draft,
    a_mail_paragraph,
    a_notice,
    a_question,
    a_signatory,
    a_timeline_entry,
    an_appeal_draft,
    an_edition,
    an_import,
    an_upload,
    an_upload_row,
    create_in_state,
    get_contact,
    hide_signatory,
    update_row,
    update_signatory,
    update_with_event,
)

pytestmark = pytest.mark.both_databases

Violation = Callable[[Appeal], object]


def _confirmed(**columns: object) -> Violation:
    return lambda appeal: update_row(factories.confirmed(appeal), **columns)


def _withheld(**columns: object) -> Violation:
    return lambda appeal: update_row(factories.approved(appeal, display="withheld"), **columns)


def _quarantined(**columns: object) -> Violation:
    def write(appeal: Appeal) -> None:
        row = factories.confirmed(appeal)
        update_with_event(row, quarantined_at=NOON, quarantined_for="moderator")
        update_row(row, **columns)

    return write


def _same_active(appeal: Appeal) -> None:
    first, second = factories.confirmed(appeal), factories.confirmed(appeal)
    update_row(second, mailbox_index=first.mailbox_index, name_index=first.name_index)


def _same_post(appeal: Appeal) -> None:
    (first, _), (second, _) = factories.submitted(appeal), factories.submitted(appeal)
    update_row(second, fingerprint=first.fingerprint)


def _mail(**columns: object) -> Violation:
    def write(appeal: Appeal) -> None:
        factories.submitted(appeal)
        update_row(OutgoingMail.objects.get(), **columns)

    return write


def _link(**columns: object) -> Violation:
    def write(appeal: Appeal) -> None:
        private_links.create_own_page_link(factories.confirmed(appeal))
        update_row(PrivateLink.objects.filter(purpose="own_page").latest("pk"), **columns)

    return write


def _waiting_mail() -> OutgoingMail:
    return outbox.queue_mail("confirm_mailbox", address="a", content={}, language="en", mailbox_index="a", at=NOON)


def _intake(**columns: object) -> Violation:
    plain: dict[str, object] = {"appeal": 1, "key_id": "00000000", "box": b"x" * (BLOCK_BYTES + OVERHEAD_BYTES)}
    return lambda _: IntakeRow.objects.create(**(plain | columns))


def _withdrawn(**columns: object) -> Violation:
    return lambda appeal: update_with_event(create_in_state(appeal, State.WITHDRAWN), **columns)


def _withdraw_at_once(**columns: object) -> Violation:
    """Withdraw by one UPDATE an endorsement whose name is encrypted, but set `columns`."""
    withdrawn = {"state": "withdrawn", "decided_at": None, "withdrawn_at": NOON}
    return lambda appeal: update_with_event(factories.approved(appeal, display="withheld"), **(withdrawn | columns))


def _a_dispute(appeal: Appeal, **columns: str) -> Dispute:
    return Dispute.objects.create(appeal=appeal, sealed_message="sealed", raised_at=NOON, **columns)


def _a_removal(**columns: str) -> Removal:
    return Removal.objects.create(appeal=SLUG, endorsement=1, submitted_at=NOON, at=NOON, **columns)


def _hidden(**columns: object) -> Violation:
    return lambda appeal: hide_signatory(Signatory.objects.get(number=1), **columns)


def _spelling(**columns: str) -> Violation:
    columns = {"sealed_before": "sealed", "sealed_after": "sealed"} | columns
    return lambda appeal: Spelling.objects.create(endorsement=factories.confirmed(appeal), changed_at=NOON, **columns)


def _invite() -> Invitation:
    accounts.invite("guest", "guest@desk.example", [], language="en", by=OPERATOR, at=NOON)
    return Invitation.objects.get()


def _propose(account: User, role: str = "editor") -> None:
    RoleProposal.objects.create(account=account, role=role, proposed_by=1, proposed_at=NOON)


def _propose_twice() -> None:
    account = _invite().account
    _propose(account)
    _propose(account)


def _a_text(appeal: Appeal, source: str = "made up") -> TextProposal:
    plain = {"language": "ru", "dated": NOON, "proposed_by": 1, "proposed_at": NOON}
    return TextProposal.objects.create(appeal=appeal, source=source, **plain)


def _compare(*, backwards: bool = False, times: int = 1) -> Violation:
    def write(appeal: Appeal) -> None:
        pair = sorted((factories.confirmed(appeal).pk, factories.confirmed(appeal).pk), reverse=backwards)
        for _again in range(times):
            Comparison.objects.create(first_id=pair[0], second_id=pair[1], verdict="same", said_at=NOON)

    return write


def _known(times: int = 1, **columns: str) -> Violation:
    plain = {"name": "Made-up Fund", "domain_index": "hashed"} | columns
    return lambda _: [KnownOrganisation.objects.create(**plain) for _again in range(times)]


def _flag(code: str, times: int = 1) -> Violation:
    def write(appeal: Appeal) -> None:
        endorsement = factories.confirmed(appeal)
        for _again in range(times):
            Flag.objects.create(endorsement=endorsement, code=code)

    return write


VIOLATIONS: list[tuple[str, Violation]] = [
    ("appeal_has_slug", lambda appeal: update_row(appeal, slug="")),
    ("appeal_opens_before_it_closes", lambda appeal: update_row(appeal, opens_at=NOON, closes_at=NOON)),
    ("alert_once_a_day", lambda _: [Alert.objects.create(kind="digest", day=NOON) for _again in range(2)]),
    ("invitation_is_hashed", lambda _: update_row(_invite(), digest="A" * 64)),
    ("role_proposed_once", lambda _: _propose_twice()),
    ("role_proposed_known", lambda _: _propose(_invite().account, role="owner")),
    ("text_proposed_once", lambda appeal: [_a_text(appeal) for _again in range(2)]),
    ("text_proposal_has_source", lambda appeal: _a_text(appeal, source="")),
    ("text_version_once", lambda appeal: a_draft(appeal, language="en")),
    ("text_has_title", lambda appeal: a_draft(appeal, title="")),
    ("text_has_sha256", lambda appeal: a_draft(appeal, sha256="A" * 64)),
    ("text_status_known", lambda appeal: a_draft(appeal, status="draft")),
    ("demand_number_once", lambda appeal: [a_demand(text) for text in [a_draft(appeal)] * 2]),
    ("demand_has_number_and_body", lambda appeal: a_demand(a_draft(appeal), number=0)),
    ("demand_has_number_and_body", lambda appeal: a_demand(a_draft(appeal), body="")),
    ("signatory_number_once", lambda appeal: a_signatory(appeal, kind="original", number=35)),
    ("signatory_number_kind_status_known", lambda appeal: a_signatory(appeal, number=0)),
    ("signatory_number_kind_status_known", lambda appeal: a_signatory(appeal, kind="late")),
    ("signatory_hidden_has_nothing_printed", lambda appeal: a_signatory(appeal, label="")),
    ("signatory_hidden_has_nothing_printed", lambda appeal: a_signatory(appeal, name="")),
    ("signatory_hidden_has_nothing_printed", lambda appeal: a_signatory(appeal, listed_on=None)),
    *(
        ("signatory_hidden_has_nothing_printed", _hidden(**{field: "left"}))
        for field in PRINTED_FIELDS
        if field != "note"
    ),
    ("signatory_hidden_has_nothing_printed", _hidden(note="left", noted_on=NOON.date())),
    ("signatory_hidden_has_nothing_printed", _hidden(member=True)),
    ("signatory_hidden_has_nothing_printed", _hidden(listed_on=NOON.date())),
    ("change_what_known", lambda appeal: a_change(a_signatory(appeal), what="everything")),
    (
        "change_of_a_note_has_no_old_line",
        lambda appeal: a_change(a_signatory(appeal), what="note", old_label="Made-up"),
    ),
    ("endorsement_one_active", _same_active),
    ("endorsement_identical_posts_are_one", _same_post),
    (
        "endorsement_words_known",
        lambda appeal: update_with_event(factories.confirmed(appeal, display="withheld"), display="shown"),
    ),
    ("endorsement_decided_at", _confirmed(decided_at=NOON)),
    ("endorsement_decided_at", _withheld(decided_at=None)),
    ("endorsement_returned_at", _confirmed(returned_at=NOON)),
    ("endorsement_withdrawn_at", _confirmed(withdrawn_at=NOON)),
    ("endorsement_confirmed_at", _confirmed(confirmed_at=None)),
    ("endorsement_confirmed_at", lambda appeal: update_row(factories.submitted(appeal)[0], confirmed_at=NOON)),
    ("endorsement_named_has_signatory", lambda appeal: update_row(factories.approved(appeal), signatory=None)),
    ("endorsement_name_is_always_encrypted", _confirmed(sealed_name="")),
    ("endorsement_name_is_always_encrypted", _withheld(sealed_name="")),
    ("endorsement_unpublished_is_encrypted", _confirmed(organisation_name="")),
    *(("endorsement_unpublished_is_encrypted", _withheld(**{field: "left"})) for field in WITHOUT_CLEAR_NAME),
    ("endorsement_unpublished_is_encrypted", _withdraw_at_once(organisation_name="left")),
    (
        "endorsement_unpublished_is_encrypted",
        lambda appeal: update_with_event(factories.confirmed(appeal), display="withheld"),
    ),
    (
        "endorsement_unpublished_is_encrypted",
        lambda appeal: update_with_event(factories.confirmed(appeal), withdrawal_due_at=NOON),
    ),
    (
        "endorsement_unpublished_is_encrypted",
        lambda appeal: update_with_event(factories.confirmed(appeal), state="withdrawn", withdrawn_at=NOON),
    ),
    ("endorsement_listed_has_a_name", lambda appeal: update_row(factories.approved(appeal), **WITHOUT_CLEAR_NAME)),
    ("endorsement_being_withdrawn_is_not_final", _withheld(sealed_listing="sealed")),
    ("endorsement_being_withdrawn_is_not_final", _withdrawn(withdrawal_due_at=NOON)),
    ("endorsement_being_withdrawn_is_not_final", _withdraw_at_once(sealed_listing="sealed")),
    ("endorsement_form_has_mailbox_and_consent", _confirmed(mailbox_index="")),
    ("endorsement_form_has_mailbox_and_consent", _confirmed(fingerprint="")),
    ("endorsement_form_has_mailbox_and_consent", _confirmed(authority_at=None)),
    ("endorsement_form_has_mailbox_and_consent", _confirmed(consent_processing_at=None)),
    ("endorsement_form_has_mailbox_and_consent", lambda appeal: an_import(appeal, mailbox_index="known")),
    ("endorsement_named_has_consent", _confirmed(consent_publication_at=None)),
    ("contact_is_sealed_or_absent", lambda appeal: update_row(_contact(appeal), sealed_person="")),
    ("contact_is_sealed_or_absent", lambda appeal: update_row(_contact(appeal), sealed_mailbox="")),
    ("dispute_claim_known", lambda appeal: _a_dispute(appeal, claim="x")),
    ("removal_kind_known", lambda appeal: _a_removal(kind="x")),
    ("link_is_hashed", _link(digest="the token itself")),
    ("link_purpose_known", _link(purpose="anything")),
    ("mail_has_one_end", _mail(sent_at=NOON, failed_at=NOON, sealed_address="", sealed_content="")),
    ("mail_has_one_end", _mail(sent_at=NOON, dropped_at=NOON, sealed_address="", sealed_content="")),
    ("mail_bounced_was_sent", _mail(bounced_at=NOON)),
    ("mail_one_waits_for_mailbox", lambda appeal: [_waiting_mail() for _ in range(2)]),
    ("mail_forgets_address_when_done", _mail(dropped_at=NOON, sealed_content="")),
    ("link_opens_one_thing", _link(endorsement=None)),
    ("link_opens_one_thing", _link(mailbox_index="a" * 64)),
    ("link_opens_one_thing", _link(endorsement=None, mailbox_index="a" * 64, purpose="own_page")),
    ("mail_forgets_address_when_done", _mail(sent_at=NOON, sealed_content="")),
    ("mail_forgets_address_when_done", _mail(failed_at=NOON, sealed_address="")),
    ("mail_forgets_address_when_done", _mail(sealed_address="")),
    ("signatory_note_is_dated", lambda appeal: update_signatory(Signatory.objects.get(number=1), note="A note")),
    ("signatory_note_is_dated", lambda appeal: update_signatory(Signatory.objects.get(number=1), noted_on=NOON.date())),
    ("correction_one_at_a_time", lambda appeal: [a_correction(row) for row in [factories.confirmed(appeal)] * 2]),
    ("correction_forgotten_when_decided", lambda appeal: a_correction(factories.confirmed(appeal), decided_at=NOON)),
    ("correction_forgotten_when_decided", lambda appeal: a_correction(factories.confirmed(appeal), state="accepted")),
    ("correction_forgotten_when_decided", lambda appeal: a_correction(factories.confirmed(appeal), sealed_proposal="")),
    ("question_one_at_a_time", lambda appeal: [a_question(row) for row in [factories.confirmed(appeal)] * 2]),
    ("question_has_words", lambda appeal: a_question(factories.confirmed(appeal), body="")),
    ("spelling_is_sealed", _spelling(sealed_before="")),
    ("spelling_is_sealed", _spelling(sealed_after="")),
    ("reason_has_code", lambda appeal: Reason.objects.create(code="")),
    ("dispute_has_words", lambda appeal: Dispute.objects.create(appeal=appeal, sealed_message="", raised_at=NOON)),
    (
        "dispute_about_known",
        lambda appeal: Dispute.objects.create(appeal=appeal, about="x", sealed_message="x", raised_at=NOON),
    ),
    ("notice_one_per_language", lambda appeal: [a_notice(row) for row in [appeal] * 2]),
    ("mail_paragraph_one_per_language", lambda _appeal: [a_mail_paragraph() for _time in range(2)]),
    ("mail_paragraph_has_words", lambda _appeal: a_mail_paragraph(words="")),
    ("edition_one_a_day", lambda appeal: [an_edition(row) for row in [appeal] * 2]),
    ("edition_has_addressee", lambda appeal: an_edition(appeal, addressee="")),
    ("notice_has_words", lambda appeal: a_notice(appeal, paragraphs=[])),
    ("endorsement_quarantined_while_undecided", _confirmed(quarantined_at=NOON)),
    ("endorsement_quarantined_while_undecided", _quarantined(quarantined_at=None)),
    ("endorsement_quarantined_while_undecided", _withheld(quarantined_at=NOON)),
    ("batch_words_known", lambda appeal: a_batch(deed="erase")),
    ("batch_words_known", lambda appeal: a_batch(state="forgotten", carried_out_by=1, carried_out_at=NOON)),
    ("batch_carried_out_by_somebody", lambda appeal: a_batch(state="running")),
    ("batch_carried_out_by_somebody", lambda appeal: a_batch(carried_out_at=NOON, carried_out_by=1)),
    ("batch_part_once", lambda appeal: a_batch(*[factories.confirmed(appeal)] * 2)),
    ("batch_part_outcome_known", lambda appeal: update_row(_part(appeal), outcome="lost")),
    ("draft_slug_once", lambda _: [an_appeal_draft() for _time in range(2)]),
    (
        "draft_link_once",
        lambda _: [an_appeal_draft(slug=slug, locked_at=NOON, sha256=SHA256, link_digest="same") for slug in "ab"],
    ),
    ("draft_has_slug_and_source", lambda _: an_appeal_draft(slug="")),
    ("draft_has_slug_and_source", lambda _: an_appeal_draft(source="")),
    ("draft_locked_has_sha256", lambda _: an_appeal_draft(locked_at=NOON)),
    ("draft_locked_has_sha256", lambda _: an_appeal_draft(sha256=SHA256)),
    ("draft_locked_has_sha256", lambda _: an_appeal_draft(link_digest="open")),
    ("draft_locked_has_sha256", lambda _: an_appeal_draft(proposed_by=1)),
    ("draft_changed_after_creation", lambda _: an_appeal_draft(changed_at=NOON - timedelta(days=1))),
    ("timeline_kind_known", lambda appeal: a_timeline_entry(appeal, kind="rumour")),
    ("timeline_text_once", lambda appeal: a_timeline_entry(appeal).texts.create(language="en", body="Twice.")),
    ("timeline_text_has_words", lambda appeal: a_timeline_entry(appeal).texts.create(language="ru", body="")),
    ("upload_has_origin_and_note", lambda appeal: an_upload(appeal, origin="form")),
    ("upload_has_origin_and_note", lambda appeal: update_row(an_upload(appeal), sealed_note="")),
    ("upload_started_by_somebody", lambda appeal: an_upload(appeal, started_at=NOON)),
    ("upload_started_by_somebody", lambda appeal: an_upload(appeal, started_by=1)),
    ("bulk_row_once", lambda appeal: [an_upload_row(upload) for upload in [an_upload(appeal)] * 2]),
    ("bulk_row_is_sealed_until_added", lambda appeal: update_row(_upload_row(appeal), sealed_fields="")),
    ("bulk_row_is_sealed_until_added", lambda appeal: update_row(_upload_row(appeal), outcome="entered")),
    ("bulk_row_is_sealed_until_added", lambda appeal: update_row(_upload_row(appeal), outcome="lost")),
    ("comparison_once", _compare(times=2)),
    ("comparison_in_order", _compare(backwards=True)),
    ("known_once", _known(times=2)),
    ("known_has_name_and_domain", _known(name="")),
    ("known_has_name_and_domain", _known(domain_index="")),
    ("flag_once", _flag(FlagCode.values[0], times=2)),
    ("flag_known", _flag("made_up")),
    ("intake_flags_known", _intake(flags=-1)),
    ("intake_flags_known", _intake(flags=8)),
    ("intake_box_has_a_size", _intake(box=b"")),
    ("intake_box_has_a_size", _intake(box=b"x" * OVERHEAD_BYTES)),
    ("intake_box_has_a_size", _intake(box=b"x" * (BLOCK_BYTES + OVERHEAD_BYTES + 1))),
    ("intake_box_has_a_size", _intake(box=b"x" * (MOST_BYTES + BLOCK_BYTES))),
    ("intake_box_has_a_size", _intake(done_at=NOON, outcome="done")),
    ("intake_done_has_outcome", _intake(box=b"", done_at=NOON)),
    ("intake_done_has_outcome", _intake(box=b"", done_at=NOON, outcome="lost")),
    ("intake_done_has_outcome", _intake(outcome="done")),
    ("site_state_level_known", lambda appeal: SiteState.objects.create(level="panic")),
    ("site_state_is_one_row", lambda appeal: SiteState.objects.create(pk=2)),
]


def _upload_row(appeal: Appeal) -> models.Model:
    return an_upload_row(an_upload(appeal))


def _part(appeal: Appeal) -> models.Model:
    part = a_batch(factories.confirmed(appeal)).parts.first()
    assert part
    return part


def _contact(appeal: Appeal) -> models.Model:
    return get_contact(factories.confirmed(appeal))


def _constraints() -> dict[str, models.BaseConstraint]:
    return {
        constraint.name: constraint
        for model in apps.get_app_config("petition").get_models()
        for constraint in model._meta.constraints
    }


@pytest.mark.parametrize(
    ("name", "violation"), VIOLATIONS, ids=[f"{number}-{name}" for number, (name, _) in enumerate(VIOLATIONS)]
)
def test_the_database_refuses_what_the_constraint_forbids(appeal: Appeal, name: str, violation: Violation) -> None:
    message = name
    if connection.vendor == "sqlite" and isinstance(_constraints()[name], models.UniqueConstraint):
        message = "UNIQUE constraint failed"
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        violation(appeal)


def test_each_constraint_of_each_model_is_tested() -> None:
    assert {name for name, _ in VIOLATIONS} == set(_constraints())


def test_a_named_endorsement_may_wait_with_its_name_encrypted_alone(appeal: Appeal) -> None:
    """The worker puts it into clear columns; until then the row is as it was sent."""
    assert update_row(factories.confirmed(appeal), **WITHOUT_CLEAR_NAME) == 1


def test_a_row_of_the_intake_is_emptied_when_it_is_done(appeal: Appeal) -> None:
    row = IntakeRow.objects.create(appeal=appeal.pk, key_id="00000000", box=b"x" * (BLOCK_BYTES + OVERHEAD_BYTES))
    row.refresh_from_db()
    assert row.arrived_at, "set by the database"
    assert (row.flags, row.network_bucket, row.link_digest, row.attempts, row.outcome) == (0, "", "", 0, "")
    assert update_row(row, box=b"", done_at=NOON, outcome="refused") == 1


def test_a_digest_and_a_message_id_are_unique(appeal: Appeal) -> None:
    (first, _), (second, _) = factories.submitted(appeal), factories.submitted(appeal)
    digest = PrivateLink.objects.filter(mailbox_index=first.mailbox_index).values_list("digest", flat=True)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        PrivateLink.objects.filter(mailbox_index=second.mailbox_index, purpose="confirm").update(digest=digest)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.update(message_id="<same@127.0.0.1>")


def test_an_entry_belongs_to_one_endorsement(appeal: Appeal) -> None:
    first, second = factories.approved(appeal), factories.confirmed(appeal)
    with pytest.raises(IntegrityError), transaction.atomic():
        update_row(second, signatory=first.signatory)


def test_str_of_rows_has_no_names(appeal: Appeal) -> None:
    endorsement, _ = factories.submitted(appeal)
    rows: list[models.Model] = [endorsement, get_contact(endorsement)]
    rows += [*PrivateLink.objects.all(), *OutgoingMail.objects.all(), SiteState()]
    words = " ".join(map(str, rows))
    assert f"endorsement {endorsement.pk}" in words
    assert endorsement.organisation_name not in words
    assert Endorsement.objects.filter(pk=endorsement.pk).exists()
