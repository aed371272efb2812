"""What became of an appeal: entries are public in every format at once, corrected openly, and come in an order."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from petition.actions.appeals import timeline
from petition.actions.appeals.timeline import EntryContent
from petition.actions.listing import editions
from petition.actions.refusals import DateInTheFuture, NotDelivered
from petition.actions.self_service import follow_ups
from petition.models import (
    Appeal,
    AuditEvent,
    Edition,
    FollowUp,
    OutgoingMail,
    TimelineEntry,
    TimelineKind,
    TimelineText,
)
from petition.reference import clock
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG
from tests.publishing import once
from tests.publishing.readers import KINDS, read_document

TODAY = NOON.date()
WORDS = {"en": "Handed over in Bishkek.", "ru": "Передано в Бишкеке.", "ky": "Бишкекте тапшырылды."}


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.freeze(NOON):
        yield


def content(kind: str = TimelineKind.DELIVERED, **changes: Any) -> EntryContent:
    fields: dict[str, Any] = {
        "kind": kind,
        "dated": TODAY,
        "addressee": "The Parliament",
        "link": "",
        "texts": WORDS,
    } | changes
    return EntryContent(**fields)


def add(*args: Any, **changes: Any) -> TimelineEntry:
    return timeline.add_entry(SLUG, content(*args, **changes), by=MODERATOR, at=NOON)


def test_an_entry_is_public_in_every_format_and_language(client: Client, appeal: Appeal) -> None:
    """Nine documents: two seconds."""
    editions.freeze(SLUG, dated=NOON.date(), addressee="The Parliament", by=MODERATOR, at=NOON)
    before = client.get(f"/appeals/{SLUG}/").content
    entry = add(edition=Edition.objects.get().dated)
    for prefix, language in (("", "en"), ("/ru", "ru"), ("/ky", "ky")):
        page = client.get(f"{prefix}/appeals/{SLUG}/").content.decode()
        assert WORDS[language] in page
        assert f"/editions/{TODAY.isoformat()}/" in page
        with once.documents_in_process():
            for kind in KINDS:
                document = read_document(client.get(f"{prefix}/appeals/{SLUG}.{kind}").content, kind)
                assert WORDS[language] in document, kind
    assert client.get(f"/appeals/{SLUG}/").content != before
    assert "The Parliament" in client.get(f"/appeals/{SLUG}.atom").content.decode()
    (event,) = client.get(f"/appeals/{SLUG}.json").json()["timeline"]
    assert (event["kind"], event["dated"], event["addressee"]) == ("delivered", TODAY.isoformat(), "The Parliament")
    assert "corrected_on" not in event or event["corrected_on"] is None
    with clock.freeze(NOON + timedelta(days=1)):
        later = content(texts=WORDS | {"en": "Handed over by post."})
        timeline.correct_entry(entry.pk, later, by=MODERATOR, at=NOON + timedelta(days=1))
        page = client.get(f"/appeals/{SLUG}/").content.decode()
    assert "Handed over by post." in page
    assert "Corrected on" in page
    timeline.remove_entry(entry.pk, by=MODERATOR, at=NOON)
    assert "The Parliament" not in json.dumps(client.get(f"/appeals/{SLUG}.json").json())
    verbs = AuditEvent.objects.filter(verb__endswith="_entry").order_by("pk").values_list("verb", "reason")
    assert list(verbs) == [(f"{verb}_entry", "delivered") for verb in ("add", "correct", "remove")]


def test_a_language_without_words_shows_those_of_another_with_its_lang(client: Client, appeal: Appeal) -> None:
    add(texts={"en": "", "ru": WORDS["ru"], "ky": ""})
    page = client.get(f"/appeals/{SLUG}/").content.decode()
    assert f'lang="ru"><p>{WORDS["ru"]}' in page


@pytest.mark.parametrize("kind", [TimelineKind.ANSWERED, TimelineKind.ANSWER_DUE])
def test_an_answer_before_its_delivery_is_refused(appeal: Appeal, kind: str) -> None:
    with pytest.raises(NotDelivered):
        add(kind)
    delivery = add(dated=TODAY - timedelta(days=3))
    with pytest.raises(NotDelivered):
        add(kind, dated=TODAY - timedelta(days=4))
    add(kind, dated=TODAY - timedelta(days=3))
    with pytest.raises(NotDelivered):
        timeline.remove_entry(delivery.pk, by=MODERATOR, at=NOON)
    with pytest.raises(NotDelivered):
        timeline.correct_entry(delivery.pk, content(dated=TODAY), by=MODERATOR, at=NOON)
    assert TimelineEntry.objects.count() == 2


def test_each_line_end_is_one_that_every_document_can_have(staff: Client, appeal: Appeal) -> None:
    typed = {"kind": "update", "dated": TODAY.isoformat(), "words_en": "One\x0btwo\u2028three\r\nfour"}
    assert staff.post("/admin/timeline/", typed)["Location"] == "/admin/timeline/"
    assert TimelineText.objects.get().body == "One\ntwo\nthree\nfour"


def test_only_an_answer_may_stand_in_the_future(appeal: Appeal) -> None:
    tomorrow = TODAY + timedelta(days=1)
    for kind in set(TimelineKind.values) - {TimelineKind.ANSWER_DUE}:
        with pytest.raises(DateInTheFuture):
            add(kind, dated=tomorrow)
    add()
    add(TimelineKind.ANSWER_DUE, dated=tomorrow)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Delivered by Made-up Fund and others.", True),
        ("Delivered by «MADE-UP FUND».", True),
        ("Delivered by Made-up Funds.", False),
        ("", False),
    ],
)
def test_removing_a_name_warns_where_it_stands_in_an_entry(
    staff: Client, appeal: Appeal, words: str, found: bool
) -> None:
    endorsement = factories.approved(appeal, organisation_name="Made-up Fund")
    add(texts={"en": words})
    warning = "The name also stands in the timeline."
    for path in (f"/admin/hide/{endorsement.pk}/", f"/admin/endorsements/{endorsement.pk}/"):
        assert (warning in staff.get(path).content.decode()) is found
    assert [bool(timeline.find_entries_naming(appeal.pk, name)) for name in ("Made-up Fund", "")] == [found, False]


@pytest.mark.parametrize("found", [True, False])
def test_staff_are_told_when_an_organisation_removes_a_name_that_stands_there(
    staff: Client, appeal: Appeal, django_user_model: Any, found: bool
) -> None:
    django_user_model.objects.update(email="moderator@desk.example")
    endorsement = factories.approved(appeal, organisation_name="Made-up Fund")
    add(texts={"en": "Delivered by Made-up Fund." if found else "Delivered."})
    FollowUp.objects.create(endorsement=endorsement, verb="hide", at=NOON)
    follow_ups.process_follow_ups(at=NOON)
    assert OutgoingMail.objects.filter(message="timeline_names").exists() is found


def test_the_heading_is_in_the_language_of_the_reader(client: Client, appeal: Appeal) -> None:
    add()
    with translation.override("ru"):
        heading = translation.gettext("Delivered to %(addressee)s") % {"addressee": "The Parliament"}
    assert heading != "Delivered to The Parliament"
    assert heading in client.get(f"/ru/appeals/{SLUG}/").content.decode()
