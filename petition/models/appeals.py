"""Appeal: the cause. Its text lives in AppealText, one per language and version."""

from datetime import datetime, timedelta
from enum import StrEnum

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
