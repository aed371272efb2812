"""All tables, and the reasons for a rejection that every site begins with. apps.py adds triggers and roles."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import petition.models.intake
import uuid
from django.conf import settings
from django.db import migrations, models





REASONS = (
    ("other", True, ("Another reason", "Другая причина", "Башка себеп"), ("", "", "")),
    (
        "unverified",
        True,
        ("Could not be verified", "Не удалось проверить", "Текшерүү мүмкүн болбоду"),
        (
            "We could not make sure that it comes from the organisation itself.",
            "Нам не удалось убедиться, что он исходит от самой организации.",
            "Ал уюмдун өзүнөн келгенине ынана алган жокпуз.",
        ),
    ),
    (
        "duplicate",
        True,
        ("Was there before", "Уже был раньше", "Мурда эле бар болчу"),
        (
            "The same organisation had sent one before, and that one stands.",
            "Та же организация уже присылала запрос раньше, и он остаётся в силе.",
            "Ошол эле уюм мурда өтүнүч жөнөткөн, ал күчүндө калат.",
        ),
    ),
    (
        "no_organisation",
        True,
        ("Not an organisation", "Не организация", "Уюм эмес"),
        (
            "We can take requests of organisations only, not of single persons.",
            "Мы можем принимать запросы только от организаций, но не от отдельных лиц.",
            "Биз уюмдардын гана өтүнүчтөрүн кабыл ала алабыз, жеке адамдардыкын эмес.",
        ),
    ),
    (
        "made_up",
        False,
        ("Made up or abusive", "Вымысел или злоупотребление", "Ойдон чыгарылган же кыянаттык"),
        ("", "", ""),
    ),
)
"""Code, whether a mail is sent, labels and words of the mail in en, ru, ky."""


def insert_reasons(apps, schema_editor):
    for code, sends_mail, labels, words in REASONS:
        apps.get_model("petition", "Reason").objects.create(
            code=code,
            sends_mail=sends_mail,
            labels=dict(zip(("en", "ru", "ky"), labels)),
            words={language: text for language, text in zip(("en", "ru", "ky"), words) if text},
        )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CodeTries',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('wrong_at', models.JSONField(default=list)),
                ('blocked_until', models.DateTimeField(blank=True, null=True)),
                ('used_steps', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='LinkRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('mailbox_index', models.CharField(max_length=64, unique=True)),
                ('sealed_mailbox', models.TextField()),
                ('language', models.CharField(max_length=10)),
                ('requested_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RateCount',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('count', models.PositiveIntegerField()),
                ('turns', models.JSONField(default=list)),
                ('ends_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='VisitorCount',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('count', models.PositiveIntegerField()),
                ('turns', models.JSONField(default=list)),
                ('ends_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WorkerFailure',
            fields=[
                ('duty', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('error', models.CharField(max_length=60)),
                ('failed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('day', models.DateField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'day'), name='alert_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('issuer', models.CharField(blank=True, max_length=200)),
                ('issued_on', models.DateField()),
                ('is_demo', models.BooleanField(default=False)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('opens_at', models.DateTimeField(blank=True, null=True)),
                ('closes_at', models.DateTimeField(blank=True, null=True)),
                ('revision', models.PositiveBigIntegerField(default=0)),
                ('revised_at', models.DateTimeField()),
                ('as_of', models.DateField()),
                ('last_number', models.PositiveIntegerField(default=0)),
                ('withheld_total', models.PositiveIntegerField(default=0)),
                ('withheld_checks', models.JSONField(blank=True, default=dict)),
                ('withheld_as_of', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-issued_on', 'slug'],
                'constraints': [models.CheckConstraint(condition=models.Q(('slug', ''), _negated=True), name='appeal_has_slug'), models.CheckConstraint(condition=models.Q(('opens_at', None), ('closes_at', None), ('opens_at__lt', models.F('closes_at')), _connector='OR'), name='appeal_opens_before_it_closes')],
            },
        ),
        migrations.CreateModel(
            name='AppealText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10)),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('status', models.CharField(choices=[('official', 'Official'), ('unofficial', 'Unofficial')], max_length=10)),
                ('dated', models.DateField()),
                ('dated_as_printed', models.CharField(max_length=100)),
                ('title', models.TextField()),
                ('preamble', models.JSONField(default=list)),
                ('closing', models.JSONField(default=list)),
                ('background', models.JSONField(default=list)),
                ('sha256', models.CharField(max_length=64)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('appeal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='texts', to='petition.appeal')),
            ],
            options={
                'ordering': ['appeal', 'language', '-version'],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('verb', models.CharField(max_length=40)),
                ('actor_kind', models.CharField(max_length=20)),
                ('actor_id', models.BigIntegerField(blank=True, null=True)),
                ('subject_kind', models.CharField(max_length=20)),
                ('subject_id', models.BigIntegerField(blank=True, null=True)),
                ('appeal_id', models.BigIntegerField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('is_demo', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name': 'audit event',
                'verbose_name_plural': 'audit log',
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['subject_kind', 'subject_id'], name='audit_subject'), models.Index(fields=['actor_id', 'at'], name='audit_actor'), models.Index(fields=['verb', 'at'], name='audit_verb')],
            },
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deed', models.CharField(choices=[('quarantine', 'Put on hold'), ('release', 'Release'), ('approve', 'Approve'), ('reject', 'Reject')], max_length=10)),
                ('state', models.CharField(choices=[('proposed', 'Needs a second person'), ('dropped', 'Cancelled'), ('running', 'Running'), ('done', 'Done'), ('undoing', 'Being undone'), ('undone', 'Undone')], max_length=10)),
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
                'constraints': [models.CheckConstraint(condition=models.Q(('deed__in', ['quarantine', 'release', 'approve', 'reject']), ('state__in', ['proposed', 'dropped', 'running', 'done', 'undoing', 'undone'])), name='batch_words_known'), models.CheckConstraint(condition=models.Q(models.Q(('carried_out_at', None), ('state__in', ['proposed', 'dropped'])), models.Q(models.Q(('state__in', ['proposed', 'dropped']), _negated=True), ('carried_out_at__isnull', False), ('carried_out_by__isnull', False)), _connector='OR'), name='batch_carried_out_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Demand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('body', models.TextField()),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='demands', to='petition.appealtext')),
            ],
            options={
                'ordering': ['text', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('about', models.CharField(blank=True, choices=[('not_agreed', 'We did not agree to this.'), ('wrong', 'The entry is wrong.'), ('other', 'Something else.')], max_length=10)),
                ('reference', models.CharField(blank=True, max_length=20)),
                ('sealed_message', models.TextField()),
                ('sealed_mailbox', models.TextField(blank=True)),
                ('claim', models.CharField(blank=True, choices=[('mailbox', 'From the contact’s e-mail address'), ('domain', 'From the contact’s e-mail domain')], max_length=10)),
                ('above_limit', models.BooleanField(default=False)),
                ('raised_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('appeal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='petition.appeal')),
            ],
            options={
                'ordering': ['raised_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dated', models.DateField()),
                ('addressee', models.CharField(max_length=300)),
                ('frozen_at', models.DateTimeField()),
                ('last_number', models.PositiveIntegerField()),
                ('not_listed', models.JSONField(blank=True, default=list)),
                ('withheld', models.PositiveIntegerField()),
                ('appeal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='editions', to='petition.appeal')),
            ],
            options={
                'ordering': ['appeal', '-dated'],
            },
        ),
        migrations.CreateModel(
            name='Endorsement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('origin', models.CharField(choices=[('form', 'the form'), ('imported', 'the appeal as published'), ('email', 'an e-mail, entered by the secretariat'), ('letter', 'a letter or a call, entered by the secretariat')], default='form', max_length=10)),
                ('state', models.CharField(choices=[('submitted', 'Submitted'), ('confirmed', 'Waiting for a decision'), ('returned', 'Waiting for an answer'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='submitted', max_length=10)),
                ('display', models.CharField(choices=[('named', 'Named'), ('withheld', 'Not named')], max_length=10)),
                ('language', models.CharField(max_length=10)),
                ('organisation_name', models.CharField(blank=True, max_length=300)),
                ('acronym', models.CharField(blank=True, max_length=50)),
                ('countries', models.CharField(blank=True, max_length=60)),
                ('label', models.CharField(blank=True, max_length=500)),
                ('countries_as_printed', models.CharField(blank=True, max_length=300)),
                ('website', models.CharField(blank=True, max_length=200)),
                ('name_language', models.CharField(blank=True, max_length=10)),
                ('member_claimed', models.BooleanField(default=False)),
                ('member_confirmed', models.BooleanField(default=False)),
                ('checked_how', models.CharField(blank=True, choices=[('known_domain', 'E-mail address at a domain the secretariat knew'), ('own_channel', 'Call or message to a contact that the organisation publishes'), ('vouched', 'A listed organisation vouched for it'), ('imported', 'From the appeal as published'), ('other', 'Another way')], max_length=20)),
                ('folded', models.TextField(blank=True)),
                ('sealed_check_note', models.TextField(blank=True)),
                ('sealed_name', models.TextField()),
                ('sealed_note', models.TextField(blank=True)),
                ('name_index', models.CharField(max_length=64)),
                ('looks_index', models.CharField(blank=True, max_length=64)),
                ('sounds_index', models.CharField(blank=True, max_length=64)),
                ('mailbox_index', models.CharField(blank=True, max_length=64)),
                ('fingerprint', models.CharField(blank=True, max_length=64)),
                ('reference_word', models.CharField(blank=True, max_length=6)),
                ('intake_id', models.UUIDField(blank=True, null=True)),
                ('domain_index', models.CharField(blank=True, max_length=64)),
                ('network_index', models.CharField(blank=True, max_length=4)),
                ('hints', models.JSONField(blank=True, default=list)),
                ('seconds_to_fill', models.PositiveIntegerField(blank=True, null=True)),
                ('authority_at', models.DateTimeField(blank=True, null=True)),
                ('consent_processing_at', models.DateTimeField(blank=True, null=True)),
                ('consent_publication_at', models.DateTimeField(blank=True, null=True)),
                ('wording_version', models.CharField(blank=True, max_length=20)),
                ('submitted_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(blank=True, null=True)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('returned_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawal_due_at', models.DateTimeField(blank=True, null=True)),
                ('sealed_listing', models.TextField(blank=True, db_default='', default='')),
                ('counted_at', models.DateTimeField(blank=True, null=True)),
                ('quarantined_at', models.DateTimeField(blank=True, null=True)),
                ('weighed_at', models.DateTimeField(blank=True, null=True)),
                ('quarantined_for', models.CharField(blank=True, choices=[('honeypot', 'A hidden field was filled in'), ('too_fast', 'Sent within three seconds'), ('no_stamp', 'Sent without opening the form, or from a page older than two days'), ('mailbox', 'Many forms with one e-mail address in a day'), ('network', 'Many forms from one network in an hour'), ('domain', 'Many forms from one e-mail domain in a day'), ('appeal', 'Very many forms in an hour'), ('stricter', 'Arrived while all forms were put on hold'), ('likeness', 'Resembles many others'), ('moderator', 'Put on hold by a moderator')], max_length=40)),
                ('contact_erased_at', models.DateTimeField(blank=True, null=True)),
                ('name_again_at', models.DateTimeField(blank=True, null=True)),
                ('explained_by', models.BigIntegerField()),
                ('appeal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='petition.appeal')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='petition.appealtext')),
            ],
            options={
                'ordering': ['submitted_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('accepted', 'Accepted'), ('refused', 'Refused')], default='proposed', max_length=10)),
                ('sealed_proposal', models.TextField(blank=True)),
                ('old_line_public', models.BooleanField(default=False)),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('endorsement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='petition.endorsement')),
            ],
            options={
                'ordering': ['proposed_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ContactChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('sealed_person', models.TextField()),
                ('sealed_mailbox', models.TextField()),
                ('mailbox_index', models.CharField(max_length=64)),
                ('requested_at', models.DateTimeField()),
                ('old_confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('new_confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('endorsement', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='contact_change', to='petition.endorsement')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('sealed_person', models.TextField()),
                ('sealed_mailbox', models.TextField()),
                ('endorsement', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='contact', to='petition.endorsement')),
            ],
        ),
        migrations.CreateModel(
            name='Comparison',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('same', 'Same organisation'), ('different', 'Different organisation')], max_length=10)),
                ('said_at', models.DateTimeField()),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='petition.endorsement')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='petition.endorsement')),
            ],
        ),
        migrations.CreateModel(
            name='BatchPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('waiting', 'To do'), ('done', 'Done'), ('skipped', 'Skipped: changed meanwhile'), ('undone', 'Undone'), ('kept', 'Not undone: changed since')], default='waiting', max_length=10)),
                ('seen', models.BigIntegerField(blank=True, null=True)),
                ('quarantined_for', models.CharField(blank=True, max_length=40)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='petition.batch')),
                ('endorsement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='petition.endorsement')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(choices=[('free_mail', 'Free e-mail service'), ('known', 'Known to the secretariat'), ('resembles_listed', 'Resembles a listed name'), ('resembles_waiting', 'Resembles another endorsement'), ('characters', 'Mixed or invisible letters'), ('disposable_mail', 'Disposable e-mail address'), ('known_elsewhere', 'Known at another e-mail domain'), ('same_network', 'Several from one network'), ('same_domain', 'Several from one e-mail domain'), ('burst', 'Many within minutes'), ('fast', 'Filled in within seconds')], max_length=20)),
                ('endorsement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='petition.endorsement')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(max_length=10)),
                ('at', models.DateTimeField()),
                ('endorsement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='petition.endorsement')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='IntakeRow',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('appeal', models.BigIntegerField()),
                ('key_id', models.CharField(max_length=8)),
                ('flags', models.SmallIntegerField(db_default=0, default=0)),
                ('network_bucket', models.CharField(db_default='', default='', max_length=4)),
                ('box', models.BinaryField()),
                ('arrived_at', models.DateTimeField(db_default=petition.models.intake.ClockNow())),
                ('link_digest', models.CharField(db_default='', default='', max_length=70)),
                ('attempts', models.SmallIntegerField(db_default=0, default=0)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(choices=[('done', 'Done'), ('refused', 'Refused')], db_default='', default='', max_length=10)),
            ],
            options={
                'ordering': ['arrived_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['flags', 'arrived_at'], name='intake_waiting'), models.Index(condition=models.Q(('attempts__gte', 3), ('done_at', None)), fields=['arrived_at'], name='intake_apart'), models.Index(condition=models.Q(('done_at__isnull', False)), fields=['done_at'], name='intake_done'), models.Index(condition=models.Q(('link_digest', ''), _negated=True), fields=['link_digest'], name='intake_by_link')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('box'), 0), ('done_at__isnull', False)), models.Q(django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Length('box'), 304), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('box'), 41008), django.db.models.lookups.Exact(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.functions.text.Length('box'), '-', models.Value(48)), '%%', models.Value(256)), 0), ('done_at', None)), _connector='OR'), name='intake_box_has_a_size'), models.CheckConstraint(condition=models.Q(('flags__gte', 0), ('flags__lte', 7)), name='intake_flags_known'), models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('outcome', '')), models.Q(('done_at__isnull', False), ('outcome__in', ['done', 'refused'])), _connector='OR'), name='intake_done_has_outcome')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='KnownOrganisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=300)),
                ('domain_index', models.CharField(db_index=True, max_length=64)),
                ('sealed_channel', models.TextField(blank=True)),
                ('member', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('name', 'domain_index'), name='known_once'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('domain_index', ''), _negated=True)), name='known_has_name_and_domain')],
            },
        ),
        migrations.CreateModel(
            name='MailParagraph',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message', models.CharField(max_length=40)),
                ('language', models.CharField(max_length=10)),
                ('words', models.TextField()),
            ],
            options={
                'ordering': ['message', 'language'],
                'constraints': [models.UniqueConstraint(fields=('message', 'language'), name='mail_paragraph_one_per_language'), models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='mail_paragraph_has_words')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10)),
                ('paragraphs', models.JSONField(default=list)),
                ('dated', models.DateField()),
                ('appeal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='petition.appeal')),
            ],
            options={
                'ordering': ['appeal', 'language'],
            },
        ),
        migrations.CreateModel(
            name='OutgoingMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('message', models.CharField(max_length=40)),
                ('language', models.CharField(max_length=10)),
                ('reports', models.BigIntegerField(blank=True, null=True)),
                ('mailbox_index', models.CharField(blank=True, max_length=64)),
                ('sealed_address', models.TextField(blank=True)),
                ('sealed_content', models.TextField(blank=True)),
                ('message_id', models.CharField(max_length=200, unique=True)),
                ('created_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('lease', models.CharField(blank=True, max_length=32)),
                ('last_error', models.CharField(blank=True, max_length=40)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('failed_at', models.DateTimeField(blank=True, null=True)),
                ('dropped_at', models.DateTimeField(blank=True, null=True)),
                ('bounced_at', models.DateTimeField(blank=True, null=True)),
                ('endorsement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='petition.endorsement')),
            ],
            options={
                'ordering': ['due_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('verb', models.CharField(max_length=40)),
                ('before', models.CharField(max_length=10)),
                ('sealed_before', models.TextField(blank=True)),
                ('staff_id', models.BigIntegerField(blank=True, null=True)),
                ('decided_at', models.DateTimeField()),
                ('explained_by', models.BigIntegerField()),
                ('endorsement', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='decision', to='petition.endorsement')),
                ('mail', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='petition.outgoingmail')),
            ],
        ),
        migrations.CreateModel(
            name='PrivateLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mailbox_index', models.CharField(blank=True, max_length=64)),
                ('purpose', models.CharField(choices=[('confirm', 'Confirm'), ('confirm_code', 'Confirm Code'), ('own_page', 'Own Page'), ('removal_code', 'Removal Code'), ('old_contact', 'Old Contact'), ('new_contact', 'New Contact'), ('name_again', 'Name Again')], max_length=20)),
                ('digest', models.CharField(max_length=70, unique=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('endorsement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='links', to='petition.endorsement')),
                ('mail', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='links', to='petition.outgoingmail')),
            ],
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('body', models.TextField()),
                ('sealed_answer', models.TextField(blank=True)),
                ('asked_at', models.DateTimeField()),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('endorsement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='petition.endorsement')),
            ],
            options={
                'ordering': ['asked_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Reason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('labels', models.JSONField(default=dict)),
                ('words', models.JSONField(default=dict)),
                ('sends_mail', models.BooleanField(default=True)),
                ('is_offered', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='reason_has_code')],
            },
        ),
        migrations.CreateModel(
            name='Removal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('kind', models.CharField(choices=[('hide', 'Hide'), ('unlist', 'Unlist'), ('list', 'List'), ('withdraw', 'Withdraw'), ('forget', 'Forget'), ('erase_contact', 'Erase Contact'), ('change_contact', 'Change Contact'), ('erase', 'Erase'), ('end_links', 'End Links'), ('end_code', 'End Code')], max_length=20)),
                ('appeal', models.CharField(max_length=50)),
                ('reference', models.CharField(blank=True, max_length=30)),
                ('endorsement', models.BigIntegerField()),
                ('submitted_at', models.DateTimeField()),
                ('intake_id', models.UUIDField(blank=True, null=True)),
                ('at', models.DateTimeField()),
                ('stored_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['endorsement'], name='removal_endorsement')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['hide', 'unlist', 'list', 'withdraw', 'forget', 'erase_contact', 'change_contact', 'erase', 'end_links', 'end_code'])), name='removal_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='RoleProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('moderator', 'Moderator'), ('editor', 'Editor'), ('administrator', 'Administrator'), ('auditor', 'Auditor')], max_length=20)),
                ('proposed_by', models.BigIntegerField()),
                ('proposed_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Signatory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('original', 'Original'), ('further', 'Further')], max_length=10)),
                ('number', models.PositiveIntegerField()),
                ('status', models.CharField(choices=[('listed', 'Listed'), ('no_longer_listed', 'No longer listed')], default='listed', max_length=20)),
                ('label', models.CharField(blank=True, max_length=500)),
                ('name', models.CharField(blank=True, max_length=300)),
                ('acronym', models.CharField(blank=True, max_length=50)),
                ('countries', models.CharField(blank=True, max_length=60)),
                ('countries_as_printed', models.CharField(blank=True, max_length=300)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('folded', models.TextField(blank=True)),
                ('latin', models.TextField(blank=True)),
                ('member', models.BooleanField(default=False)),
                ('checked_how', models.CharField(blank=True, choices=[('known_domain', 'E-mail address at a domain the secretariat knew'), ('own_channel', 'Call or message to a contact that the organisation publishes'), ('vouched', 'A listed organisation vouched for it'), ('imported', 'From the appeal as published'), ('other', 'Another way')], max_length=20)),
                ('listed_on', models.DateField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('noted_on', models.DateField(blank=True, null=True)),
                ('explained_by', models.BigIntegerField()),
                ('appeal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatories', to='petition.appeal')),
            ],
            options={
                'ordering': ['appeal', '-kind', 'number'],
            },
        ),
        migrations.CreateModel(
            name='PublicChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('name', 'name corrected'), ('acronym', 'acronym corrected'), ('countries', 'countries corrected'), ('line', 'entry corrected'), ('note', 'note changed')], max_length=10)),
                ('on', models.DateField()),
                ('old_label', models.CharField(blank=True, max_length=500)),
                ('signatory', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='petition.signatory')),
            ],
            options={
                'ordering': ['signatory', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='endorsement',
            name='signatory',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='petition.signatory'),
        ),
        migrations.AddField(
            model_name='endorsement',
            name='vouched_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='petition.signatory'),
        ),
        migrations.CreateModel(
            name='SiteState',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('worker_seen_at', models.DateTimeField(blank=True, null=True)),
                ('worker_boot', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ('worker_uptime', models.FloatField(db_default=0, default=0)),
                ('clocks_differ_since', models.DateTimeField(blank=True, null=True)),
                ('clocks_differ_at', models.DateTimeField(blank=True, null=True)),
                ('no_erasing_until', models.DateTimeField(blank=True, null=True)),
                ('level', models.CharField(choices=[('normal', 'Normal'), ('stricter', 'Stricter: all new forms are put on hold until a moderator looks'), ('closed', 'Closed: no new forms')], default='normal', max_length=10)),
                ('rate_key', models.CharField(blank=True, max_length=64)),
                ('rate_key_since', models.DateTimeField(blank=True, null=True)),
                ('tables_rewritten_at', models.DateTimeField(blank=True, null=True)),
                ('backup_made_at', models.DateTimeField(blank=True, null=True)),
                ('journal_id', models.CharField(blank=True, max_length=36)),
                ('journal_written', models.BigIntegerField(default=0)),
                ('journal_failed_at', models.DateTimeField(blank=True, null=True)),
                ('list_held_back', models.BooleanField(default=False)),
                ('intake_keys', models.JSONField(default=dict)),
                ('review_days', models.JSONField(default=dict)),
                ('intake_waits_since', models.DateTimeField(blank=True, null=True)),
                ('mail_waits_since', models.DateTimeField(blank=True, null=True)),
                ('unreadable_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='site_state_is_one_row'), models.CheckConstraint(condition=models.Q(('level__in', ['normal', 'stricter', 'closed'])), name='site_state_level_known')],
            },
        ),
        migrations.CreateModel(
            name='Spelling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('sealed_before', models.TextField()),
                ('sealed_after', models.TextField()),
                ('changed_at', models.DateTimeField()),
                ('endorsement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spellings', to='petition.endorsement')),
            ],
            options={
                'ordering': ['changed_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='TextProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10)),
                ('dated', models.DateField()),
                ('source', models.TextField()),
                ('proposed_by', models.BigIntegerField()),
                ('proposed_at', models.DateTimeField()),
                ('appeal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='text_proposals', to='petition.appeal')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='appealtext',
            constraint=models.UniqueConstraint(fields=('appeal', 'language', 'version'), name='text_version_once'),
        ),
        migrations.AddConstraint(
            model_name='appealtext',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='text_has_title'),
        ),
        migrations.AddConstraint(
            model_name='appealtext',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='text_has_sha256'),
        ),
        migrations.AddConstraint(
            model_name='appealtext',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['official', 'unofficial'])), name='text_status_known'),
        ),
        migrations.AddConstraint(
            model_name='demand',
            constraint=models.UniqueConstraint(fields=('text', 'number'), name='demand_number_once'),
        ),
        migrations.AddConstraint(
            model_name='demand',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('body', ''), _negated=True), ('number__gte', 1)), name='demand_has_number_and_body'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('settled_at', None)), fields=['appeal', 'reference'], name='dispute_open'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('claim__in', ['', 'mailbox', 'domain'])), name='dispute_claim_known'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('sealed_message', ''), _negated=True), name='dispute_has_words'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('about__in', ['', 'not_agreed', 'wrong', 'other'])), name='dispute_about_known'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.UniqueConstraint(fields=('appeal', 'dated'), name='edition_one_a_day'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(('addressee', ''), _negated=True), name='edition_has_addressee'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('endorsement',), name='correction_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'proposed'), models.Q(('sealed_proposal', ''), _negated=True)), models.Q(('decided_at__isnull', False), ('sealed_proposal', ''), ('state__in', ['accepted', 'refused'])), _connector='OR'), name='correction_forgotten_when_decided'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sealed_person', ''), _negated=True), models.Q(('sealed_mailbox', ''), _negated=True)), name='contact_is_sealed_or_absent'),
        ),
        migrations.AddConstraint(
            model_name='comparison',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='comparison_once'),
        ),
        migrations.AddConstraint(
            model_name='comparison',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second')), ('verdict__in', ['same', 'different'])), name='comparison_in_order'),
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
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.UniqueConstraint(fields=('code', 'endorsement'), name='flag_once'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(('code__in', ['free_mail', 'known', 'resembles_listed', 'resembles_waiting', 'characters', 'disposable_mail', 'known_elsewhere', 'same_network', 'same_domain', 'burst', 'fast'])), name='flag_known'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='invitation_is_hashed'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('appeal', 'language'), name='notice_one_per_language'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('paragraphs', []), _negated=True), name='notice_has_words'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('dropped_at', None), ('failed_at', None), ('sent_at', None)), fields=['due_at', 'id'], name='mail_owed'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('failed_at__isnull', False)), fields=['failed_at'], name='mail_failed'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('bounced_at__isnull', False)), fields=['bounced_at'], name='mail_bounced'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('mailbox_index', ''), _negated=True), fields=['mailbox_index'], name='mail_to_mailbox'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('dropped_at', None), ('failed_at', None)), models.Q(('dropped_at', None), ('sent_at', None)), models.Q(('failed_at', None), ('sent_at', None)), _connector='OR'), name='mail_has_one_end'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(('bounced_at', None), ('sent_at__isnull', False), _connector='OR'), name='mail_bounced_was_sent'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at', None), ('failed_at', None), ('sent_at', None), ('message__in', ('confirm_mailbox', 'already_endorsed', 'own_page_again')), models.Q(('mailbox_index', ''), _negated=True)), fields=('mailbox_index',), name='mail_one_waits_for_mailbox'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('dropped_at', None), ('failed_at', None), ('sent_at', None), models.Q(('sealed_address', ''), _negated=True)), models.Q(models.Q(('dropped_at', None), ('failed_at', None), ('sent_at', None), _negated=True), ('sealed_address', ''), ('sealed_content', '')), _connector='OR'), name='mail_forgets_address_when_done'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['staff_id', 'decided_at'], name='decision_mine'),
        ),
        migrations.AddIndex(
            model_name='privatelink',
            index=models.Index(condition=models.Q(('mailbox_index', ''), _negated=True), fields=['mailbox_index'], name='link_of_mailbox'),
        ),
        migrations.AddConstraint(
            model_name='privatelink',
            constraint=models.CheckConstraint(condition=models.Q(('digest__regex', '^(code:)?[0-9a-f]{64}$')), name='link_is_hashed'),
        ),
        migrations.AddConstraint(
            model_name='privatelink',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['confirm', 'confirm_code', 'own_page', 'removal_code', 'old_contact', 'new_contact', 'name_again'])), name='link_purpose_known'),
        ),
        migrations.AddConstraint(
            model_name='privatelink',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('endorsement__isnull', False), ('mailbox_index', '')), models.Q(('endorsement', None), ('purpose__in', ['confirm', 'confirm_code']), models.Q(('mailbox_index', ''), _negated=True)), _connector='OR'), name='link_opens_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('endorsement',), name='question_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='question_has_words'),
        ),
        migrations.AddConstraint(
            model_name='roleproposal',
            constraint=models.UniqueConstraint(fields=('account', 'role'), name='role_proposed_once'),
        ),
        migrations.AddConstraint(
            model_name='roleproposal',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['moderator', 'editor', 'administrator', 'auditor'])), name='role_proposed_known'),
        ),
        migrations.AddIndex(
            model_name='signatory',
            index=models.Index(condition=models.Q(('status', 'listed')), fields=['appeal', 'kind', 'checked_how'], name='signatory_listed'),
        ),
        migrations.AddIndex(
            model_name='signatory',
            index=models.Index(condition=models.Q(('status', 'no_longer_listed')), fields=['appeal', 'kind', 'number'], name='signatory_no_longer_listed'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.UniqueConstraint(fields=('appeal', 'kind', 'number'), name='signatory_number_once'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['original', 'further']), ('number__gte', 1), ('status__in', ['listed', 'no_longer_listed'])), name='signatory_number_kind_status_known'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('listed_on__isnull', False), ('status', 'listed'), models.Q(('label', ''), _negated=True), models.Q(('name', ''), _negated=True)), models.Q(('acronym', ''), ('checked_how', ''), ('countries', ''), ('countries_as_printed', ''), ('folded', ''), ('label', ''), ('language', ''), ('latin', ''), ('listed_on', None), ('member', False), ('name', ''), ('note', ''), ('noted_on', None), ('status', 'no_longer_listed')), _connector='OR'), name='signatory_hidden_has_nothing_printed'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('note', ''), ('noted_on', None)), models.Q(models.Q(('note', ''), _negated=True), ('noted_on__isnull', False)), _connector='OR'), name='signatory_note_is_dated'),
        ),
        migrations.AddConstraint(
            model_name='publicchange',
            constraint=models.CheckConstraint(condition=models.Q(('what__in', ['name', 'acronym', 'countries', 'line', 'note'])), name='change_what_known'),
        ),
        migrations.AddConstraint(
            model_name='publicchange',
            constraint=models.CheckConstraint(condition=models.Q(('old_label', ''), models.Q(('what', 'note'), _negated=True), _connector='OR'), name='change_of_a_note_has_no_old_line'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(fields=['state', 'id'], name='endorsement_queue'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(fields=['mailbox_index', 'appeal'], name='endorsement_mailbox'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(fields=['appeal', 'name_index'], name='endorsement_name'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('network_index', ''), _negated=True), fields=['submitted_at'], name='endorsement_with_network'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('looks_index', ''), _negated=True), fields=['looks_index'], name='endorsement_looks'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('sounds_index', ''), _negated=True), fields=['sounds_index'], name='endorsement_sounds'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('domain_index', ''), _negated=True), fields=['domain_index'], name='endorsement_domain'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('network_index', ''), _negated=True), fields=['network_index'], name='endorsement_network'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(fields=['appeal', 'submitted_at'], name='endorsement_arrival'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('intake_id__isnull', False)), fields=['intake_id'], name='endorsement_intake'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('asked_at', None), ('origin', 'form'), ('state', 'submitted')), fields=['submitted_at'], name='endorsement_to_ask'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('confirmed_at__isnull', False), ('weighed_at', None), models.Q(('state', 'withdrawn'), _negated=True)), fields=['id'], name='endorsement_to_weigh'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('quarantined_at', None), ('state', 'confirmed')), fields=['id'], name='endorsement_to_decide'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('quarantined_at', None), ('state', 'confirmed')), fields=['confirmed_at'], name='endorsement_newly_confirmed'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('quarantined_at__isnull', False)), fields=['id'], name='endorsement_quarantined'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('name_again_at__isnull', False)), fields=['id'], name='endorsement_name_again'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('withdrawal_due_at__isnull', False)), fields=['withdrawal_due_at'], name='endorsement_being_withdrawn'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('confirmed', 'returned', 'approved')), models.Q(('mailbox_index', ''), _negated=True)), fields=('appeal', 'mailbox_index', 'name_index'), name='endorsement_one_active'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'submitted')), fields=('appeal', 'fingerprint'), name='endorsement_identical_posts_are_one'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(('display__in', ['named', 'withheld']), ('origin__in', ['form', 'imported', 'email', 'letter']), ('state__in', ['submitted', 'confirmed', 'returned', 'approved', 'rejected', 'withdrawn'])), name='endorsement_words_known'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('state__in', ('approved', 'rejected'))), models.Q(models.Q(('state__in', ('approved', 'rejected')), _negated=True), ('decided_at', None)), _connector='OR'), name='endorsement_decided_at'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('returned_at__isnull', False), ('state__in', ('returned',))), models.Q(models.Q(('state__in', ('returned',)), _negated=True), ('returned_at', None)), _connector='OR'), name='endorsement_returned_at'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('withdrawn',)), ('withdrawn_at__isnull', False)), models.Q(models.Q(('state__in', ('withdrawn',)), _negated=True), ('withdrawn_at', None)), _connector='OR'), name='endorsement_withdrawn_at'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('confirmed', 'returned', 'approved')), ('confirmed_at__isnull', False)), models.Q(('state', 'submitted'), ('confirmed_at', None)), ('state__in', ['rejected', 'withdrawn']), _connector='OR'), name='endorsement_confirmed_at'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('display', 'named'), ('state', 'approved'), _negated=True), ('signatory__isnull', False), _connector='OR'), name='endorsement_named_has_signatory'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acronym', ''), ('countries', ''), ('countries_as_printed', ''), ('folded', ''), ('label', ''), ('name_language', ''), ('organisation_name', ''), ('website', '')), models.Q(('display', 'named'), ('withdrawal_due_at', None), models.Q(('state', 'withdrawn'), _negated=True), models.Q(('organisation_name', ''), _negated=True)), _connector='OR'), name='endorsement_unpublished_is_encrypted'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(('sealed_name', ''), _negated=True), name='endorsement_name_is_always_encrypted'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('display', 'named'), ('state', 'approved'), ('withdrawal_due_at', None), _negated=True), models.Q(('organisation_name', ''), _negated=True), _connector='OR'), name='endorsement_listed_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sealed_listing', ''), ('withdrawal_due_at', None)), models.Q(('withdrawal_due_at__isnull', False), models.Q(('state', 'withdrawn'), _negated=True)), _connector='OR'), name='endorsement_being_withdrawn_is_not_final'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fingerprint', ''), ('mailbox_index', ''), ('origin', 'imported')), models.Q(models.Q(models.Q(models.Q(('mailbox_index', ''), _negated=True), models.Q(('fingerprint', ''), _negated=True)), ('contact_erased_at__isnull', False), _connector='OR'), models.Q(('authority_at__isnull', False), ('consent_processing_at__isnull', False)), ('origin', 'form')), models.Q(models.Q(models.Q(models.Q(('mailbox_index', ''), _negated=True), models.Q(('fingerprint', ''), _negated=True)), ('contact_erased_at__isnull', False), _connector='OR'), models.Q(models.Q(('authority_at__isnull', False), ('consent_processing_at__isnull', False)), ('confirmed_at', None), _connector='OR'), ('origin', 'email')), models.Q(models.Q(models.Q(('authority_at__isnull', False), ('consent_processing_at__isnull', False)), ('confirmed_at', None), _connector='OR'), ('mailbox_index', ''), ('origin', 'letter')), _connector='OR'), name='endorsement_form_has_mailbox_and_consent'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quarantined_at', None), ('quarantined_for', '')), models.Q(('quarantined_at__isnull', False), ('state__in', ('submitted', 'confirmed', 'returned')), models.Q(('quarantined_for', ''), _negated=True)), _connector='OR'), name='endorsement_quarantined_while_undecided'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('display', 'named'), _negated=True), ('origin', 'imported'), models.Q(models.Q(('confirmed_at', None)), ('origin__in', ['email', 'letter'])), ('consent_publication_at__isnull', False), _connector='OR'), name='endorsement_named_has_consent'),
        ),
        migrations.AddConstraint(
            model_name='spelling',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sealed_before', ''), _negated=True), models.Q(('sealed_after', ''), _negated=True)), name='spelling_is_sealed'),
        ),
        migrations.AddConstraint(
            model_name='textproposal',
            constraint=models.UniqueConstraint(fields=('appeal', 'language'), name='text_proposed_once'),
        ),
        migrations.AddConstraint(
            model_name='textproposal',
            constraint=models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='text_proposal_has_source'),
        ),
        migrations.RunPython(insert_reasons, migrations.RunPython.noop),
    ]
