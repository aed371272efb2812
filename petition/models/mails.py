"""OutgoingMail: a mail that waits until it is sent, finally refused, or dropped. Address and content are encrypted.

A mail is dropped when what it says is no longer true (actions/mailing/pre_send_checks.py).
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from petition.models.encrypted import EncryptedRow

MAILBOX_MAILS = ("confirm_mailbox", "already_endorsed", "own_page_again")
"""Mails that anybody can cause by sending the form. At most one of them waits for each mailbox."""
_OWED = Q(sent_at=None, failed_at=None, dropped_at=None)


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def owed(self) -> Self:
        return self.filter(_OWED)

    def due(self, at: datetime) -> Self:
        """Return those to send now: due at `at` and not leased by another worker."""
        return self.owed().filter(Q(leased_until=None) | Q(leased_until__lte=at), due_at__lte=at)


class OutgoingMail(EncryptedRow):
    # CASCADE: erasing an endorsement erases the mails about it.
    endorsement = models.ForeignKey("Endorsement", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    message = models.CharField(max_length=40)  # the function of mail/messages.py that writes it
    language = models.CharField(max_length=10)
    reports = models.BigIntegerField(null=True, blank=True)  # the audit event that the mail reports
    # Keyed hash of the mailbox, only for mails that a stranger can cause, to limit them. Erased two days after sending.
    mailbox_index = models.CharField(max_length=64, blank=True)
    sealed_address = models.TextField(blank=True)
    sealed_content = models.TextField(blank=True)  # JSON: the arguments of the message
    message_id = models.CharField(max_length=200, unique=True)  # the same for every attempt (RFC 5322, 3.6.4)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.CharField(max_length=32, blank=True)
    last_error = models.CharField(max_length=40, blank=True)  # SMTP code or class: the text could contain the address
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)  # when it was found to be no longer true
    bounced_at = models.DateTimeField(null=True, blank=True)  # when the report arrived that a sent mail came back

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=_OWED, name="mail_owed"),
            models.Index(fields=["failed_at"], condition=Q(failed_at__isnull=False), name="mail_failed"),
            models.Index(fields=["bounced_at"], condition=Q(bounced_at__isnull=False), name="mail_bounced"),
            models.Index(fields=["mailbox_index"], condition=~Q(mailbox_index=""), name="mail_to_mailbox"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(failed_at=None, dropped_at=None)
                | Q(sent_at=None, dropped_at=None)
                | Q(sent_at=None, failed_at=None),
                name="mail_has_one_end",
            ),
            models.CheckConstraint(
                condition=Q(bounced_at=None) | Q(sent_at__isnull=False), name="mail_bounced_was_sent"
            ),
            models.UniqueConstraint(
                fields=["mailbox_index"],
                condition=_OWED & Q(message__in=MAILBOX_MAILS) & ~Q(mailbox_index=""),
                name="mail_one_waits_for_mailbox",
            ),
            models.CheckConstraint(
                condition=(_OWED & ~Q(sealed_address="")) | (~_OWED & Q(sealed_address="", sealed_content="")),
                name="mail_forgets_address_when_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message} mail {self.pk}"
