"""“Check your mail”: what to look for, how long it all takes, and the same mail once more."""

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
from petition.security.tokens import reference_word
from petition.web.endorse.endorse import appeal_or_404
from petition.web.own_page.private import private

ENOUGH = 5
"""Of fewer decisions nothing is told."""
_FINGERPRINT = re.compile("[0-9a-f]{64}")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def check_mail(request: HttpRequest, slug: str) -> HttpResponse:
    """The same page after every post of the form, whoever posted what; a post of it has the mail sent once more.

    `?post=` is the keyed hash of what was posted: it names nobody, and all it opens is one more mail within the limits.
    """
    appeal = appeal_or_404(slug)
    post = request.GET.get("post", "")
    if not _FINGERPRINT.fullmatch(post):
        post = ""
    if request.method == "POST":
        accept.send_again(appeal, post)
        again = f"?post={post}&again=1" if post else ""
        return HttpResponseRedirect(reverse("check_mail", args=[slug]) + again, status=HTTPStatus.SEE_OTHER)
    content = {
        "slug": slug,
        "post": post,
        "again": "again" in request.GET,
        "word": reference_word(post) if post else "",
        "sender": settings.SENDER,
        "subject": subject_of_confirmation(),
        "review_days": review_days(appeal),
    }
    return private(render(request, "endorse/check_mail.html", content))


def review_days(appeal: Appeal) -> int | None:
    """In how many days, begun ones whole, half of the last decisions came; None until there are enough to tell."""
    waits = sorted(Endorsement.objects.latest_waits(appeal))
    if len(waits) < ENOUGH:
        return None
    return waits[len(waits) // 2].days + 1
