"""The words about Russia and Belarus, which stood before every form, become the notice of the appeal they are true of.

That appeal goes on showing what it showed. All others get the general words of templates/endorse/notice.html.
"""

from datetime import date

from django.db import migrations
from django.db.models import Q
from django.utils import timezone

SLUG = "kyrgyzstan-2020"
SHA256 = "f81d5948b8d7675ad30a756f3cafe62cea5c0ed078a94bc1f255fae3187a5c9e"  # of its English text, should it stand under another slug
DATED = date(2026, 11, 23)
PARAGRAPHS = {
    "en": [
        ("Your organisation will be listed apart from those who signed on 9 October 2020, under “Endorsed "
            "later”."),
        ("A name that is published gets copied. We can take it off this site at any hour, but not out of "
            "copies held by others."),
        ("Some of the original signatories have since been outlawed in Russia or Belarus; standing beside them"
            " may be treated there as an offence. If in doubt, do not let us publish your name, or do not "
            "endorse."),
    ],
    "ru": [
        ("Ваша организация будет указана отдельно от тех, кто подписал обращение 9 октября 2020 г., под "
            "заголовком «Присоединились позже»."),
        ("Опубликованное название копируют. Мы можем в любой час убрать его с этого сайта, но не из копий, "
            "которые есть у других."),
        ("Некоторые из первоначально подписавших организаций с тех пор поставлены вне закона в России или "
            "Беларуси; соседство с ними в списке там могут счесть правонарушением. Если сомневаетесь, не "
            "разрешайте публиковать название или не присоединяйтесь."),
    ],
    "ky": [
        ("Уюмуңуз 2020-жылдын 9-октябрь күнү кол койгондордон өзүнчө, «Кийин кошулгандар» деген бөлүмдө "
            "көрсөтүлөт."),
        ("Жарыяланган аталышты башкалар көчүрүп алат. Аны бул сайттан каалаган убакта алып сала алабыз, бирок "
            "башкалардагы көчүрмөлөрдөн ала албайбыз."),
        ("Алгач кол койгон уюмдардын айрымдарына андан бери Россияда же Беларуста тыюу салынган; алар менен "
            "бир тизмеде туруу ал жакта укук бузуу катары каралышы мүмкүн. Күмөн санасаңыз, аталышыңызды "
            "жарыялоого уруксат бербеңиз же кошулбаңыз."),
    ],
}


def keep_what_is_shown(apps, schema_editor):
    Notice = apps.get_model("petition", "Notice")
    AuditEvent = apps.get_model("petition", "AuditEvent")
    appeals = apps.get_model("petition", "Appeal").objects.filter(Q(slug=SLUG) | Q(texts__sha256=SHA256), is_demo=False)
    for appeal in appeals.distinct():
        for language, paragraphs in PARAGRAPHS.items():
            told = {"paragraphs": paragraphs, "dated": DATED}
            _, is_new = Notice.objects.get_or_create(appeal=appeal, language=language, defaults=told)
            if is_new:  # what an editor has worded stays
                AuditEvent.objects.create(
                    at=timezone.now(),
                    verb="set_notice",
                    actor_kind="operator",
                    subject_kind="appeal",
                    subject_id=appeal.pk,
                    appeal_id=appeal.pk,
                )


def back_to_built_in(apps, schema_editor):
    """The code of before shows these words without a row; what an editor has worded stays. The trail keeps its lines."""
    for notice in apps.get_model("petition", "Notice").objects.filter(dated=DATED):
        if notice.paragraphs == PARAGRAPHS.get(notice.language):
            notice.delete()


class Migration(migrations.Migration):
    dependencies = [("petition", "0021_dates_of_the_list")]
    operations = [migrations.RunPython(keep_what_is_shown, back_to_built_in)]
