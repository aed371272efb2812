"""Who runs this site and how to reach them, as configured."""

from django import template
from django.conf import settings

from petition.text.mailboxes import readable

register = template.Library()


@register.inclusion_tag("site/secretariat.html")
def secretariat() -> dict[str, str]:
    """Name, mailbox and hours of the secretariat; a plain word where nothing is configured."""
    return {
        "name": settings.SECRETARIAT_NAME,
        "address": settings.SECRETARIAT_ADDRESS,
        "readable": readable(settings.SECRETARIAT_ADDRESS),
        "hours": settings.SECRETARIAT_HOURS,
    }
