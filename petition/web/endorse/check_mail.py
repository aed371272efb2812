"""“Check your mail”: what to look for, how long a decision takes, and a button to send the same mail again."""

import re
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions.intake import accept
from petition.mail.messages import subject_of_confirmation
from petition.models import Appeal, Endorsement
from petition.security.tokens import compute_reference_word
from petition.web.responses import hide_address
from petition.web.shortcuts import get_appeal_or_404

MIN_DECISIONS = 5  # a median of fewer says nothing
_FINGERPRINT = re.compile("[0-9a-f]{64}")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def check_mail(request: HttpRequest, slug: str) -> HttpResponse:
    """The same page after every post of the form; a post of this page sends the mail again.

    `?post=` is the keyed hash of what was posted. It names nobody, and only allows one more mail within the limits.
    """
    appeal = get_appeal_or_404(slug)
    post = request.GET.get("post", "")
    if not _FINGERPRINT.fullmatch(post):
        post = ""
    if request.method == "POST":
        accept.request_new_mail(appeal, post)
        query = f"?post={post}&again=1" if post else ""
        return HttpResponseRedirect(reverse("check_mail", args=[slug]) + query, status=HTTPStatus.SEE_OTHER)
    context = {
        "slug": slug,
        "post": post,
        "again": "again" in request.GET,
        "word": compute_reference_word(post) if post else "",
        "sender": settings.SENDER,
        "subject": subject_of_confirmation(),
        "review_days": median_review_days(appeal),
    }
    return hide_address(render(request, "endorse/check_mail.html", context))


def median_review_days(appeal: Appeal) -> int | None:
    """Return the median time of recent decisions in days, rounded up; None if there are too few."""
    waits = sorted(Endorsement.objects.latest_waits(appeal.pk))
    if len(waits) < MIN_DECISIONS:
        return None
    return waits[len(waits) // 2].days + 1
