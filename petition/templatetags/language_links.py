"""The language switch, which leads to the same page in another language, and its links for search engines."""

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
    """Return this page's address in each language: `code`, `name` in that language, `url`, `here`."""
    request = context.get("request")
    path = context.get("path") or (request.path if request else "/")
    active = translation.get_language()
    return [
        {"code": code, "name": name, "url": translate_url(path, code), "here": code == active}
        for code, name in LANGUAGES.items()
    ]


@register.filter
def own_name(code: str) -> str:
    """Return the name of the language in that language, as its speakers look for it."""
    return LANGUAGES.get(code, code)


@register.filter
def absolute(path: str) -> str:
    """Return the full address of `path`, under SITE_URL and never under the Host that the request names."""
    return f"{settings.SITE_URL}{path}"


@register.filter
def opening_words(text: str, most: int) -> str:
    """Return the first words of `text`, at most `most` characters, and an ellipsis; short texts unchanged."""
    if len(text) <= most:
        return text
    words = text[: most + 1].split(" ")[:-1]
    while len(words) > 1 and len(words[-1]) <= SHORT_WORD:  # an article or preposition at the end says nothing
        words.pop()
    return " ".join(words).rstrip(" ,;:–-") + "…"
