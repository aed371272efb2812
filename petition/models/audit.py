"""AuditEvent: who did what to which, when and for which reason. Append-only (trigger), no names, no foreign keys.
Removal: that a name or a contact was removed or erased. Append-only (trigger), no names, no foreign keys.

A restored backup does not know what was removed after it was taken. The rows of this table are also in a file outside
the database (actions/operations/journal_file.py); `manage.py restore` reads that file and removes again what it names.
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
    is_demo = models.BooleanField(default=False)  # about a made-up appeal; stays when that is removed

    class Meta:
        verbose_name = _("line of the trail")
        verbose_name_plural = _("audit trail")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="audit_subject"),
            models.Index(fields=["actor_id", "at"], name="audit_actor"),
            models.Index(fields=["verb", "at"], name="audit_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind} {self.subject_id}"


class RemovalKind(models.TextChoices):
    """What was done. `LIST` ends an earlier `HIDE` or `UNLIST`; everything else is final."""

    HIDE = "hide"  # the name is not published any more, or will not be
    UNLIST = "unlist"  # the approval was revoked or undone
    LIST = "list"  # the name is published again
    WITHDRAW = "withdraw"
    FORGET = "forget"  # the contact and every hash of its mailbox are erased
    ERASE_CONTACT = "erase_contact"  # the contact is erased because its time is over
    CHANGE_CONTACT = "change_contact"  # the earlier contact is erased
    ERASE = "erase"  # an unconfirmed endorsement is erased
    END_LINKS = "end_links"  # the private links of before open nothing
    END_CODE = "end_code"  # the removal code of before opens nothing


class Removal(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True)  # a restored database gives out the same `id` again
    kind = models.CharField(max_length=20, choices=RemovalKind)
    appeal = models.CharField(max_length=50)  # its slug
    reference = models.CharField(max_length=30, blank=True)  # further-12; '' if it never had a public entry
    endorsement = models.BigIntegerField()
    submitted_at = models.DateTimeField()  # of the endorsement: tells it from a later one with the same `id`
    at = models.DateTimeField()
    stored_at = models.DateTimeField(db_default=Now())  # by the database's clock

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["endorsement"], name="removal_endorsement")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=RemovalKind.values), name="removal_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of endorsement {self.endorsement}"
