"""Contact: the person who submitted an endorsement. Sealed: only who holds the private key can read it.
ContactChange: a new contact for an endorsement, which counts once both mailboxes have confirmed it.
PrivateLink: a token with one purpose, kept as a hash.
LinkRequest: somebody asked by mailbox for a new private link. The worker knows whether there is one to give.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from petition.models.endorsements import Endorsement
from petition.models.mails import OutgoingMail


class Contact(models.Model):
    endorsement = models.OneToOneField(Endorsement, on_delete=models.CASCADE, related_name="contact")
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


class ContactChange(models.Model):
    endorsement = models.OneToOneField(Endorsement, on_delete=models.CASCADE, related_name="contact_change")
    sealed_person = models.TextField()  # as in Contact
    sealed_mailbox = models.TextField()
    mailbox_index = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    old_confirmed_at = models.DateTimeField(null=True, blank=True)
    new_confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"contact change of endorsement {self.endorsement_id}"


class Purpose(models.TextChoices):
    CONFIRM = "confirm"  # the link in the mail: opens all unconfirmed forms of its mailbox, or one endorsement
    CONFIRM_CODE = "confirm_code"  # the short code in the same mail, to type on another device
    OWN_PAGE = "own_page"  # the organisation's own page: no expiry, outlives the contact
    REMOVAL_CODE = "removal_code"  # typed in to leave without a mail, for as long as there is something to leave
    OLD_CONTACT = "old_contact"  # the present mailbox agrees to a new contact
    NEW_CONTACT = "new_contact"  # the new mailbox is proven
    NAME_AGAIN = "name_again"  # the mailbox agrees to be named again


class PrivateLinkQuerySet(models.QuerySet["PrivateLink"]):
    def live(self, at: datetime) -> Self:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at))


class PrivateLink(models.Model):
    # A link opens either one endorsement, or whatever waits for the mailbox with this keyed hash.
    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    mailbox_index = models.CharField(max_length=64, blank=True)
    purpose = models.CharField(max_length=20, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # The mail that carries it. Its time begins anew when that mail leaves.
    mail = models.ForeignKey(OutgoingMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="links")

    objects = PrivateLinkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["mailbox_index"], condition=~Q(mailbox_index=""), name="link_of_mailbox"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="link_is_hashed"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="link_purpose_known"),
            models.CheckConstraint(
                condition=Q(endorsement__isnull=False, mailbox_index="")
                | (Q(endorsement=None, purpose__in=[Purpose.CONFIRM, Purpose.CONFIRM_CODE]) & ~Q(mailbox_index="")),
                name="link_opens_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} link {self.pk}"


class LinkRequest(models.Model):
    mailbox_index = models.CharField(max_length=64, unique=True)  # keyed hash: asked twice is asked once
    sealed_mailbox = models.TextField()
    language = models.CharField(max_length=10)
    requested_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"link request {self.pk}"
