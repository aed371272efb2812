"""OutgoingMail: a mail that is owed until it is delivered or finally refused. Address and content are sealed."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from petition.models.endorsements import Endorsement


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def owed(self) -> Self:
        return self.filter(sent_at=None, failed_at=None)

    def due(self, at: datetime) -> Self:
        """Owed, due, and under nobody's lease at `at`."""
        return self.owed().filter(Q(leased_until=None) | Q(leased_until__lte=at), due_at__lte=at)


class OutgoingMail(models.Model):
    # Erasing an endorsement takes the mails along that are about it.
    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    message = models.CharField(max_length=40)  # the function of mail/messages.py that writes it
    language = models.CharField(max_length=10)
    sealed_address = models.TextField(blank=True)
    sealed_content = models.TextField(blank=True)  # JSON of what the message says
    message_id = models.CharField(max_length=200, unique=True)  # the same for every attempt (RFC 5322, 3.6.4)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.CharField(max_length=32, blank=True)
    last_error = models.CharField(max_length=40, blank=True)  # an SMTP code or the class of the error, never its words
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(sent_at=None, failed_at=None), name="mail_owed"),
            models.Index(fields=["failed_at"], condition=Q(failed_at__isnull=False), name="mail_failed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sent_at=None) | Q(failed_at=None), name="mail_sent_or_failed"),
            models.CheckConstraint(
                condition=(Q(sent_at=None, failed_at=None) & ~Q(sealed_address=""))
                | (~Q(sent_at=None, failed_at=None) & Q(sealed_address="", sealed_content="")),
                name="mail_forgets_address_when_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message} mail {self.pk}"
