"""Files that programs expect on every site: robots.txt, sitemap.xml, security.txt."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from petition.publishing.demonstrations import list_demonstration_slugs
from petition.publishing.exports.sitemap import render_sitemap
from petition.reference import clock
from petition.web.public.decorators import PLAIN_TEXT, published

_EXPIRES_AFTER = timedelta(days=364)  # RFC 9116, 2.5.5: less than a year


@published(names_nobody=True)
def robots(request: HttpRequest) -> HttpResponse:
    """Keeps crawlers out of private pages, the admin and demonstration appeals (RFC 9309)."""
    prefixes = [f"/{code}" if code != settings.LANGUAGE_CODE else "" for code, _ in settings.LANGUAGES]
    demonstrations = [f"/appeals/{slug}{end}" for slug in list_demonstration_slugs() for end in "/."]
    closed = ["/endorsements/", "/drafts/", *demonstrations]
    lines = ["User-agent: *", *(f"Disallow: {prefix}{path}" for path in closed for prefix in prefixes)]
    lines.append("Disallow: /admin/")
    lines += ["Allow: /", "", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN_TEXT)


@published(names_nobody=True)
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_sitemap(), content_type="application/xml; charset=utf-8")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a vulnerability (RFC 9116); 404 if no contact is set."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    expires = (clock.now() + _EXPIRES_AFTER).replace(microsecond=0)
    lines = [
        f"Contact: {contact if ':' in contact else f'mailto:{contact}'}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _ in settings.LANGUAGES)}",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN_TEXT)
