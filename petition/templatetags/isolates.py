"""Isolate text of another writing direction in plain text, as `<bdi>` does in HTML."""

from django import template

from petition.text.entries import isolate_right_to_left

register = template.Library()
register.filter("isolated", isolate_right_to_left)
