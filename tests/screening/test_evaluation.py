"""The evidence about an endorsement: its sentence, its mark, and the flag for the queue."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation
from pytest_django.fixtures import Settings

from petition.actions.intake import known_organisations, process
from petition.actions.intake.known_organisations import KnownEntry
from petition.actions.moderation import comparisons, decisions
from petition.models import Appeal, Endorsement, Flag, OutgoingMail, Verdict
from petition.screening.characters import StrangeLetters, find_strange_letters
from petition.screening.evaluation import evaluate
from petition.screening.findings import Finding, Mark
from petition.screening.similar_names import find_resemblances
from petition.security import encryption
from tests import factories
from tests.factories import MODERATOR, NOON, an_appeal, approved, confirmed, withdraw_for_good


def set_columns(row: Endorsement, **columns: Any) -> Endorsement:
    """Set columns of `row` as a submission does."""
    Endorsement.objects.filter(pk=row.pk).update(**({"domain_index": ""} | columns))
    return Endorsement.objects.select_related("appeal").get(pk=row.pk)


def evaluate_row(row: Endorsement) -> list[Finding]:
    row = Endorsement.objects.select_related("appeal").get(pk=row.pk)
    with translation.override("en"):
        return evaluate(row, find_resemblances(row))


def sentences(row: Endorsement, mark: Mark) -> str:
    return "\n".join(finding.sentence for finding in evaluate_row(row) if finding.mark == mark)


def flags(row: Endorsement) -> set[str]:
    return set(Flag.objects.filter(endorsement=row).values_list("code", flat=True))


def screen(row: Endorsement) -> set[str]:
    process.screen_endorsement(row.pk, at=NOON)
    return flags(row)


@pytest.mark.parametrize(
    ("name", "strange"),
    [
        ("Общественный фонд «Ковчег» / Kovcheg", ()),
        ("Élan d’Équité, Zürich № 5", ()),
        ("مؤسسة خيالية", ()),
        ("ОО «ЦЗПЧ»", ()),
        ("Үмүт Europe e.V.", ()),
        ("Vіasna", (StrangeLetters.MIXED,)),
        ("Human Rights СОРА", (StrangeLetters.DISGUISED,)),
        ("Ｖiasna", (StrangeLetters.FORMS,)),
        ("Via\u200bsna", (StrangeLetters.INVISIBLE,)),
        ("Viasna\u0332", (StrangeLetters.MARKS,)),
    ],
)
def test_unusual_letters_are_flagged(name: str, strange: tuple[StrangeLetters, ...]) -> None:
    assert find_strange_letters(name) == strange


def test_an_honest_endorsement_has_no_warning(appeal: Appeal) -> None:
    row = set_columns(confirmed(appeal, organisation_name="Общество «Зимородок»", member=True), seconds_to_fill=200)
    assert screen(row) == set()
    assert sentences(row, Mark.CLOSER) == sentences(row, Mark.SUPPORTS) == ""
    neutral = sentences(row, Mark.NEUTRAL)
    assert "about 3 minutes" in neutral
    assert "says that it is a member" in neutral


def test_an_imitation_names_the_entry_and_the_kind(appeal: Appeal) -> None:
    row = confirmed(appeal, organisation_name="Humаn Rights Centre Viаsnа")
    assert screen(row) == {"resembles_listed", "characters"}
    assert "Resembles original-35, Human Rights Centre" in sentences(row, Mark.CLOSER)
    assert "looks the same" in sentences(row, Mark.CLOSER)


def test_two_waiting_similar_names_are_both_flagged(appeal: Appeal) -> None:
    first = confirmed(appeal, organisation_name="Голос свободы")
    assert screen(first) == set()
    second = confirmed(appeal, organisation_name="Golos Svobody Ltd")
    assert screen(second) == {"resembles_waiting"}
    assert flags(first) == {"resembles_waiting"}
    assert f"Resembles № {second.pk}" in sentences(first, Mark.CLOSER)


@pytest.mark.both_databases
def test_a_withheld_name_is_matched_by_its_keyed_hash(appeal: Appeal, settings: Settings) -> None:
    withheld = approved(appeal, organisation_name="Тихий фонд", display="withheld")
    decisions.revoke(withheld.pk, by=MODERATOR, at=NOON)
    factories.screen_due(at=NOON)
    withheld.refresh_from_db()
    assert withheld.folded == ""
    again = confirmed(appeal, organisation_name="ТИХИЙ ФОНД")
    assert f"Resembles № {withheld.pk}, Тихий фонд: the same name." in sentences(again, Mark.CLOSER)
    settings.CONTACT_PRIVATE_KEYS = []
    assert f"Resembles № {withheld.pk}, Name encrypted: the same name." in sentences(again, Mark.CLOSER)
    withdraw_for_good(withheld.pk)
    assert "Resembles" not in sentences(again, Mark.CLOSER)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("one", "other"),
    [("Viasna", "Vіasnа"), ("Голос свободы", "Golos Svobody Ltd"), ("Beacon Fund of Osh", "Beacon Fund of Oshh")],
)
@pytest.mark.parametrize("displays", [("withheld", "withheld"), ("withheld", "named"), ("named", "withheld")])
def test_names_that_look_or_sound_alike_are_flagged_when_withheld_too(
    appeal: Appeal, one: str, other: str, displays: tuple[str, str]
) -> None:
    first = confirmed(appeal, organisation_name=one, display=displays[0])
    assert screen(first) == set()
    second = confirmed(appeal, organisation_name=other, display=displays[1])
    assert "resembles_waiting" in screen(second)
    assert flags(first) == {"resembles_waiting"}
    assert f"Resembles № {first.pk}, {one}: " in sentences(second, Mark.CLOSER)
    assert f"Resembles № {second.pk}, {other}: " in sentences(first, Mark.CLOSER)


def test_a_withheld_name_that_resembles_a_listed_one_is_flagged(appeal: Appeal) -> None:
    listed = appeal.signatories.get(kind="original", number=1)
    row = confirmed(appeal, organisation_name=f"{listed.name}", display="withheld")
    assert "resembles_listed" in screen(row)
    assert "Resembles original-1, " in sentences(row, Mark.CLOSER)


def test_strange_letters_of_a_withheld_name_are_flagged(appeal: Appeal) -> None:
    row = set_columns(confirmed(appeal, organisation_name="Vіasna", display="withheld"))
    assert "characters" in screen(row)
    assert "mixes two alphabets" in sentences(row, Mark.CLOSER)


def test_a_comparison_by_a_moderator_is_remembered_and_nothing_is_merged(appeal: Appeal) -> None:
    first = confirmed(appeal, organisation_name="Made-up Beacon Fund")
    second = confirmed(appeal, organisation_name="Made-up Beacon Fund", contact_email="other@beacon.example")
    comparisons.record_comparison(second.pk, first.pk, Verdict.DIFFERENT, by=MODERATOR, at=NOON)
    assert screen(second) == set()
    assert "A moderator said: different organisation." in sentences(first, Mark.NEUTRAL)
    comparisons.record_comparison(first.pk, second.pk, Verdict.SAME, by=MODERATOR, at=NOON)
    assert screen(second) == {"resembles_waiting"}
    assert Endorsement.objects.filter(organisation_name="Made-up Beacon Fund").count() == 2


@pytest.mark.parametrize(
    ("columns", "mark", "words", "flag"),
    [
        ({"hints": ["free_mail"]}, Mark.NEUTRAL, "A free e-mail service", {"free_mail"}),
        ({"hints": ["disposable_mail"]}, Mark.CLOSER, "disposable e-mail address", {"disposable_mail"}),
        ({"hints": ["mail_matches_website"]}, Mark.NEUTRAL, "proves nothing", set()),
        ({"seconds_to_fill": 1}, Mark.CLOSER, "within 1 second.", {"fast"}),
    ],
)
def test_the_origin_is_part_of_the_evidence(
    appeal: Appeal, columns: dict[str, Any], mark: Mark, words: str, flag: set[str]
) -> None:
    row = set_columns(confirmed(appeal), **columns)
    assert screen(row) == flag
    assert words in sentences(row, mark)


@pytest.mark.parametrize(
    ("columns", "least", "flag"),
    [({"network_index": "n"}, 6, "same_network"), ({"domain_index": "d"}, 3, "same_domain"), ({}, 31, "burst")],
)
def test_many_from_one_network_or_domain_are_all_flagged(
    appeal: Appeal, columns: dict[str, str], least: int, flag: str
) -> None:
    rows = []
    for _ in range(least - 1):
        rows.append(set_columns(confirmed(appeal), **columns))
        OutgoingMail.objects.all().delete()  # the next form would look at each of them
    set_columns(confirmed(appeal, at=NOON + timedelta(days=2)), **columns)
    assert screen(rows[-1]) == set()
    rows.append(set_columns(confirmed(appeal), **columns))
    assert screen(rows[-1]) == {flag}
    assert all(flags(row) == {flag} for row in rows)


def test_a_free_mail_domain_is_not_counted(appeal: Appeal) -> None:
    rows = [set_columns(confirmed(appeal), domain_index="d", hints=["free_mail"]) for _ in range(4)]
    assert screen(rows[-1]) == {"free_mail"}


def test_a_domain_supports_only_if_the_secretariat_knew_it(appeal: Appeal) -> None:
    domain = encryption.compute_index("domain", "beacon.example")
    row = set_columns(confirmed(appeal, organisation_name="Beacon Trust"), domain_index=domain)
    assert sentences(row, Mark.SUPPORTS) == ""
    known_organisations.replace_known_organisations(
        [KnownEntry("Beacon Trust", "beacon.example", "+996 555", member=True)]
    )
    assert "belongs to Beacon Trust, a member known to the secretariat." in sentences(row, Mark.SUPPORTS)
    assert screen(row) == {"known"}
    elsewhere = set_columns(confirmed(appeal, organisation_name="Beаcon Trust"), domain_index="other")
    assert {"known_elsewhere", "characters"} <= screen(elsewhere)
    withheld = confirmed(appeal, organisation_name="Beacon Trust", display="withheld")
    assert "known_elsewhere" in screen(set_columns(withheld, domain_index="other"))
    exiled = set_columns(confirmed(appeal, organisation_name="Beacon Trust"), domain_index="x", hints=["free_mail"])
    assert "at another e-mail domain" in sentences(exiled, Mark.NEUTRAL)


@pytest.mark.both_databases
def test_an_earlier_appeal_supports_the_same_mailbox_and_its_domain(appeal: Appeal) -> None:
    approved(appeal, organisation_name="Beacon Trust", contact_email="a@beacon.example")
    Endorsement.objects.filter(organisation_name="Beacon Trust").update(domain_index="d")
    later = an_appeal("later", issued_on="2026-01-01")
    same = confirmed(later, organisation_name="Beacon Trust", contact_email="a@beacon.example")
    assert "The same e-mail address endorsed" in sentences(same, Mark.SUPPORTS)
    colleague = set_columns(confirmed(later, organisation_name="Beacon Trust"), domain_index="d")
    assert "An address at the same domain" in sentences(colleague, Mark.SUPPORTS)
    stranger = confirmed(later, organisation_name="Beacon Trust")
    assert "from another e-mail address" in sentences(stranger, Mark.NEUTRAL)
    Appeal.objects.filter(pk=later.pk).update(issued_on="2019-01-01")
    assert "appeal" not in sentences(same, Mark.SUPPORTS)


def test_a_changed_name_is_screened_again_and_an_encrypted_one_is_cleared(appeal: Appeal) -> None:
    row = confirmed(appeal, organisation_name="Голос Ала-Тоо")
    assert factories.screen_due(at=NOON) == 36
    assert factories.screen_due(at=NOON) == 0
    row.refresh_from_db()
    assert row.folded == "голос ала тоо||golos ala to"
    assert row.looks_index and row.sounds_index
    withdraw_for_good(row.pk, by=MODERATOR, at=NOON)
    row.refresh_from_db()
    assert row.folded == ""
    assert factories.screen_due(at=NOON) == 0
    process.screen_endorsement(row.pk, at=NOON)
