"""Correcting a name's spelling and language before it is listed, also from an outdated page."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import decisions
from petition.actions.moderation.spelling import correct_spelling, set_language
from petition.actions.refusals import ChangedMeanwhile, DuplicateEndorsement, NotPossible
from petition.actions.self_service import corrections
from petition.actions.stale_forms import last_change_of
from petition.models import Appeal, AuditEvent, Endorsement, Signatory, State
from petition.security.encryption import compute_index, decrypt_column
from petition.text.names import fold
from tests import factories
from tests.actions.moderation.test_undo import own_digest
from tests.factories import MODERATOR, NOON, SECOND

RIGHT = EntryProposal("Ойдон чыгарылган фонд", "ОЧФ", "KG KZ")
BY: dict[str, Any] = {"by": MODERATOR, "at": NOON}


def reload(endorsement: Endorsement) -> Endorsement:
    return Endorsement.objects.get(pk=endorsement.pk)


def correct(endorsement: Endorsement, proposal: EntryProposal = RIGHT) -> Endorsement:
    return correct_spelling(endorsement.pk, proposal, seen=last_change_of(endorsement), **BY)


def test_a_corrected_name_is_searchable_and_both_names_are_kept_encrypted(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal, organisation_name="Oydon Canary")
    row = correct(endorsement)
    assert (row.organisation_name, row.acronym, row.countries) == ("Ойдон чыгарылган фонд", "ОЧФ", "KG KZ")
    assert row.name_index == compute_index("name", fold(RIGHT.organisation_name))
    kept = row.spellings.get()
    assert decrypt_column(kept, "sealed_before") == {
        "organisation_name": "Oydon Canary",
        "acronym": "",
        "countries": "KG",
    }
    assert decrypt_column(kept, "sealed_after")["acronym"] == "ОЧФ"
    assert "Canary" not in str(AuditEvent.objects.values_list())
    assert AuditEvent.objects.latest("pk").verb == "respell"
    assert decisions.approve(endorsement.pk, **BY).signatory == Signatory.objects.get(
        label="Ойдон чыгарылган фонд (ОЧФ, Kyrgyzstan, Kazakhstan)"
    )


def test_an_unchanged_spelling_is_not_recorded(appeal: Appeal) -> None:
    endorsement = correct(factories.confirmed(appeal))
    events = AuditEvent.objects.count()
    correct(endorsement)
    assert (AuditEvent.objects.count(), endorsement.spellings.count()) == (events, 1)


def test_an_encrypted_name_is_corrected_and_stays_encrypted(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal, display="withheld")
    decisions.revoke(endorsement.pk, **BY)
    row = correct(endorsement)
    assert (row.organisation_name, decrypt_column(row, "sealed_name")["organisation_name"]) == (
        "",
        RIGHT.organisation_name,
    )


def test_an_outdated_page_changes_nothing(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal)
    seen = last_change_of(endorsement)
    correct(endorsement)
    with pytest.raises(ChangedMeanwhile):
        correct_spelling(endorsement.pk, replace(RIGHT, acronym=""), seen=seen, by=SECOND, at=NOON)
    with pytest.raises(ChangedMeanwhile):
        set_language(endorsement.pk, "ky", seen=seen, by=SECOND, at=NOON)
    assert reload(endorsement).acronym == "ОЧФ"


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED, State.REJECTED, State.WITHDRAWN])
def test_only_undecided_names_are_corrected(appeal: Appeal, state: State) -> None:
    endorsement = factories.submitted(appeal)[0] if state == State.SUBMITTED else factories.confirmed(appeal)
    decisions_by_state: dict[str, Callable[..., Endorsement]] = {
        "approved": decisions.approve,
        "rejected": decisions.reject,
        "withdrawn": factories.withdraw_for_good,
    }
    if decide := decisions_by_state.get(state):
        decide(endorsement.pk, **BY)
    with pytest.raises(NotPossible):
        correct(endorsement)


def test_originals_are_not_corrected(appeal: Appeal) -> None:
    original = Endorsement.objects.filter(origin="imported").earliest("pk")
    decisions.revoke(original.pk, **BY)
    with pytest.raises(NotPossible):
        correct(original)


def test_a_mailbox_cannot_have_two_endorsements_of_one_name(appeal: Appeal) -> None:
    same: dict[str, Any] = {"contact_email": "asel@fund.example"}
    first = factories.confirmed(appeal, **same)
    second = factories.confirmed(appeal, **same)
    with pytest.raises(DuplicateEndorsement):
        correct(second, EntryProposal(first.organisation_name, "", "KG"))
    assert not second.spellings.exists()


def test_a_correction_of_the_organisation_is_kept_the_same_way(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal, organisation_name="Old Fund")
    corrections.propose_correction(own_digest(endorsement), RIGHT, at=NOON)
    corrections.accept_correction(endorsement.corrections.get().pk, **BY)
    assert decrypt_column(endorsement.spellings.get(), "sealed_before")["organisation_name"] == "Old Fund"


# --- the language ---


def test_the_language_of_a_name_is_on_its_entry(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal)
    set_language(endorsement.pk, "ky", seen=last_change_of(endorsement), **BY)
    decisions.approve(endorsement.pk, **BY)
    line = Signatory.objects.get(kind="further")
    assert line.language == "ky"
    revision = Appeal.objects.get().revision
    set_language(endorsement.pk, "ru", seen=last_change_of(endorsement), **BY)
    line.refresh_from_db()
    assert (line.language, line.number, Appeal.objects.get().revision) == ("ru", 1, revision + 1)


def test_the_language_of_an_encrypted_name_is_encrypted_too(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal, display="withheld")
    set_language(endorsement.pk, "ky", seen=last_change_of(endorsement), **BY)
    row = reload(endorsement)
    assert (row.name_language, decrypt_column(row, "sealed_name")["name_language"]) == ("", "ky")


def test_setting_the_language_of_an_original_keeps_its_spelling(appeal: Appeal) -> None:
    original = Endorsement.objects.filter(signatory__number=12).get()
    before = Signatory.objects.values_list("label", "name", "listed_on").get(kind="original", number=12)
    set_language(original.pk, "en", seen=last_change_of(original), **BY)
    line = Signatory.objects.get(kind="original", number=12)
    assert ((line.label, line.name, line.listed_on), line.language) == (before, "en")


def test_the_language_of_an_ended_endorsement_cannot_be_set(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal)
    decisions.reject(endorsement.pk, **BY)
    with pytest.raises(NotPossible):
        set_language(endorsement.pk, "ky", seen=last_change_of(endorsement), **BY)
