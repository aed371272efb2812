"""AppealText and Demand: what was signed, word for word. Rows are never changed (trigger, see triggers.py)."""

import hashlib
from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q

from petition.models.appeals import Appeal


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
