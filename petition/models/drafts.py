"""What staff have not finished: nothing of it is public. The public login has no right to these tables.

AppealDraft: a statement's source, the blocks that are made of it, and what the statement itself does not say. When it
is locked its text is fixed, and can be read with its private link.
PutBackProposal: an administrator wants to show an appeal again that was taken down; another one has to do it.
BulkUpload, BulkRow: a table of endorsements that came by e-mail, letter or call, until its rows are added.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from petition.models.choices import Origin
from petition.models.encrypted import EncryptedRow


class AppealDraft(models.Model):
    slug = models.SlugField()
    issuer = models.CharField(max_length=200, blank=True)
    addressees = models.JSONField(default=list, blank=True)  # list of names
    language = models.CharField(max_length=10)
    dated = models.DateField(null=True, blank=True)
    source = models.TextField()  # plain text, with which the words of the blocks are compared
    blocks = models.JSONField(default=list)  # in order: {"kind": a BlockKind, "text", "line" of the source, "doubt"}
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changes = models.PositiveIntegerField(default=0)  # counts them, so that nobody overwrites what he has not seen
    sha256 = models.CharField(max_length=64, blank=True)  # of the text, while it is locked
    locked_at = models.DateTimeField(null=True, blank=True)
    link_digest = models.CharField(max_length=64, blank=True)  # of the private link's token
    proposed_by = models.BigIntegerField(null=True, blank=True)  # id of the staff account that would publish it

    class Meta:
        ordering = ["-changed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="draft_slug_once"),
            models.UniqueConstraint(fields=["link_digest"], condition=~Q(link_digest=""), name="draft_link_once"),
            models.CheckConstraint(condition=~Q(slug="") & ~Q(source=""), name="draft_has_slug_and_source"),
            models.CheckConstraint(
                condition=Q(locked_at=None, sha256="", link_digest="", proposed_by=None)
                | (Q(locked_at__isnull=False) & Q(sha256__regex=r"^[0-9a-f]{64}$")),
                name="draft_locked_has_sha256",
            ),
            models.CheckConstraint(condition=Q(changed_at__gte=F("created_at")), name="draft_changed_after_creation"),
        ]

    def __str__(self) -> str:
        return f"draft {self.slug}"


class PutBackProposal(models.Model):
    appeal = models.OneToOneField("Appeal", on_delete=models.CASCADE, related_name="+")
    proposed_by = models.BigIntegerField()  # id of the staff account
    proposed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"proposal to put back appeal {self.appeal_id}"


class BulkUpload(EncryptedRow):
    appeal = models.ForeignKey("Appeal", on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin)
    sealed_note = models.TextField()  # where the mails or letters are kept, for moderators
    created_by = models.BigIntegerField()  # ids of staff accounts
    created_at = models.DateTimeField()
    started_by = models.BigIntegerField(null=True, blank=True)  # the last who pressed "Add"
    started_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin__in=[Origin.EMAIL, Origin.LETTER]) & ~Q(sealed_note=""),
                name="upload_has_origin_and_note",
            ),
            models.CheckConstraint(
                condition=Q(started_at=None, started_by=None) | Q(started_at__isnull=False, started_by__isnull=False),
                name="upload_started_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"table {self.pk}"


class BulkOutcome(models.TextChoices):
    """How far one row of a table is."""

    UNCHECKED = "unchecked", _("Being checked")
    READY = "ready", _("Ready")
    WRONG = "wrong", _("To correct")
    DUPLICATE = "duplicate", _("Already there")
    LEFT_OUT = "left_out", _("Left out")
    QUEUED = "queued", _("Being added")
    ENTERED = "entered", _("Added")


class BulkRow(EncryptedRow):
    upload = models.ForeignKey("BulkUpload", on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # the line of the table in which it begins
    sealed_fields = models.TextField(blank=True)  # JSON by name of the form field; erased when it is added
    match_key = models.CharField(max_length=64, blank=True)  # keyed hash of mailbox and name, to find repeats
    outcome = models.CharField(max_length=10, choices=BulkOutcome, default=BulkOutcome.UNCHECKED)
    alike = models.JSONField(default=list, blank=True)  # of [number of an endorsement, a Likeness]
    endorsement = models.ForeignKey("Endorsement", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["upload", "match_key"], name="bulk_row_match")]
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="bulk_row_once"),
            models.CheckConstraint(
                condition=Q(outcome=BulkOutcome.ENTERED, sealed_fields="")
                | (
                    Q(outcome__in=[one for one in BulkOutcome.values if one != BulkOutcome.ENTERED])
                    & ~Q(sealed_fields="")
                ),
                name="bulk_row_is_sealed_until_added",
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of table {self.upload_id}"
