"""PublicChange: that a listed line was changed, when, and in what; for everybody to read."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from petition.models.signatories import Signatory


class What(models.TextChoices):
    """Which part of the line is another."""

    NAME = "name", _("name corrected")
    ACRONYM = "acronym", _("acronym corrected")
    COUNTRIES = "countries", _("countries corrected")
    LINE = "line", _("line corrected")
    NOTE = "note", _("note beside the line changed")


class PublicChangeQuerySet(models.QuerySet["PublicChange"]):
    def newest(self) -> Self:
        return self.order_by("-on", "-pk")


class PublicChange(models.Model):
    """Exists only while its line is listed: a removal leaves number and status, nothing else (triggers)."""

    signatory = models.ForeignKey(Signatory, on_delete=models.CASCADE, related_name="changes")
    what = models.CharField(max_length=10, choices=What)
    on = models.DateField()
    old_label = models.CharField(max_length=500, blank=True)  # only if the organisation agreed

    objects = PublicChangeQuerySet.as_manager()

    class Meta:
        ordering = ["signatory", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(what__in=What.values), name="change_what_known"),
            models.CheckConstraint(
                condition=Q(old_label="") | ~Q(what=What.NOTE), name="change_of_a_note_has_no_old_line"
            ),
        ]

    def __str__(self) -> str:
        return f"change {self.pk} of signatory {self.signatory_id}"
