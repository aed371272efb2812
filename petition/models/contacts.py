"""Contacts of endorsements, and the private links that are mailed to them.

Contact: the person who submitted an endorsement, encrypted: readable only with the private key.
ContactChange: a new contact, which takes effect when both mailboxes have confirmed it.
PrivateLink: a token with one purpose, stored as a hash.
LinkRequest: a request for a new private link by mailbox. The worker finds out whether there is one to send.
"""

from datetime import datetime
from typing import Final, Self

from django.db import models
from django.db.models import Q

from petition.models.encrypted import EncryptedRow

CODE_PREFIX: Final = "code:"
"""Begins the stored hash of every code, so that the database can slow down who tries codes, and not who opens links."""


class Contact(EncryptedRow):
    endorsement = models.OneToOneField("Endorsement", on_delete=models.CASCADE, related_name="contact")
    sealed_person = models.TextField()  # JSON of name and role
    sealed_mailbox = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(sealed_person="") & ~Q(sealed_mailbox=""), name="contact_is_sealed_or_absent"
            )
        ]

    def __str__(self) -> str:
        return f"contact of endorsement {self.endorsement_id}"


class ContactChange(EncryptedRow):
    endorsement = models.OneToOneField("Endorsement", on_delete=models.CASCADE, related_name="contact_change")
    sealed_person = models.TextField()  # as in Contact
    sealed_mailbox = models.TextField()
    mailbox_index = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    old_confirmed_at = models.DateTimeField(null=True, blank=True)
    new_confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"contact change of endorsement {self.endorsement_id}"


class Purpose(models.TextChoices):
    CONFIRM = "confirm"  # mailed link: opens all unconfirmed forms of its mailbox, or one endorsement
    CONFIRM_CODE = "confirm_code"  # short code in the same mail, to type on another device
    OWN_PAGE = "own_page"  # the organisation's own page: no expiry, remains when the contact is erased
    REMOVAL_CODE = "removal_code"  # typed in to hide or withdraw without a mail
    OLD_CONTACT = "old_contact"  # the present contact agrees to a new contact
    NEW_CONTACT = "new_contact"  # the new contact confirms their mailbox
    NAME_AGAIN = "name_again"  # the contact agrees to be named again


class PrivateLinkQuerySet(models.QuerySet["PrivateLink"]):
    def live(self, at: datetime) -> Self:
        """Return those that have not expired at `at`."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at))


class PrivateLink(models.Model):
    # A link opens either one endorsement, or whatever waits for the mailbox with this keyed hash.
    endorsement = models.ForeignKey(
        "Endorsement", on_delete=models.CASCADE, null=True, blank=True, related_name="links"
    )
    mailbox_index = models.CharField(max_length=64, blank=True)
    purpose = models.CharField(max_length=20, choices=Purpose)
    digest = models.CharField(max_length=70, unique=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # The mail that contains the link. The time until `expires_at` starts again when that mail leaves.
    mail = models.ForeignKey("OutgoingMail", on_delete=models.SET_NULL, null=True, blank=True, related_name="links")

    objects = PrivateLinkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["mailbox_index"], condition=~Q(mailbox_index=""), name="link_of_mailbox"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^(code:)?[0-9a-f]{64}$"), name="link_is_hashed"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="link_purpose_known"),
            models.CheckConstraint(
                condition=Q(endorsement__isnull=False, mailbox_index="")
                | (Q(endorsement=None, purpose__in=[Purpose.CONFIRM, Purpose.CONFIRM_CODE]) & ~Q(mailbox_index="")),
                name="link_opens_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} link {self.pk}"


class LinkRequest(EncryptedRow):
    mailbox_index = models.CharField(max_length=64, unique=True)  # keyed hash: repeated requests are one
    sealed_mailbox = models.TextField()
    language = models.CharField(max_length=10)
    requested_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"link request {self.pk}"
