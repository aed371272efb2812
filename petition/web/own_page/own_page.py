"""The organisation's own page behind its private link: status, entry, open question and the possible steps."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from petition.actions.intake.request_kinds import RequestKind
from petition.actions.refusals import NotPossible
from petition.models.appeals import AppealText
from petition.web import sent
from petition.web.own_page.forms import AnswerForm
from petition.web.own_page.link_access import OpenLink, own_page_view, possible_steps


@own_page_view()
def own_page(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """GET shows the page; POST answers the question of the secretariat."""
    endorsement = link.endorsement
    question = "" if endorsement.withdrawal_due_at else endorsement.question
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if "answer" not in possible_steps(endorsement):
            raise NotPossible
        return sent.send(request, link.digest, RequestKind.ANSWER, {"words": form.cleaned_data["answer"]})
    text = AppealText.objects.only("sha256", "language").get(pk=endorsement.text)
    context = link.context(
        question=question,
        form=form,
        proposed=endorsement.correction_waits and not endorsement.withdrawal_due_at,
        signed_sha256=text.sha256,
        signed_language=text.language,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "own_page/own_page.html", context, status=status)
