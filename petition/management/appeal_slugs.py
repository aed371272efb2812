"""Appeals as the operator names them on the command line."""

from django.core.exceptions import ValidationError
from django.core.management import CommandError

from petition.models import Appeal


def slug(text: str) -> str:
    """The text, if it can be a slug at all. Raises CommandError."""
    try:
        return str(Appeal._meta.get_field("slug").clean(text, None))
    except ValidationError as error:
        raise CommandError(
            f"{text!r} is no slug: write letters without accents, digits and hyphens, 50 of them at most."
        ) from error


def here(text: str | None) -> str:
    """The slug of an appeal of this site: the one that is meant, or the only one. Raises CommandError."""
    slugs = list(Appeal.objects.values_list("slug", flat=True))
    if not slugs:
        raise CommandError("There is no appeal here: `manage.py import_statement FILE` publishes one.")
    if not text and len(slugs) > 1:
        raise CommandError(f"There are {len(slugs)} appeals here: say which with --appeal SLUG ({', '.join(slugs)}).")
    if text and slug(text) not in slugs:
        raise CommandError(f"There is no appeal {text!r} here: name one of {', '.join(slugs)}.")
    return text or slugs[0]
