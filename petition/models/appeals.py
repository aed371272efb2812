"""Appeal: the cause. Its text lives in AppealText, one per language and version.
Notice: the truth before the form, as the editor words it in one language. Without one, our own words stand.
AppealText and Demand: what was signed, word for word. Rows are never changed (trigger, see triggers.py).
TextProposal: a new wording of a published translation, until a second person publishes it.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from django.db import models
from django.db.models import F, Q

GRACE = timedelta(hours=24)
"""Who sent the form before the closing date may still confirm the mailbox within this time."""


class Phase(StrEnum):
    """What an organisation can do with the appeal at one moment."""

    DRAFT = "draft"
    UPCOMING = "upcoming"
    OPEN = "open"
    PAUSED = "paused"  # open, but for the emergency level of the whole site (SiteState)
    CLOSED = "closed"


class Appeal(models.Model):
    slug = models.SlugField(unique=True)
    issuer = models.CharField(max_length=200, blank=True)
    issued_on = models.DateField()
    is_demo = models.BooleanField(default=False)  # made up from end to end, and may be removed (trigger)
    published_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    # Every public byte belongs to one revision. revised_at is the moment of its commit: it dates removals too, so
    # nothing public is made from it. as_of is what is shown: the day on which something was added or corrected last.
    revision = models.PositiveBigIntegerField(default=0)
    revised_at = models.DateTimeField()
    as_of = models.DateField()
    last_number = models.PositiveIntegerField(default=0)  # of the further signatories; only ever grows
    withheld_total = models.PositiveIntegerField(default=0)  # as published; refreshed once a day, see DESIGN "Numbers"
    withheld_checks = models.JSONField(default=dict, blank=True)  # of these, how many by each kind of check
    withheld_as_of = models.DateField(null=True, blank=True)  # the day of that refresh

    class Meta:
        ordering = ["-issued_on", "slug"]
        constraints = [
            models.CheckConstraint(condition=~Q(slug=""), name="appeal_has_slug"),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(opens_at__lt=F("closes_at")),
                name="appeal_opens_before_it_closes",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def phase(self, at: datetime) -> Phase:
        """The phase at the moment `at`, whatever the level of the site."""
        if self.published_at is None:
            return Phase.DRAFT
        if self.opens_at and at < self.opens_at:
            return Phase.UPCOMING
        if self.closes_at and at >= self.closes_at:
            return Phase.CLOSED
        return Phase.OPEN

    def may_confirm(self, at: datetime) -> bool:
        """Whether a mailbox may be confirmed at `at`: while open, and `GRACE` longer."""
        return self.phase(at) is Phase.OPEN or bool(self.closes_at and self.closes_at <= at < self.closes_at + GRACE)


class Notice(models.Model):
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="notices")
    language = models.CharField(max_length=10)
    paragraphs = models.JSONField(default=list)  # list of sentences or short paragraphs
    dated = models.DateField()

    class Meta:
        ordering = ["appeal", "language"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "language"], name="notice_one_per_language"),
            models.CheckConstraint(condition=~Q(paragraphs=[]), name="notice_has_words"),
        ]

    def __str__(self) -> str:
        return f"notice of {self.appeal_id} in {self.language}"


class TextStatus(models.TextChoices):
    OFFICIAL = "official"
    UNOFFICIAL = "unofficial"


class AppealTextQuerySet(models.QuerySet["AppealText"]):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def signed(self, appeal_id: int) -> "AppealText":
        """The text that was signed and is endorsed, whatever translations stand beside it: the first official one."""
        return self.published().filter(appeal_id=appeal_id, status=TextStatus.OFFICIAL).earliest("pk")


class AppealText(models.Model):
    """One immutable version of the text in one language; no list of signatories inside."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="texts")
    language = models.CharField(max_length=10)
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=TextStatus)
    dated = models.DateField()
    dated_as_printed = models.CharField(max_length=100)
    title = models.TextField()
    preamble = models.JSONField(default=list)  # list of paragraphs, as are closing and background
    closing = models.JSONField(default=list)
    background = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = AppealTextQuerySet.as_manager()

    class Meta:
        ordering = ["appeal", "language", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "language", "version"], name="text_version_once"),
            models.CheckConstraint(condition=~Q(title=""), name="text_has_title"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="text_has_sha256"),
            models.CheckConstraint(condition=Q(status__in=TextStatus.values), name="text_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id}.{self.language}.{self.version}"

    def canonical(self, demands: Iterable[str]) -> str:
        """The text as one string, the SHA-256 of whose UTF-8 bytes is `sha256`.

        Title, date, preamble, demands, closing and background: a blank line between, a line feed at the end.
        """
        blocks = [self.title, self.dated_as_printed, *self.preamble, *demands, *self.closing, *self.background]
        return "\n\n".join(blocks) + "\n"


def digest_of(canonical: str) -> str:
    """SHA-256 (FIPS 180-4) over the UTF-8 bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(canonical.encode()).hexdigest()


class Demand(models.Model):
    """One of the numbered asks of a text."""

    text = models.ForeignKey(AppealText, on_delete=models.PROTECT, related_name="demands")
    number = models.PositiveSmallIntegerField()
    body = models.TextField()

    class Meta:
        ordering = ["text", "number"]
        constraints = [
            models.UniqueConstraint(fields=["text", "number"], name="demand_number_once"),
            models.CheckConstraint(condition=~Q(body="") & Q(number__gte=1), name="demand_has_number_and_body"),
        ]

    def __str__(self) -> str:
        return f"{self.text_id}.{self.number}"


class TextProposal(models.Model):
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="text_proposals")
    language = models.CharField(max_length=10)
    dated = models.DateField()
    source = models.TextField()  # the plain text as it was pasted
    proposed_by = models.BigIntegerField()  # number of the staff account, as in the trail
    proposed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "language"], name="text_proposed_once"),
            models.CheckConstraint(condition=~Q(source=""), name="text_proposal_has_source"),
        ]

    def __str__(self) -> str:
        return f"text of {self.appeal_id} in {self.language}, proposed"
