"""SiteState: the one row about the site itself."""

from django.db import models
from django.db.models import Q


class SiteState(models.Model):
    id = models.SmallIntegerField(primary_key=True, default=1)
    worker_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="site_state_is_one_row")]

    def __str__(self) -> str:
        return "the site"
