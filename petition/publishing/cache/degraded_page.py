"""The appeal's page while there is no database or while its list is on hold after a restore.

It has the text, and no list, name or number of anybody who signed it.
"""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from petition.models.appeals import AppealText
from petition.publishing.queries import get_appeal


def list_published_texts() -> frozenset[tuple[str, object]]:
    """Return the slug of each published appeal, with a value that changes when its degraded page may change."""
    texts = AppealText.objects.published().filter(appeal__published_at__isnull=False)
    rows = texts.values_list("appeal__slug", "pk", "appeal__issuer")
    return frozenset((slug, (pk, issuer)) for slug, pk, issuer in rows)


def render_degraded_page(slug: str, language: str, *, is_held_back: bool = False) -> str:
    """Render the appeal without signatories and their number, and the reason for it. Raises NotPublished."""
    with translation.override(language):
        context = {
            "slug": slug,
            "path": reverse("appeal", args=[slug]),
            "appeal": get_appeal(slug, language),
            "is_held_back": is_held_back,
        }
        return render_to_string("appeal/degraded.html", context)
