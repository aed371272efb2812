
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('petition', '0007_editions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deed', models.CharField(choices=[('quarantine', 'Set aside'), ('release', 'Release'), ('approve', 'Approve'), ('reject', 'Reject')], max_length=10)),
                ('state', models.CharField(choices=[('proposed', 'Waits for a second person'), ('dropped', 'Dropped'), ('running', 'Under way'), ('done', 'Done'), ('undoing', 'Being taken back'), ('undone', 'Taken back')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('begun_by', models.BigIntegerField()),
                ('begun_at', models.DateTimeField()),
                ('carried_out_by', models.BigIntegerField(blank=True, null=True)),
                ('carried_out_at', models.DateTimeField(blank=True, null=True)),
                ('undone_by', models.BigIntegerField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='BatchPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('waiting', 'To do'), ('done', 'Done'), ('skipped', 'Left alone: changed meanwhile'), ('undone', 'Taken back'), ('kept', 'Not taken back: changed since')], default='waiting', max_length=10)),
                ('quarantined_for', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AlterField(
            model_name='endorsement',
            name='quarantined_for',
            field=models.CharField(blank=True, choices=[('honeypot', 'A field was filled in that people do not see'), ('too_fast', 'Sent within three seconds of opening the form'), ('no_stamp', 'Sent without opening the form, or from a page two days old'), ('mailbox', 'Many forms with one mailbox in a day'), ('network', 'Many forms from one network within an hour'), ('domain', 'Many forms with mailboxes at one domain in a day'), ('appeal', 'Very many forms within an hour'), ('stricter', 'Came in while everything was set aside'), ('likeness', 'Resembles many others'), ('moderator', 'Set aside by a moderator')], max_length=40),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('quarantined_at__isnull', False)), fields=['id'], name='endorsement_quarantined'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('network_index', ''), _negated=True), fields=['submitted_at'], name='endorsement_with_network'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quarantined_at', None), ('quarantined_for', '')), models.Q(('quarantined_at__isnull', False), ('state__in', ('submitted', 'confirmed', 'returned')), models.Q(('quarantined_for', ''), _negated=True)), _connector='OR'), name='endorsement_quarantined_while_undecided'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('deed__in', ['quarantine', 'release', 'approve', 'reject']), ('state__in', ['proposed', 'dropped', 'running', 'done', 'undoing', 'undone'])), name='batch_words_known'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('carried_out_at', None), ('state__in', ['proposed', 'dropped'])), models.Q(models.Q(('state__in', ['proposed', 'dropped']), _negated=True), ('carried_out_at__isnull', False), ('carried_out_by__isnull', False)), _connector='OR'), name='batch_carried_out_by_somebody'),
        ),
        migrations.AddField(
            model_name='batchpart',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='petition.batch'),
        ),
        migrations.AddField(
            model_name='batchpart',
            name='endorsement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='petition.endorsement'),
        ),
        migrations.AddIndex(
            model_name='batchpart',
            index=models.Index(fields=['batch', 'outcome', 'id'], name='batch_part_outcome'),
        ),
        migrations.AddConstraint(
            model_name='batchpart',
            constraint=models.UniqueConstraint(fields=('batch', 'endorsement'), name='batch_part_once'),
        ),
        migrations.AddConstraint(
            model_name='batchpart',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['waiting', 'done', 'skipped', 'undone', 'kept'])), name='batch_part_outcome_known'),
        ),
    ]
