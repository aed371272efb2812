"""Which appeals are demonstrations, made up from end to end. Search engines are asked not to index them."""

from petition.models.appeals import Appeal
from petition.publishing.cache import site_status


def list_demonstration_slugs() -> list[str]:
    """Return the slugs of all demonstrations, A to Z."""
    return list(Appeal.objects.filter(is_demo=True).order_by("slug").values_list("slug", flat=True))


def is_demonstration(slug: str) -> bool:
    """Return whether the appeal with this slug is a demonstration."""
    if kept := site_status.find_kept_appeal(slug):
        return kept.is_demo
    return Appeal.objects.filter(slug=slug, is_demo=True).exists()
