"""Contact: the person who submitted an endorsement. Sealed: only who holds the private key can read it."""

from django.db import models
from django.db.models import Q

from petition.models.endorsements import Endorsement


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
