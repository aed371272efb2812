"""Small helpers that many views use."""

from django.http import Http404, HttpRequest
from django.utils import translation

from petition.models.appeals import Appeal, Phase
from petition.publishing.cache.site_status import SiteStatus, get_status, load_status
from petition.reference import clock
from petition.security import networks, rate_limits


def active_language() -> str:
    """Return the code of the language in which the request is answered."""
    return translation.get_language() or ""


def get_appeal_or_404(slug: str) -> Appeal:
    """Return the appeal with this slug. Raises Http404 unless it is published."""
    return _require_published(Appeal.objects.filter(slug=slug).first())


def get_status_and_appeal(slug: str) -> tuple[SiteStatus, Appeal]:
    """Return the status of the site and the appeal, without asking the database while forms are taken in.

    Raises Http404 unless the appeal is published.
    """
    status = get_status()
    if not _takes_forms(status, slug):
        status = load_status()  # the process may not know yet what has changed a second ago
    return status, _require_published(status.appeals.get(slug))


def _takes_forms(status: SiteStatus, slug: str) -> bool:
    appeal = status.appeals.get(slug)
    return appeal is not None and status.get_phase(appeal, clock.now()) is Phase.OPEN and status.can_be_opened


def get_network_bucket(request: HttpRequest, status: SiteStatus) -> str:
    """Return the bucket of the visitor's network (security/rate_limits.py)."""
    return rate_limits.compute_network_bucket(networks.get_network(request.META), status.weekly_key)


def _require_published(appeal: Appeal | None) -> Appeal:
    if appeal is None or appeal.phase(clock.now()) is Phase.DRAFT:
        raise Http404
    return appeal
