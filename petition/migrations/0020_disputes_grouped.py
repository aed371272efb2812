from django.db import migrations, models


class Migration(migrations.Migration):
    """Messages about a name: whose address was given, and whether it came above a limit. Earlier ones did not."""

    dependencies = [
        ("petition", "0019_staff_limits"),
    ]

    operations = [
        migrations.AddField(
            model_name="dispute",
            name="above_limit",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="dispute",
            name="claim",
            field=models.CharField(
                blank=True,
                choices=[
                    ("mailbox", "Gives the e-mail address of the contact"),
                    ("domain", "Gives an address at the domain of the contact"),
                ],
                default="",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("claim__in", ["", "mailbox", "domain"])), name="dispute_claim_known"
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                condition=models.Q(("settled_at", None)), fields=["appeal", "reference"], name="dispute_open"
            ),
        ),
    ]
