"""A locked text that is not published, behind its private link."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from petition.actions.appeals.drafts.locked_texts import read_locked_text
from petition.actions.appeals.drafts.records import build_appeal_record, build_signatory_records
from petition.actions.refusals import NoSuchLink
from petition.publishing import pages
from petition.reference import clock
from petition.web.responses import hide_address, link_not_valid


@require_safe
def locked_text(request: HttpRequest, token: str) -> HttpResponse:
    """Show the text; it is in no index, no cache and no list."""
    try:
        statement, details = read_locked_text(token)
    except NoSuchLink:
        return link_not_valid(request)
    page = pages.render_unpublished_page(
        build_appeal_record(statement, details, at=clock.now()), build_signatory_records(statement, details)
    )
    return hide_address(HttpResponse(page, headers={"X-Robots-Tag": "noindex, nofollow"}))
