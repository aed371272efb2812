"""LinkRequest: somebody asked by mailbox for a new private link. The worker knows whether there is one to give."""

from django.db import models


class LinkRequest(models.Model):
    mailbox_index = models.CharField(max_length=64, unique=True)  # keyed hash: asked twice is asked once
    sealed_mailbox = models.TextField()
    language = models.CharField(max_length=10)
    requested_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"link request {self.pk}"
