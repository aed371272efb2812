"""The organisation's own page behind its private link: status, entry, open question and the possible steps."""

from dataclasses import replace
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from petition.actions.self_service import own_page as own_page_actions
from petition.actions.self_service.private_links import resolve_link
from petition.reference import clock
from petition.web.own_page.forms import AnswerForm
from petition.web.own_page.link_access import OpenLink, own_page_view


@own_page_view()
def own_page(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """GET shows the page; POST answers the question of the secretariat."""
    endorsement = link.endorsement
    question = None if endorsement.withdrawal_due_at else endorsement.questions.waiting().first()
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if form.is_bound and form.is_valid():
        own_page_actions.answer_question(link.digest, form.cleaned_data["answer"], at=clock.now())
        endorsement, question = resolve_link(link.digest, at=clock.now()), None
        link = replace(link, endorsement=endorsement)
    elif form.is_bound:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = link.context(
        question=question,
        form=form,
        answered=form.is_bound and question is None,
        proposed=endorsement.corrections.waiting().exists() and not endorsement.withdrawal_due_at,
        signed_sha256=endorsement.text.sha256,
        signed_language=endorsement.text.language,
    )
    return render(request, "own_page/own_page.html", context, status=status)
