"""What templates of staff pages need."""

from datetime import UTC, datetime
from typing import Any, Protocol

from django import template
from django.utils import formats
from django.utils.html import format_html

register = template.Library()


class Filters(Protocol):
    """admin/queue/filters.py, which this layer does not import."""

    def to_querystring(self, **changes: object) -> str: ...


@register.simple_tag
def querystring_for(filters: Filters, **changes: Any) -> str:
    """Return the query string of the queue's filters, with `changes`."""
    return filters.to_querystring(**changes)


@register.filter
def svg_element(document: str) -> str:
    """Return the element of an SVG document, without the declaration of XML that HTML does not know."""
    return document[document.index("<svg") :]


@register.simple_tag
@register.filter
def moment(value: datetime | None) -> str:
    """Return the time as text in UTC, which static/js/staff_times.js turns into the time zone of the browser."""
    if not value:
        return "–"
    there = value.astimezone(UTC)
    words = formats.date_format(there, "DATETIME_FORMAT")
    return format_html('<time datetime="{}">{} UTC</time>', there.strftime("%Y-%m-%dT%H:%M:%SZ"), words)
