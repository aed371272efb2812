"""Flag: what the evidence said of an endorsement when it was weighed, for the queue to show and to filter by."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from petition.models.endorsements import Endorsement


class FlagCode(models.TextChoices):
    """Why a moderator looks closer; the first two say only what is usual among groups in exile."""

    FREE_MAIL = "free_mail", _("Free mailbox")
    KNOWN = "known", _("Known to the secretariat")
    RESEMBLES_LISTED = "resembles_listed", _("Resembles a listed name")
    RESEMBLES_WAITING = "resembles_waiting", _("Resembles another endorsement")
    CHARACTERS = "characters", _("Mixed or invisible letters")
    DISPOSABLE_MAIL = "disposable_mail", _("Disposable mailbox")
    KNOWN_ELSEWHERE = "known_elsewhere", _("Known at another domain")
    SAME_NETWORK = "same_network", _("Several from one network")
    SAME_DOMAIN = "same_domain", _("Several from one mail domain")
    BURST = "burst", _("Many within minutes")
    FAST = "fast", _("Filled in within seconds")


CALM = frozenset({FlagCode.FREE_MAIL, FlagCode.KNOWN})
"""Flags that ask nobody to look closer."""


class Flag(models.Model):
    endorsement = models.ForeignKey(Endorsement, on_delete=models.CASCADE, related_name="flags")
    code = models.CharField(max_length=20, choices=FlagCode)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["code", "endorsement"], name="flag_once"),  # in this order: the filter's
            models.CheckConstraint(condition=Q(code__in=FlagCode.values), name="flag_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of endorsement {self.endorsement_id}"
