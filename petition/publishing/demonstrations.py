"""Which appeals are made up from end to end: search engines are to keep away from them."""

from petition.models.appeals import Appeal


def demonstration_slugs() -> list[str]:
    """Return the slugs of the appeals that are made up, A to Z."""
    return list(Appeal.objects.filter(is_demo=True).order_by("slug").values_list("slug", flat=True))


def is_demonstration(slug: str) -> bool:
    """Whether there is an appeal with this slug, and it is made up."""
    return Appeal.objects.filter(slug=slug, is_demo=True).exists()
