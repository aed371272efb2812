"""A name is spelled right before it is listed, in its own language; who looked at an older version is told."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from petition.actions.moderation import decisions
from petition.actions.moderation.spelling import ChangedMeanwhile, SameBodyTwice, respell, set_language, version
from petition.actions.self_service import corrections
from petition.actions.self_service.corrections import Proposal
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import Appeal, AuditEvent, Endorsement, Signatory, State
from petition.security.encryption import index_of, opened
from petition.text.names import folded
from tests import factories
from tests.actions.moderation.test_undo import own_digest
from tests.factories import MODERATOR, NOON, SECOND

RIGHT = Proposal("Ойдон чыгарылган фонд", "ОЧФ", "KG KZ")
BY: dict[str, Any] = {"by": MODERATOR, "at": NOON}


def fresh(endorsement: Endorsement) -> Endorsement:
    return Endorsement.objects.get(pk=endorsement.pk)


def corrected(endorsement: Endorsement, proposal: Proposal = RIGHT) -> Endorsement:
    return respell(endorsement.pk, proposal, seen=version(fresh(endorsement)), **BY)


def test_the_name_reads_as_corrected_is_found_by_it_and_old_and_new_are_kept_sealed(appeal: Appeal) -> None:
    found = factories.confirmed(appeal, organisation_name="Oydon Canary")
    row = corrected(found)
    assert (row.organisation_name, row.acronym, row.countries) == ("Ойдон чыгарылган фонд", "ОЧФ", "KG KZ")
    assert row.name_index == index_of("name", folded(RIGHT.organisation_name))
    kept = row.spellings.get()
    assert opened(kept.sealed_before) == {"organisation_name": "Oydon Canary", "acronym": "", "countries": "KG"}
    assert opened(kept.sealed_after)["acronym"] == "ОЧФ"
    assert "Canary" not in str(AuditEvent.objects.values_list())
    assert AuditEvent.objects.latest("pk").verb == "respell"
    assert decisions.approve(found.pk, **BY).signatory == Signatory.objects.get(
        label="Ойдон чыгарылган фонд (ОЧФ, Kyrgyzstan, Kazakhstan)"
    )


def test_what_was_right_already_leaves_no_trace(appeal: Appeal) -> None:
    found = corrected(factories.confirmed(appeal))
    events = AuditEvent.objects.count()
    corrected(found)
    assert (AuditEvent.objects.count(), found.spellings.count()) == (events, 1)


def test_a_sealed_name_is_corrected_under_its_seal(appeal: Appeal) -> None:
    found = factories.approved(appeal, display="withheld")
    decisions.revoke(found.pk, **BY)
    row = corrected(found)
    assert (row.organisation_name, opened(row.sealed_name)["organisation_name"]) == ("", RIGHT.organisation_name)


def test_who_saw_an_older_version_changes_nothing(appeal: Appeal) -> None:
    found = factories.confirmed(appeal)
    seen = version(found)
    corrected(found)
    with pytest.raises(ChangedMeanwhile):
        respell(found.pk, replace(RIGHT, acronym=""), seen=seen, by=SECOND, at=NOON)
    with pytest.raises(ChangedMeanwhile):
        set_language(found.pk, "ky", seen=seen, by=SECOND, at=NOON)
    assert fresh(found).acronym == "ОЧФ"


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED, State.REJECTED, State.WITHDRAWN])
def test_it_is_for_what_waits_to_be_decided(appeal: Appeal, state: State) -> None:
    found = factories.submitted(appeal)[0] if state == State.SUBMITTED else factories.confirmed(appeal)
    deeds: dict[str, Callable[..., Endorsement]] = {
        "approved": decisions.approve,
        "rejected": decisions.reject,
        "withdrawn": factories.withdraw_for_good,
    }
    if deed := deeds.get(state):
        deed(found.pk, **BY)
    with pytest.raises(NotPossible):
        corrected(found)


def test_the_originals_are_spelled_as_they_signed(appeal: Appeal) -> None:
    original = Endorsement.objects.filter(origin="imported").earliest("pk")
    decisions.revoke(original.pk, **BY)
    with pytest.raises(NotPossible):
        corrected(original)


def test_one_mailbox_stands_behind_one_name_once(appeal: Appeal) -> None:
    same: dict[str, Any] = {"contact_email": "asel@fund.example"}
    first = factories.confirmed(appeal, **same)
    second = factories.confirmed(appeal, **same)
    with pytest.raises(SameBodyTwice):
        corrected(second, Proposal(first.organisation_name, "", "KG"))
    assert not second.spellings.exists()


def test_a_correction_of_the_organisation_is_kept_the_same_way(appeal: Appeal) -> None:
    found = factories.approved(appeal, organisation_name="Old Fund")
    corrections.propose(own_digest(found), RIGHT, at=NOON)
    corrections.accept(found.corrections.get().pk, **BY)
    assert opened(found.spellings.get().sealed_before)["organisation_name"] == "Old Fund"


# --- the language ---


def test_the_language_of_a_name_is_on_its_line_before_and_after_it_is_listed(appeal: Appeal) -> None:
    found = factories.confirmed(appeal)
    set_language(found.pk, "ky", seen=version(found), **BY)
    decisions.approve(found.pk, **BY)
    line = Signatory.objects.get(kind="further")
    assert line.language == "ky"
    revision = Appeal.objects.get().revision
    set_language(found.pk, "ru", seen=version(fresh(found)), **BY)
    line.refresh_from_db()
    assert (line.language, line.number, Appeal.objects.get().revision) == ("ru", 1, revision + 1)


def test_of_a_sealed_name_it_is_sealed_too(appeal: Appeal) -> None:
    found = factories.approved(appeal, display="withheld")
    set_language(found.pk, "ky", seen=version(fresh(found)), **BY)
    row = fresh(found)
    assert (row.name_language, opened(row.sealed_name)["name_language"]) == ("", "ky")


def test_of_a_line_of_the_35_the_letters_stay(appeal: Appeal) -> None:
    original = Endorsement.objects.filter(signatory__number=12).get()
    before = Signatory.objects.values_list("label", "name", "listed_on").get(kind="original", number=12)
    set_language(original.pk, "en", seen=version(original), **BY)
    line = Signatory.objects.get(kind="original", number=12)
    assert ((line.label, line.name, line.listed_on), line.language) == (before, "en")


def test_what_is_over_has_no_language_to_set(appeal: Appeal) -> None:
    found = factories.confirmed(appeal)
    decisions.reject(found.pk, **BY)
    with pytest.raises(NotPossible):
        set_language(found.pk, "ky", seen=version(fresh(found)), **BY)
