"""Append-only records of what was done (triggers.py). They hold no names and no foreign keys, so they stay forever.

AuditEvent: who did what to which object, when and for which reason.
Removal: that a name or a contact was removed or erased. A restored backup does not know what was removed after it was
taken, so these rows are copied to a file outside the database (actions/operations/), and `manage.py restore` repeats
the removals in that file.
"""

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    at = models.DateTimeField()
    verb = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.BigIntegerField(null=True, blank=True)  # of the staff account
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField(null=True, blank=True)
    appeal_id = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    is_demo = models.BooleanField(default=False)  # about a made-up appeal; the row stays when that is deleted

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit log")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="audit_subject"),
            models.Index(fields=["actor_id", "at"], name="audit_actor"),
            models.Index(fields=["verb", "at"], name="audit_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind} {self.subject_id}"


class RemovalKind(models.TextChoices):
    """What was removed. `LIST` ends an earlier `HIDE` or `UNLIST`; all others are final."""

    HIDE = "hide"  # the name is no longer published, or never will be
    UNLIST = "unlist"  # the approval was revoked or undone
    LIST = "list"  # the name is published again
    WITHDRAW = "withdraw"
    FORGET = "forget"  # the contact and every hash of its mailbox are erased
    ERASE_CONTACT = "erase_contact"  # the contact is erased at the end of its retention period
    CHANGE_CONTACT = "change_contact"  # the earlier contact is erased
    ERASE = "erase"  # an unconfirmed endorsement is erased
    END_LINKS = "end_links"  # earlier private links no longer work
    END_CODE = "end_code"  # the earlier removal code no longer works
    TAKE_DOWN = "take_down"  # a whole appeal; PUT_BACK ends it
    PUT_BACK = "put_back"


OF_APPEALS = (RemovalKind.TAKE_DOWN, RemovalKind.PUT_BACK)
"""Removals of a whole appeal: they have no endorsement (0), and `submitted_at` is when it was published."""


class Removal(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True)  # because a restored database assigns the same `id` again
    kind = models.CharField(max_length=20, choices=RemovalKind)
    appeal = models.CharField(max_length=50)  # its slug
    reference = models.CharField(max_length=30, blank=True)  # further-12; '' if it never had a public entry
    endorsement = models.BigIntegerField()  # its id; 0 for a whole appeal
    submitted_at = models.DateTimeField()  # of the endorsement, to tell it from a later one with the same `id`
    intake_id = models.UUIDField(null=True, blank=True)  # of its row of the intake, which a backup may still have
    at = models.DateTimeField()
    stored_at = models.DateTimeField(db_default=Now())  # by the database's clock

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["endorsement"], name="removal_endorsement")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=RemovalKind.values), name="removal_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {f'endorsement {self.endorsement}' if self.endorsement else f'appeal {self.appeal}'}"
