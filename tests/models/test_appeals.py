"""Appeal, AppealText and Signatory: phases, canonical text, references."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from petition.actions.moderation import decisions
from petition.models import Appeal, AppealText, Kind, Signatory
from petition.models.appeals import CONFIRMATION_GRACE, LONGEST_GRACE, Phase, compute_sha256
from tests import factories

OPENS = datetime(2026, 11, 1, tzinfo=UTC)
CLOSES = datetime(2026, 12, 1, tzinfo=UTC)
DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)


def _appeal(**columns: object) -> Appeal:
    plain = {"slug": "made-up", "published_at": OPENS - timedelta(days=7), "opens_at": OPENS, "closes_at": CLOSES}
    return Appeal(**(plain | columns))


@pytest.mark.parametrize(
    ("at", "phase", "can_confirm"),
    [
        (OPENS - INSTANT, Phase.UPCOMING, False),
        (OPENS, Phase.OPEN, True),
        (CLOSES - INSTANT, Phase.OPEN, True),
        (CLOSES, Phase.CLOSED, True),
        (CLOSES + CONFIRMATION_GRACE - INSTANT, Phase.CLOSED, True),
        (CLOSES + CONFIRMATION_GRACE, Phase.CLOSED, False),
    ],
)
def test_an_appeal_opens_closes_and_leaves_a_day_to_confirm(at: datetime, phase: Phase, can_confirm: bool) -> None:
    assert _appeal().phase(at) is phase
    assert _appeal().can_confirm(at, mailed_at=None) is can_confirm


@pytest.mark.parametrize(
    ("mailed", "until"),
    [
        (-DAY, CONFIRMATION_GRACE),
        (DAY / 2, DAY / 2 + CONFIRMATION_GRACE),
        (6 * DAY + INSTANT, LONGEST_GRACE),
        (30 * DAY, LONGEST_GRACE),
    ],
)
def test_the_day_to_confirm_begins_when_the_mail_left_but_not_for_ever(mailed: timedelta, until: timedelta) -> None:
    mailed_at = CLOSES + mailed
    assert _appeal().can_confirm(CLOSES + until - INSTANT, mailed_at=mailed_at)
    assert not _appeal().can_confirm(CLOSES + until, mailed_at=mailed_at)


def test_a_draft_accepts_nothing_even_between_its_dates() -> None:
    draft = _appeal(published_at=None)
    assert draft.phase(OPENS) is Phase.DRAFT
    assert not draft.can_confirm(OPENS, mailed_at=None)


def test_an_appeal_without_dates_is_always_open() -> None:
    appeal = _appeal(opens_at=None, closes_at=None)
    for at in (datetime(1999, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)):
        assert appeal.phase(at) is Phase.OPEN
        assert appeal.can_confirm(at, mailed_at=None)


def test_the_canonical_text_is_its_parts_with_a_blank_line_between() -> None:
    text = AppealText(
        title="Title",
        dated_as_printed="9 October 2020",
        blocks=[
            {"kind": "paragraph", "text": "We, the members"},
            {"kind": "paragraph", "text": "are concerned"},
            {"kind": "demand", "text": "Stop it"},
            {"kind": "demand", "text": "Free «them»"},
            {"kind": "paragraph", "text": "We also ask"},
            {"kind": "signatories", "text": ""},
            {"kind": "paragraph", "text": "Since 2010"},
        ],
    )
    canonical = text.canonical()
    assert canonical == (
        "Title\n\n9 October 2020\n\nWe, the members\n\nare concerned\n\nStop it\n\nFree «them»\n\nWe also ask\n\n"
        "Since 2010\n"
    )


def test_the_digest_is_over_the_utf_8_bytes() -> None:
    assert compute_sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert compute_sha256("ү\n") == hashlib.sha256(b"\xd2\xaf\n").hexdigest()


def test_the_stored_digest_is_that_of_the_stored_text(appeal: Appeal) -> None:
    text = appeal.texts.get()
    canonical = text.canonical()
    assert text.sha256 == hashlib.sha256(canonical.encode()).hexdigest()
    assert canonical.startswith(f"{text.title}\n\n{text.dated_as_printed}\n\n")


def test_public_rows_are_shown_by_their_reference(appeal: Appeal) -> None:
    text, signatory = appeal.texts.get(), appeal.signatories.get(number=12)
    assert str(appeal) == "kyrgyzstan-2020"
    assert str(signatory) == signatory.reference == "original-12"
    assert str(text) == f"{appeal.pk}.en.1"
    assert str(text.demands.get(number=8)) == f"{text.pk}.8"


def test_originals_come_first_and_querysets_filter_by_kind_and_status(appeal: Appeal) -> None:
    factories.approved(appeal)
    kinds = [signatory.kind for signatory in Signatory.objects.all()]
    assert kinds == ["original"] * 35 + ["further"]
    decisions.revoke(factories.approved(appeal).pk, by=factories.MODERATOR, at=factories.NOON)
    assert Signatory.objects.listed().count() == 36
    assert [signatory.number for signatory in Signatory.objects.of_kind(Kind.FURTHER)] == [1, 2]
