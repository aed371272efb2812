"""The visible switch of languages, which keeps the place, and what search engines are told of it."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import translate_url
from django.utils import translation

from petition.reference.languages import LANGUAGES

register = template.Library()
SHORT_WORD = 3


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


@register.filter
def own_name(code: str) -> str:
    """The language under its own name, as its speakers look for it."""
    return LANGUAGES.get(code, code)


@register.filter
def absolute(path: str) -> str:
    """The address of `path` on this site, whatever host the visitor named."""
    return f"{settings.SITE_URL}{path}"


@register.filter
def opening_words(text: str, most: int) -> str:
    """Whole words from the beginning of `text`, at most `most` characters and an ellipsis; short texts unchanged.

    It does not end with a short word: an article or a preposition alone says nothing.
    """
    if len(text) <= most:
        return text
    words = text[: most + 1].split(" ")[:-1]
    while len(words) > 1 and len(words[-1]) <= SHORT_WORD:
        words.pop()
    return " ".join(words).rstrip(" ,;:–-") + "…"
