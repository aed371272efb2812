"""`manage.py demo`: everything is made up, marked as such, separate from real appeals, and removed as a whole."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from petition.models import (
    Appeal,
    AppealDraft,
    AuditEvent,
    BulkUpload,
    Contact,
    Edition,
    Endorsement,
    OutgoingMail,
    PrivateLink,
    Signatory,
    State,
    TimelineEntry,
)
from tests.factories import SLUG

pytestmark = pytest.mark.long


def run(*options: str) -> str:
    out = io.StringIO()
    call_command("demo", *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def rows() -> tuple[int, ...]:
    of_appeals = (Appeal, Endorsement, Signatory, Contact, PrivateLink, OutgoingMail)
    return tuple(model.objects.count() for model in (*of_appeals, AppealDraft, BulkUpload, Edition, TimelineEntry))


def test_a_demonstration_is_separate_and_leaves_only_marked_events(client: Client, appeal: Appeal) -> None:
    before, real = rows(), client.get(f"/appeals/{SLUG}/signatories.json").content
    assert "made-up endorsements" in run("120")
    made = Endorsement.objects.filter(appeal__slug="demo")
    states = set(made.values_list("state", flat=True))
    assert states == {State.SUBMITTED, State.CONFIRMED, State.APPROVED, State.REJECTED, State.WITHDRAWN}
    assert not OutgoingMail.objects.exists()
    for path in ("", "signatories/", "endorse/"):
        assert "everything here is made up" in client.get(f"/appeals/demo/{path}").content.decode()
        assert "made up" not in client.get(f"/appeals/{SLUG}/{path}").content.decode()
    assert json.loads(client.get("/appeals/demo/signatories.json").content)["demonstration"] is True
    assert client.get("/")["Location"] == f"/appeals/{SLUG}/"
    page = client.get("/appeals/demo/").content.decode()
    for words in ("Delivered to Made-up Office", "The made-up office announced", "for the delivery to Made-up Office"):
        assert words in page, words
    assert "undecided" in {block["kind"] for block in AppealDraft.objects.get().blocks}
    assert BulkUpload.objects.get().rows.count() == 4
    run("--remove")
    assert rows() == before
    assert client.get(f"/appeals/{SLUG}/signatories.json").content == real
    left = AuditEvent.objects.exclude(appeal_id=appeal.pk).exclude(subject_kind="draft")  # which is of no appeal
    assert left.count() > 120
    assert not left.filter(is_demo=False).exists()
    assert not AuditEvent.objects.filter(appeal_id=appeal.pk, is_demo=True).exists()


def test_the_same_demonstration_can_grow_and_return(db: None) -> None:
    run("5")
    run("5")
    assert Endorsement.objects.filter(appeal__slug="demo", origin="form").count() == 10
    run("--remove")
    run("5")
    assert Signatory.objects.filter(appeal__slug="demo", kind="original").count() == 3


def test_operator_mistakes_get_a_sentence(appeal: Appeal) -> None:
    with pytest.raises(CommandError, match="never removed"):
        run("--remove", "--appeal", SLUG)
    with pytest.raises(CommandError, match="is not a slug"):
        run("--appeal", "a demonstration")
    with pytest.raises(CommandError, match="from 1 to 100000"):
        run("0")


def test_a_real_appeal_on_a_public_site_takes_no_demonstration(appeal: Appeal, settings: object) -> None:
    run("1", "--appeal", SLUG)
    settings.SITE_IS_HTTPS = True  # type: ignore[attr-defined]  # pytest-django's settings
    with pytest.raises(CommandError, match="public site"):
        run("1", "--appeal", SLUG)


def test_a_real_appeal_cannot_become_a_demonstration(appeal: Appeal) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.update(is_demo=True)
