"""The responses of our views: a page inside Django's admin, a redirect after a form."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse


def render_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = HTTPStatus.OK
) -> TemplateResponse:
    """Return the page that `template` (below templates/admin/petition) makes of `context` and the site's context."""
    full_context = admin.site.each_context(request) | dict(context)
    return TemplateResponse(request, f"admin/petition/{template}", full_context, status=status)


def form_status(form: BaseForm | None) -> HTTPStatus:
    """Return 422 for a form that was sent with errors, else 200."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form and form.errors else HTTPStatus.OK


def redirect_to_page(name: str, *args: object) -> HttpResponse:
    """Return a redirect to one of our pages, which the browser gets and does not post to."""
    return HttpResponseRedirect(reverse(f"admin:{name}", args=args), status=HTTPStatus.SEE_OTHER)
