"""The hidden field by which a form that is sent twice is recognised."""

import secrets

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def once() -> SafeString:
    """Return an unseen field with 64 random bits: pressing the button twice sends one request (web/sent.py).

    No `type="hidden"`, which must have no `autocomplete`; without that Firefox fills in the bits of an earlier visit.
    """
    return format_html('<input hidden name="once" value="{}" autocomplete="off">', secrets.token_hex(8))
