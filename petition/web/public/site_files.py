"""What machines ask of every site: robots.txt, sitemap.xml, security.txt."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from petition.publishing.demonstrations import demonstration_slugs
from petition.publishing.sitemap import sitemap
from petition.reference import clock
from petition.web.public.appeal import names_nobody, published

_SECURITY_LASTS = timedelta(days=364)
_PLAIN = "text/plain; charset=utf-8"


@published
@names_nobody
def robots(request: HttpRequest) -> HttpResponse:
    """All but private pages, the admin and what is made up may be read (RFC 9309)."""
    prefixes = [f"/{code}" if code != settings.LANGUAGE_CODE else "" for code, _ in settings.LANGUAGES]
    closed = ["/endorsements/", *(f"/appeals/{slug}{end}" for slug in demonstration_slugs() for end in "/.")]
    lines = ["User-agent: *", *(f"Disallow: {prefix}{path}" for path in closed for prefix in prefixes)]
    lines.append("Disallow: /admin/")
    lines += ["Allow: /", "", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type=_PLAIN)


@published
@names_nobody
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    return HttpResponse(sitemap(), content_type="application/xml; charset=utf-8")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a hole (RFC 9116); 404 where nobody is named. It expires within a year of the answer (2.5.5)."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    expires = (clock.now() + _SECURITY_LASTS).replace(microsecond=0)
    lines = [
        f"Contact: {contact if ':' in contact else f'mailto:{contact}'}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _ in settings.LANGUAGES)}",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=_PLAIN)
