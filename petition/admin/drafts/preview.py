"""The public page of an appeal that is not published, as an editor sees it before."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from petition.actions.appeals.drafts import drafts
from petition.actions.appeals.drafts.records import build_appeal_record, build_signatory_records
from petition.actions.refusals import StatementRefused
from petition.admin.responses import redirect_to_page
from petition.models import AppealDraft
from petition.publishing import pages
from petition.reference import clock


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the public page; what is undecided is not on it."""
    draft = get_object_or_404(AppealDraft, pk=pk)
    try:
        details = drafts.describe(draft)
    except StatementRefused as error:
        messages.warning(request, str(error))
        return redirect_to_page("draft", pk)
    statement = drafts.read_statement(draft)
    page = pages.render_unpublished_page(
        build_appeal_record(statement, details, at=clock.now()), build_signatory_records(statement, details)
    )
    return HttpResponse(page, headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})
