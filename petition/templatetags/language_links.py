"""The language switch, which leads to the same page in another language, and its links for search engines."""

import re
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from petition.reference.languages import DEFAULT_LANGUAGE, LANGUAGES, LOCALES, RIGHT_TO_LEFT, TEXT_LANGUAGES

register = template.Library()
LEAST_CLAUSE = 40  # before it, a comma is more likely one of a list, as in “new, free and fair elections”


@register.simple_tag(takes_context=True)
def language_links(context: dict[str, Any]) -> list[dict[str, str | bool]]:
    """Return this page's address in each language: `code`, `locale`, `name` in that language, `url`, `here`, and
    whether it `is_default`, for people who read none of them."""
    request = context.get("request")
    path = context.get("path") or (request.path if request else "/")
    active = translation.get_language()
    return [
        {
            "code": code,
            "locale": LOCALES[code],
            "name": name,
            "url": _translate(path, code),
            "here": code == active,
            "is_default": code == DEFAULT_LANGUAGE,
        }
        for code, name in LANGUAGES.items()
    ]


def _translate(path: str, language: str) -> str:
    """Return `path` in another language. Django would leave `/` as it is, which belongs to no language alone."""
    if path != "/":
        return translate_url(path, language)
    with translation.override(language):
        return reverse("home")


@register.filter
def own_name(code: str) -> str:
    """Return the name of the language in that language, as its speakers look for it."""
    return TEXT_LANGUAGES.get(code, code)


@register.simple_tag
def text_language(code: str) -> SafeString:
    """Return the attributes of an element whose text is in this language: `lang`, and `dir` where it is read from
    the right (WCAG 3.1.2)."""
    return format_html('lang="{}" dir="rtl"' if code in RIGHT_TO_LEFT else 'lang="{}"', code)


@register.filter
def absolute(path: str) -> str:
    """Return the full address of `path`, under SITE_URL and never under the Host that the request names."""
    return f"{settings.SITE_URL}{path}"


@register.filter
def first_clause(text: str) -> str:
    """Return `text` up to its first comma or dash that has LEAST_CLAUSE characters before it, with an ellipsis.

    A text without one is returned whole: no phrase is cut.
    """
    match = re.search(rf"^.{{{LEAST_CLAUSE},}}?(?=[,;:]| [–—] )", text)
    return f"{match[0]}…" if match else text
