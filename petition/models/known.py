"""KnownOrganisation: whom the secretariat knows, and at which mail domain. Private, and no signatory."""

from django.db import models
from django.db.models import Q


class KnownOrganisation(models.Model):
    name = models.CharField(max_length=300)
    domain_index = models.CharField(max_length=64, db_index=True)  # keyed hash, as of an endorsement's mailbox
    sealed_channel = models.TextField(blank=True)  # where it can be reached: often a person
    member = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["name", "domain_index"], name="known_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(domain_index=""), name="known_has_name_and_domain"),
        ]

    def __str__(self) -> str:
        return f"known organisation {self.pk}"
