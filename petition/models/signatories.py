"""The public record. Nothing here refers to an endorsement.

Signatory: what the public sees of an organisation that signed or endorsed the appeal.
PublicChange: that a listed entry was changed, when, and which part.
Edition: the list as delivered on a date, as numbers only: readers see today's record of those numbers.
TimelineEntry, TimelineText: what became of the appeal, on a date, and the words of it in each language.
"""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from petition.models.choices import Check
from petition.models.database.held_list import is_list_held_back
from petition.text.references import format_reference

PRINTED_FIELDS = (
    "label", "name", "acronym", "countries", "countries_as_printed", "language", "folded", "latin", "checked_how",
    "note",
)  # fmt: skip
"""Text columns that are empty once a signatory is no longer listed."""


class Kind(models.TextChoices):
    ORIGINAL = "original"
    FURTHER = "further"


class Status(models.TextChoices):
    LISTED = "listed", _("Listed")
    NO_LONGER_LISTED = "no_longer_listed", _("No longer listed")


class SignatoryQuerySet(models.QuerySet["Signatory"]):
    def listed(self) -> Self:
        return self.filter(status=Status.LISTED)

    def published(self, appeal_id: int) -> Self:
        """Return those of the appeal, listed or not; none while the list is held back after a restore."""
        return self.none() if is_list_held_back() else self.filter(appeal_id=appeal_id)

    def of_kind(self, kind: Kind) -> Self:
        return self.filter(kind=kind)


class Signatory(models.Model):
    appeal = models.ForeignKey("Appeal", on_delete=models.PROTECT, related_name="signatories")
    kind = models.CharField(max_length=10, choices=Kind)
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=20, choices=Status, default=Status.LISTED)
    label = models.CharField(max_length=500, blank=True)  # the entry as printed
    name = models.CharField(max_length=300, blank=True)
    acronym = models.CharField(max_length=50, blank=True)
    countries = models.CharField(max_length=60, blank=True)  # ISO 3166-1 alpha-2 codes, a space between
    countries_as_printed = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=10, blank=True)  # of the name, if a moderator set it
    folded = models.TextField(blank=True)  # what a search compares
    latin = models.TextField(blank=True)  # the same in Latin letters
    member = models.BooleanField(default=False)  # true only if a moderator checked it
    checked_how = models.CharField(max_length=20, choices=Check, blank=True)  # '' : only by its own mailbox
    listed_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)  # by the secretariat, published beside the entry
    noted_on = models.DateField(null=True, blank=True)
    explained_by = models.BigIntegerField()  # the audit event of the last change (trigger)

    objects = SignatoryQuerySet.as_manager()

    class Meta:
        ordering = ["appeal", "-kind", "number"]  # "original" before "further"
        indexes = [
            # Covers counting the listed ones by kind of check, so the rows are not read.
            models.Index(
                fields=["appeal", "kind", "checked_how"], condition=Q(status=Status.LISTED), name="signatory_listed"
            ),
            # Finds the few that are no longer listed.
            models.Index(
                fields=["appeal", "kind", "number"],
                condition=Q(status=Status.NO_LONGER_LISTED),
                name="signatory_no_longer_listed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "kind", "number"], name="signatory_number_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, kind__in=Kind.values, status__in=Status.values),
                name="signatory_number_kind_status_known",
            ),
            models.CheckConstraint(
                condition=(Q(status=Status.LISTED, listed_on__isnull=False) & ~Q(label="") & ~Q(name=""))
                | Q(
                    status=Status.NO_LONGER_LISTED,
                    listed_on=None,
                    noted_on=None,
                    member=False,
                    **dict.fromkeys(PRINTED_FIELDS, ""),
                ),
                name="signatory_hidden_has_nothing_printed",
            ),
            models.CheckConstraint(
                condition=Q(note="", noted_on=None) | (~Q(note="") & Q(noted_on__isnull=False)),
                name="signatory_note_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """Return the public reference: `original-12`, `further-12`."""
        return format_reference(self.kind, self.number)


class ChangeKind(models.TextChoices):
    """Which part of the entry changed."""

    NAME = "name", _("name corrected")
    ACRONYM = "acronym", _("acronym corrected")
    COUNTRIES = "countries", _("countries corrected")
    LINE = "line", _("entry corrected")
    NOTE = "note", _("note changed")


class PublicChangeQuerySet(models.QuerySet["PublicChange"]):
    def newest(self) -> Self:
        return self.order_by("-on", "-pk")


class PublicChange(models.Model):
    """Exists only while its entry is listed: a removal leaves nothing but number and status (triggers.py)."""

    signatory = models.ForeignKey("Signatory", on_delete=models.CASCADE, related_name="changes")
    what = models.CharField(max_length=10, choices=ChangeKind)
    on = models.DateField()
    old_label = models.CharField(max_length=500, blank=True)  # only if the organisation agreed

    objects = PublicChangeQuerySet.as_manager()

    class Meta:
        ordering = ["signatory", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(what__in=ChangeKind.values), name="change_what_known"),
            models.CheckConstraint(
                condition=Q(old_label="") | ~Q(what=ChangeKind.NOTE), name="change_of_a_note_has_no_old_line"
            ),
        ]

    def __str__(self) -> str:
        return f"change {self.pk} of signatory {self.signatory_id}"


class Edition(models.Model):
    appeal = models.ForeignKey("Appeal", on_delete=models.CASCADE, related_name="editions")
    dated = models.DateField()  # the day of the delivery; part of its address
    addressee = models.CharField(max_length=300)  # as printed in the document
    frozen_at = models.DateTimeField()
    last_number = models.PositiveIntegerField()  # of the further signatories in it
    not_listed = models.JSONField(default=list, blank=True)  # references of those no longer listed then
    withheld = models.PositiveIntegerField()  # the published total then

    class Meta:
        ordering = ["appeal", "-dated"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "dated"], name="edition_one_a_day"),
            models.CheckConstraint(condition=~Q(addressee=""), name="edition_has_addressee"),
        ]

    def __str__(self) -> str:
        return f"edition of {self.appeal_id} dated {self.dated}"


class TimelineKind(models.TextChoices):
    """What happened, in the order of a usual life."""

    DELIVERED = "delivered", _("Delivered")
    ANSWER_DUE = "answer_due", _("Answer due")
    ANSWERED = "answered", _("Answered")
    UPDATE = "update", _("Update")
    FOLLOW_UP = "follow_up", _("Follow-up appeal")


class TimelineEntry(models.Model):
    appeal = models.ForeignKey("Appeal", on_delete=models.CASCADE, related_name="timeline")
    kind = models.CharField(max_length=10, choices=TimelineKind)
    dated = models.DateField()
    addressee = models.CharField(max_length=300, blank=True)  # to whom it was delivered, or who answers
    edition = models.ForeignKey("Edition", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    link = models.URLField(max_length=500, blank=True)  # of an answer or a follow-up appeal elsewhere
    corrected_on = models.DateField(null=True, blank=True)  # shown with the entry

    class Meta:
        ordering = ["appeal", "dated", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TimelineKind.values), name="timeline_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.appeal_id} on {self.dated}"


class TimelineText(models.Model):
    entry = models.ForeignKey("TimelineEntry", on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    body = models.TextField()

    class Meta:
        ordering = ["entry", "language"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "language"], name="timeline_text_once"),
            models.CheckConstraint(condition=~Q(body=""), name="timeline_text_has_words"),
        ]

    def __str__(self) -> str:
        return f"text of entry {self.entry_id} in {self.language}"
