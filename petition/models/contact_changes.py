"""ContactChange: a new contact for an endorsement, which counts once both mailboxes have confirmed it."""

from django.db import models

from petition.models.endorsements import Endorsement


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
