"""The secretariat's name and how to reach it, as configured."""

from django import template
from django.conf import settings

from petition.text.mailboxes import readable_mailbox

register = template.Library()


@register.inclusion_tag("site/secretariat.html")
def secretariat() -> dict[str, str]:
    """Show name, mailbox and hours of the secretariat, or nothing where it is not configured."""
    return {
        "name": settings.SECRETARIAT_NAME,
        "address": settings.SECRETARIAT_ADDRESS,
        "readable": readable_mailbox(settings.SECRETARIAT_ADDRESS),
        "hours": settings.SECRETARIAT_HOURS,
    }
