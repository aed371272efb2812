"""AuditEvent: who did what to which, when and for which reason. Append-only (trigger), no names, no foreign keys."""

from django.db import models
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
