"""The appeal and its texts.

Appeal: the cause. Its wording is in AppealText, one row per language and version, with its Demands.
AppealText and Demand are what was signed, word for word, and never change (triggers.py).
Notice: an editor's notice above the form in one language, instead of our default one.
MailParagraph: an editor's paragraph in a mail, in one language.
TextProposal: a new wording of a published translation, waiting for a second person to publish it.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from django.db import models
from django.db.models import F, Q

CONFIRMATION_GRACE = timedelta(hours=24)
"""How long after the closing date a form that was sent before it may still be confirmed."""
LONGEST_GRACE = timedelta(days=7)
"""How long at most, if the mail left late; it can be asked for again and again."""


class Phase(StrEnum):
    """Whether the appeal accepts endorsements at a given moment."""

    DRAFT = "draft"
    UPCOMING = "upcoming"
    OPEN = "open"
    PAUSED = "paused"  # open, but the whole site accepts nothing (SiteState.level)
    CLOSED = "closed"
    ARCHIVED = "archived"  # an editor has ended it: closed for good
    TAKEN_DOWN = "taken_down"  # nothing of it is shown any more


class AppealQuerySet(models.QuerySet["Appeal"]):
    def published(self) -> Self:
        """Return those that the public may see."""
        return self.filter(published_at__isnull=False, taken_down_at=None)


class Appeal(models.Model):
    slug = models.SlugField(unique=True)
    issuer = models.CharField(max_length=200, blank=True)
    addressees = models.JSONField(default=list, db_default=[], blank=True)  # list of names: to whom it is addressed
    issued_on = models.DateField()
    is_demo = models.BooleanField(default=False)  # made up, so it may be deleted (triggers.py)
    published_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", db_default="UTC")  # in which the two are shown (IANA)
    closes_for = models.CharField(max_length=300, blank=True, db_default="")  # to whom the list is then delivered
    archived_at = models.DateTimeField(null=True, blank=True)
    taken_down_at = models.DateTimeField(null=True, blank=True)
    # `revised_at` changes with removals too, so it is never published: it would tell when a name was removed.
    # `as_of` is published: the last day on which something was added or corrected.
    revision = models.PositiveBigIntegerField(default=0)
    revised_at = models.DateTimeField()
    as_of = models.DateField()
    last_number = models.PositiveIntegerField(default=0)  # of the further signatories; never decreases (trigger)
    withheld_total = models.PositiveIntegerField(default=0)  # as published; refreshed once a day
    withheld_checks = models.JSONField(default=dict, blank=True)  # how many of these by each kind of check
    withheld_as_of = models.DateField(null=True, blank=True)  # the day of the last refresh

    objects = AppealQuerySet.as_manager()

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

    @property
    def edits(self) -> int:
        """Return a number that stays while entries are only added, and grows with every other published change."""
        # An added entry raises both by one, and nothing raises the last number alone (trigger).
        return self.revision - self.last_number

    def phase(self, at: datetime) -> Phase:
        """Return the phase at the moment `at`, regardless of the level of the whole site."""
        if self.published_at is None:
            return Phase.DRAFT
        if self.taken_down_at:
            return Phase.TAKEN_DOWN
        if self.archived_at and at >= self.archived_at:
            return Phase.ARCHIVED
        if self.opens_at and at < self.opens_at:
            return Phase.UPCOMING
        if self.closes_at and at >= self.closes_at:
            return Phase.CLOSED
        return Phase.OPEN

    def can_confirm(self, at: datetime, *, mailed_at: datetime | None) -> bool:
        """Return whether an endorsement may be confirmed at `at`: while open, and CONFIRMATION_GRACE longer.

        That time begins when the mail left, at `mailed_at`, if it left after the closing, and ends in any case
        LONGEST_GRACE after the closing.
        """
        phase = self.phase(at)
        closed_at = min(filter(None, (self.closes_at, self.archived_at)), default=None)
        if closed_at is None or phase not in (Phase.CLOSED, Phase.ARCHIVED):
            return phase is Phase.OPEN
        begin = max(closed_at, mailed_at or closed_at)
        return at < min(begin + CONFIRMATION_GRACE, closed_at + LONGEST_GRACE)


class Notice(models.Model):
    appeal = models.ForeignKey("Appeal", on_delete=models.CASCADE, related_name="notices")
    language = models.CharField(max_length=10)
    paragraphs = models.JSONField(default=list)  # list of strings
    dated = models.DateField()

    class Meta:
        ordering = ["appeal", "language"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "language"], name="notice_one_per_language"),
            models.CheckConstraint(condition=~Q(paragraphs=[]), name="notice_has_words"),
        ]

    def __str__(self) -> str:
        return f"notice of {self.appeal_id} in {self.language}"


class MailParagraph(models.Model):
    """An editor's paragraph in all mails of one kind, in one language."""

    message = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    words = models.TextField()

    class Meta:
        ordering = ["message", "language"]
        constraints = [
            models.UniqueConstraint(fields=["message", "language"], name="mail_paragraph_one_per_language"),
            models.CheckConstraint(condition=~Q(words=""), name="mail_paragraph_has_words"),
        ]

    def __str__(self) -> str:
        return f"paragraph of {self.message} in {self.language}"


class TextStatus(models.TextChoices):
    OFFICIAL = "official"
    UNOFFICIAL = "unofficial"


class TextBlockKind(models.TextChoices):
    """What a block of a text is. SIGNATORIES has no words: pages print the list in its place."""

    PARAGRAPH = "paragraph"
    DEMAND = "demand"
    HEADING = "heading"
    SIGNATORIES = "signatories"


class AppealTextQuerySet(models.QuerySet["AppealText"]):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def signed(self, appeal_id: int) -> "AppealText":
        """Return the text that was signed and is endorsed: the first official one."""
        return self.published().filter(appeal_id=appeal_id, status=TextStatus.OFFICIAL).earliest("pk")


class AppealText(models.Model):
    """One immutable version of the text in one language, without signatories."""

    appeal = models.ForeignKey("Appeal", on_delete=models.PROTECT, related_name="texts")
    language = models.CharField(max_length=10)
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=TextStatus)
    dated = models.DateField()
    dated_as_printed = models.CharField(max_length=100)
    title = models.TextField()
    # In order: {"kind": a TextBlockKind, "text": one line}. Empty where 1.0 stored the text in the four parts below.
    blocks = models.JSONField(default=list, db_default=[])
    # As 1.0 reads a text: lists of paragraphs around the demands. No longer read where there are blocks.
    preamble = models.JSONField(default=list)
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

    def list_blocks(self) -> list[tuple[TextBlockKind, str]]:
        """Return kind and words of each block in order, also of a text that 1.0 stored."""
        if self.blocks:
            return [(TextBlockKind(block["kind"]), block["text"]) for block in self.blocks]
        parts = [
            (TextBlockKind.PARAGRAPH, self.preamble),
            (TextBlockKind.DEMAND, [demand.body for demand in self.demands.all()]),
            (TextBlockKind.PARAGRAPH, self.closing),
            (TextBlockKind.SIGNATORIES, [""]),
            (TextBlockKind.PARAGRAPH, self.background),
        ]
        return [(kind, text) for kind, texts in parts for text in texts]

    def canonical(self) -> str:
        """Return the whole text as one string; `sha256` is the hash of its UTF-8 bytes.

        Title, date, and all paragraphs, demands and headings in order, separated by blank lines, with a line feed at
        the end.
        """
        texts = [text for kind, text in self.list_blocks() if kind != TextBlockKind.SIGNATORIES]
        return "\n\n".join([self.title, self.dated_as_printed, *texts]) + "\n"


def compute_sha256(canonical: str) -> str:
    """Return the SHA-256 (FIPS 180-4) of the UTF-8 bytes as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(canonical.encode()).hexdigest()


class Demand(models.Model):
    """One of the numbered demands of a text."""

    text = models.ForeignKey("AppealText", on_delete=models.PROTECT, related_name="demands")
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
    appeal = models.ForeignKey("Appeal", on_delete=models.CASCADE, related_name="text_proposals")
    language = models.CharField(max_length=10)
    dated = models.DateField()
    source = models.TextField()  # the plain text as it was pasted
    proposed_by = models.BigIntegerField()  # id of the staff account
    proposed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "language"], name="text_proposed_once"),
            models.CheckConstraint(condition=~Q(source=""), name="text_proposal_has_source"),
        ]

    def __str__(self) -> str:
        return f"text of {self.appeal_id} in {self.language}, proposed"
