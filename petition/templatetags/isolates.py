"""What `<bdi>` is in HTML, for plain text."""

from django import template

from petition.text.entries import isolated

register = template.Library()
register.filter("isolated", isolated)
