"""One message about a name: to open, to answer, to settle, and to hide the name. Many at once: dispute_list.py."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from petition.actions.moderation import decisions
from petition.actions.refusals import AlreadyDecided
from petition.actions.self_service import disputes as actions
from petition.admin.actors import current_actor
from petition.admin.references import find_endorsements
from petition.admin.refusal_messages import REFUSAL_MESSAGES, describe_event
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.models import Dispute, Endorsement, Kind, Signatory, Status
from petition.reference import clock
from petition.reference.languages import LANGUAGES
from petition.text.form_fields import MultiLineField
from petition.text.references import parse_reference


class AnswerForm(forms.Form):
    words = MultiLineField(
        label=gettext_lazy("Your answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write the answer.")},
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the rest of the e-mail"), choices=LANGUAGES.items())


@require_POST
def open_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was written and where it may be answered. The audit log says that this account looked.

    It stands on the page that answers the button and nowhere else: who disputes a name may be in as much danger as the
    organisation that bears it.
    """
    return _render_opened(request, pk, AnswerForm(initial={"language": get_language()}))


def _render_opened(request: HttpRequest, pk: int, form: AnswerForm) -> HttpResponse:
    try:
        opened = actions.open_dispute(pk, by=current_actor(request), at=clock.now())
    except Dispute.DoesNotExist as error:
        raise Http404 from error
    except tuple(REFUSAL_MESSAGES) as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
        return redirect_to_page("index")
    context = {"opened": opened, "dispute": opened.dispute, "form": form, "title": _("Message about a name")}
    return render_page(
        request, "disputes/dispute.html", context | _entry_context(opened.dispute), status=form_status(form)
    )


def _entry_context(dispute: Dispute) -> dict[str, Any]:
    key = (dispute.appeal_id, dispute.reference)
    found = find_endorsements([key]).get(key, 0)
    endorsement = Endorsement.objects.select_related("signatory").filter(pk=found).first()
    signatory = endorsement.signatory if endorsement else None
    is_listed = signatory is not None and signatory.status == Status.LISTED
    return {"endorsement": endorsement, "signatory": signatory, "is_listed": is_listed}


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle the message, after hiding the name (`hide`) or answering (`answer`), and go back to the queue."""
    pressed, by, now = request.POST.get("decision"), current_actor(request), clock.now()
    form = AnswerForm(request.POST)
    if pressed == "answer" and not form.is_valid():
        return _render_opened(request, pk, form)
    dispute = Dispute.objects.select_related("appeal").filter(pk=pk).first()
    if dispute is None:
        raise Http404
    try:
        if pressed == "answer":
            actions.answer_dispute(pk, **form.cleaned_data, by=by, at=now)
            messages.success(request, _("The answer will be sent. The message is settled."))
            return redirect_to_page("index")
        if pressed == "hide":
            kind, number = parse_reference(dispute.reference)
            decisions.hide(dispute.appeal.slug, Kind(kind), number, by=by, at=now)
            messages.success(request, _("The name is removed from the whole site."))
    except (Signatory.DoesNotExist, ValueError) as error:  # it names no entry
        raise Http404 from error
    except AlreadyDecided as first:
        messages.warning(request, describe_event(first.event))
    except tuple(REFUSAL_MESSAGES) as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
        return redirect_to_page("index")
    event = actions.settle_dispute(pk, by=by, at=now)
    if event.at == now:
        messages.success(request, _("The message is settled."))
    else:
        messages.warning(request, describe_event(event))
    return redirect_to_page("index")
