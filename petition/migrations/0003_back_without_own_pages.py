"""Nothing forwards. Backwards: what the tables before 0002 have no word for is gone, so that 0002 can be undone."""

from django.db import migrations

NEW_PURPOSES = ("own_page", "removal_code", "old_contact", "new_contact", "name_again")


def forget_what_is_new(apps, schema_editor):
    apps.get_model("petition", "PrivateLink").objects.filter(purpose__in=NEW_PURPOSES).delete()
    forgotten = apps.get_model("petition", "Endorsement").objects.filter(mailbox_index="", origin="form")
    for endorsement in forgotten.only("pk"):
        forgotten.filter(pk=endorsement.pk).update(mailbox_index=f"forgotten {endorsement.pk}", fingerprint="forgotten")


class Migration(migrations.Migration):
    dependencies = [("petition", "0002_organisations_own_page")]
    operations = [migrations.RunPython(migrations.RunPython.noop, forget_what_is_new)]
