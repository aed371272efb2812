"""The visible switch of languages, which keeps the place."""

from typing import Any

from django import template
from django.urls import translate_url
from django.utils import translation

from petition.vocabulary.languages import LANGUAGES

register = template.Library()


@register.simple_tag(takes_context=True)
def language_links(context: dict[str, Any]) -> list[dict[str, str | bool]]:
    """This page's address in each language: `code`, `name` in that language, `url`, `here`."""
    request = context.get("request")
    path = context.get("path") or (request.path if request else "/")
    active = translation.get_language()
    return [
        {"code": code, "name": name, "url": translate_url(path, code), "here": code == active}
        for code, name in LANGUAGES.items()
    ]
