"""Nobody asks any more who else has an endorsement's page open: of two decisions the first counts."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("petition", "0023_forms_already_asked")]
    operations = [migrations.DeleteModel("Presence")]
