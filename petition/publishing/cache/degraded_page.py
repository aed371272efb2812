"""The appeal's page while there is no database, or its list is held back after a restore: the text, and no list, name
or number of anybody who stands behind it.

The door has it made while the database is there, since afterwards nobody could say what was removed meanwhile.
"""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from petition.models.appeals import AppealText
from petition.publishing import records


def texts_in_force() -> frozenset[tuple[str, object]]:
    """The slug of each published appeal, beside a value that changes whenever its page without a list may change."""
    texts = AppealText.objects.published().filter(appeal__published_at__isnull=False)
    rows = texts.values_list("appeal__slug", "pk", "appeal__issuer")
    return frozenset((slug, (pk, issuer)) for slug, pk, issuer in rows)


def text_only_page(slug: str, language: str, *, is_held_back: bool = False) -> str:
    """The published appeal without its signatories and their number, and why. Raises NotPublished."""
    with translation.override(language):
        content = {
            "slug": slug,
            "path": reverse("appeal", args=[slug]),
            "appeal": records.appeal_record(slug, language),
        }
        return render_to_string("appeal/text_only.html", content | {"is_held_back": is_held_back})
