"""Editions store numbers; names that were removed since are not shown."""

from datetime import timedelta

import pytest
from django.core import serializers

from petition.actions.appeals.demonstration import get_or_create_appeal, remove
from petition.actions.listing.editions import freeze
from petition.actions.moderation import decisions
from petition.actions.refusals import DateInThePast, EditionExists
from petition.models import Appeal, AuditEvent, Edition, Kind
from petition.publishing import queries
from petition.publishing.records.editions import get_edition, list_editions, replace_counts, split_by_edition
from tests.factories import MODERATOR, NOON, SLUG, approved, statement

TODAY = NOON.date()


def freeze_today(appeal: Appeal, **changes: object) -> Edition:
    options = {"dated": TODAY, "addressee": "The President of the Republic", "by": MODERATOR, "at": NOON} | changes
    return freeze(appeal.slug, **options)  # type: ignore[arg-type]


def test_an_edition_stores_numbers_with_its_event_and_revision(appeal: Appeal) -> None:
    approved(appeal, organisation_name="Fund One")
    approved(appeal, organisation_name="Gone Fund")
    decisions.hide(SLUG, Kind.FURTHER, 2, by=MODERATOR, at=NOON)
    decisions.hide(SLUG, Kind.ORIGINAL, 35, by=MODERATOR, at=NOON)
    Appeal.objects.update(withheld_total=14)
    before = Appeal.objects.get()
    edition = freeze_today(appeal, at=NOON + timedelta(hours=1))
    assert (edition.last_number, edition.not_listed, edition.withheld) == (2, ["original-35", "further-2"], 14)
    after = Appeal.objects.get()
    assert (after.revision, after.revised_at) == (before.revision + 1, NOON + timedelta(hours=1))
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.subject_kind, event.subject_id, event.actor_id) == ("freeze", "appeal", appeal.pk, 1)
    stored = serializers.serialize("json", Edition.objects.all(), ensure_ascii=False)
    assert "Fund" not in stored
    assert not any(signatory.organisation.name in stored for signatory in statement().signatories)


def test_one_edition_a_day_and_none_in_the_past(appeal: Appeal) -> None:
    freeze_today(appeal)
    revision = Appeal.objects.get().revision
    with pytest.raises(EditionExists):
        freeze_today(appeal, addressee="Another")
    with pytest.raises(DateInThePast):
        freeze_today(appeal, dated=TODAY - timedelta(days=1))
    with pytest.raises(Appeal.DoesNotExist):
        freeze("nothing", dated=TODAY, addressee="The President", by=MODERATOR, at=NOON)
    assert (Edition.objects.count(), Appeal.objects.get().revision) == (1, revision)
    freeze_today(appeal, dated=TODAY + timedelta(days=1))
    assert [edition.dated.day for edition in list_editions(SLUG)] == [24, 23]


def test_a_removed_name_is_not_shown_and_later_names_are_counted(appeal: Appeal) -> None:
    approved(appeal, organisation_name="Fund One")
    approved(appeal, organisation_name="Fund Two")
    freeze_today(appeal)
    approved(appeal, organisation_name="Fund Three")
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    edition = get_edition(SLUG, TODAY.isoformat())
    held, joined = split_by_edition(queries.list_signatories(SLUG), edition)
    assert [(record.id, record.name) for record in held[35:]] == [("further-1", None), ("further-2", "Fund Two")]
    assert [(record.id, record.name) for record in joined] == [("further-3", "Fund Three")]
    counts = replace_counts(queries.get_appeal(SLUG, "en"), edition).counts
    assert (counts.original, counts.further) == (35, 2)


def test_an_entry_unlisted_on_that_day_is_not_in_the_edition(appeal: Appeal) -> None:
    endorsement = approved(appeal, organisation_name="Fund One")
    decisions.revoke(endorsement.pk, by=MODERATOR, at=NOON)
    freeze_today(appeal)
    decisions.approve(endorsement.pk, by=MODERATOR, at=NOON)
    edition = get_edition(SLUG, TODAY.isoformat())
    held, joined = split_by_edition(queries.list_signatories(SLUG), edition)
    assert [(record.id, record.label, record.countries, record.status) for record in held[35:]] == [
        ("further-1", None, None, "no_longer_listed")
    ]
    assert [record.name for record in joined] == ["Fund One"]
    assert replace_counts(queries.get_appeal(SLUG, "en"), edition).counts.further == 0


def test_a_demonstration_is_removed_with_its_editions_and_drafts_show_none(db: None) -> None:
    demo = get_or_create_appeal("demo", statement(), at=NOON)
    freeze_today(demo)
    assert len(list_editions("demo")) == 1
    Appeal.objects.update(published_at=None)
    assert list_editions("demo") == []
    remove("demo", at=NOON)
    assert not Edition.objects.exists()
