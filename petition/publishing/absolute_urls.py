"""Full addresses of public pages and data, for use outside this site."""

from django.conf import settings
from django.urls import reverse


def absolute_url(route: str, *arguments: object) -> str:
    """Return the address of a route in the active language, under SITE_URL."""
    return f"{settings.SITE_URL}{reverse(route, args=arguments)}"
