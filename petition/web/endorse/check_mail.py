"""“Check your mail”: what to look for, how long a decision takes, and a button to send the same mail again."""

import re
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions.intake import post
from petition.actions.intake.request_kinds import RequestKind
from petition.actions.refusals import CannotBeOpened
from petition.mail.messages import subject_of_confirmation
from petition.reference import clock
from petition.security.tokens import is_reference_word
from petition.web.responses import hide_address, not_taken_in
from petition.web.shortcuts import get_network_bucket, get_status_and_appeal

_ROW = re.compile("[0-9a-f]{32}")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def check_mail(request: HttpRequest, slug: str) -> HttpResponse:
    """The same page after every post of the form; a post of this page sends the mail again.

    `?post=` is the number of the row that was stored. It names nobody, and only allows one more mail within the limits.
    """
    status, appeal = get_status_and_appeal(slug)
    row, word = request.GET.get("post", ""), request.GET.get("word", "")
    row, word = (row if _ROW.fullmatch(row) else ""), (word if is_reference_word(word) else "")
    if request.method == "POST":
        try:
            if row:
                bucket = get_network_bucket(request, status)
                post.post_request(status, RequestKind.SEND_AGAIN, appeal, {"row": row}, network_bucket=bucket)
        except CannotBeOpened:
            return not_taken_in(request)
        query = urlencode({"post": row, "word": word, "again": "1"} if row else {})
        address = reverse("check_mail", args=[slug]) + (f"?{query}" if query else "")
        return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)
    context = {
        "slug": slug,
        "post": row,
        "again": "again" in request.GET,
        "word": word,
        "sender": settings.SENDER,
        "sender_name": settings.MAIL_NAME,
        "subject": subject_of_confirmation(),
        "is_late": status.is_worker_late(clock.now()),
        "review_days": status.get_review_days(appeal),
    }
    return hide_address(render(request, "endorse/check_mail.html", context))
