"""Small helpers that many views use."""

from django.http import Http404
from django.utils import translation

from petition.models import Appeal
from petition.models.appeals import Phase
from petition.reference import clock


def active_language() -> str:
    """Return the code of the language in which the request is answered."""
    return translation.get_language() or ""


def get_appeal_or_404(slug: str) -> Appeal:
    """Return the appeal with this slug. Raises Http404 unless it is published."""
    appeal = Appeal.objects.filter(slug=slug).first()
    if appeal is None or appeal.phase(clock.now()) is Phase.DRAFT:
        raise Http404
    return appeal
