"""Forwards: forms that wait were asked when they were sent. Backwards: what the tables before 0016 cannot hold goes."""

from django.db import migrations
from django.db.models import F


def mark_as_asked(apps, schema_editor):
    forms = apps.get_model("petition", "Endorsement").objects.filter(state="submitted", origin="form", asked_at=None)
    forms.update(asked_at=F("submitted_at"))


def forget_what_is_new(apps, schema_editor):
    apps.get_model("petition", "PrivateLink").objects.filter(endorsement=None).delete()
    apps.get_model("petition", "OutgoingMail").objects.filter(dropped_at__isnull=False).delete()


class Migration(migrations.Migration):
    dependencies = [("petition", "0022_form_notice")]
    operations = [migrations.RunPython(mark_as_asked, forget_what_is_new)]
