"""Appeals as the operator names them on the command line."""

from django.core.exceptions import ValidationError
from django.core.management import CommandError

from petition.models import Appeal


def parse_slug(text: str) -> str:
    """Return the text if it is a valid slug. Raises CommandError."""
    try:
        return str(Appeal._meta.get_field("slug").clean(text, None))
    except ValidationError as error:
        raise CommandError(
            f"{text!r} is not a slug: use at most 50 letters without accents, digits and hyphens."
        ) from error


def resolve_slug(text: str | None) -> str:
    """Return the slug of an appeal of this site: the one named, or the only one. Raises CommandError."""
    slugs = list(Appeal.objects.values_list("slug", flat=True))
    if not slugs:
        raise CommandError("There is no appeal here: publish one with `manage.py import_statement FILE`.")
    if not text and len(slugs) > 1:
        raise CommandError(f"There are {len(slugs)} appeals here: name one with --appeal SLUG ({', '.join(slugs)}).")
    if text and parse_slug(text) not in slugs:
        raise CommandError(f"There is no appeal {text!r} here: name one of {', '.join(slugs)}.")
    return text or slugs[0]
