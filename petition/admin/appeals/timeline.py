"""The timeline of the chosen appeal: add, correct and remove entries."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from petition.actions.appeals import timeline as actions
from petition.actions.appeals.timeline import EntryContent
from petition.actions.refusals import DateInTheFuture, NotDelivered
from petition.admin.actors import current_actor
from petition.admin.appeals.chosen_appeal import get_chosen_appeal
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.models import Appeal, TimelineEntry, TimelineKind
from petition.reference import clock
from petition.reference.languages import LANGUAGES
from petition.text import input_rules, names


class TimelineForm(forms.Form):
    """An entry with its words in each language of the site."""

    kind = forms.ChoiceField(label=gettext_lazy("What"), choices=TimelineKind.choices, widget=forms.RadioSelect)
    dated = forms.DateField(
        label=gettext_lazy("Date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    addressee = forms.CharField(
        label=gettext_lazy("Addressee"),
        help_text=gettext_lazy("To whom it was delivered, or who answers. Public. Name an office, not a person."),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    edition = forms.ChoiceField(
        label=gettext_lazy("Edition"), help_text=gettext_lazy("The list as it was delivered."), required=False
    )
    link = forms.URLField(
        label=gettext_lazy("Link"),
        help_text=gettext_lazy("Of the answer or of the follow-up appeal. Begins with https:// or http://."),
        required=False,
        max_length=500,
        assume_scheme="https",
    )

    def __init__(self, typed: Any, *, appeal: Appeal, entry: TimelineEntry | None = None) -> None:
        super().__init__(typed, initial=_describe(entry) if entry else {"dated": clock.now().date()})
        days = [edition.dated for edition in appeal.editions.order_by("-dated")]
        field = self.fields["edition"]
        field.choices = [("", "–"), *((day.isoformat(), day.isoformat()) for day in days)]  # type: ignore[attr-defined]
        for code, own in LANGUAGES.items():
            self.fields[f"words_{code}"] = forms.CharField(
                label=_("Words, %(language)s") % {"language": own},
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 4, "lang": code}),
            )

    def clean_addressee(self) -> str:
        addressee = names.clean(self.cleaned_data["addressee"])
        if addressee and input_rules.broken_name_rules(addressee):
            raise forms.ValidationError(
                _("Remove invisible characters. Begin with a letter, a digit or a quotation mark.")
            )
        return addressee

    def clean_link(self) -> str:
        link = str(self.cleaned_data["link"])
        if link and not link.startswith(("https://", "http://")):
            raise forms.ValidationError(_("Begin with https:// or http://."))
        return link

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        has_words = any(typed.get(f"words_{code}") for code in LANGUAGES) or typed.get("link")
        needs_addressee = typed.get("kind") in (TimelineKind.DELIVERED, TimelineKind.ANSWER_DUE)
        if needs_addressee and not typed.get("addressee"):
            self.add_error("addressee", _("Enter the addressee."))
        if not needs_addressee and not has_words:
            self.add_error("words_en", _("Enter words or a link."))
        for code in LANGUAGES:
            lines = typed.get(f"words_{code}", "").splitlines()
            if any(input_rules.broken_rules(names.clean(line)) for line in lines if line.strip()):
                self.add_error(f"words_{code}", _("Remove invisible characters."))
        return typed

    def to_content(self) -> EntryContent:
        typed = self.cleaned_data
        return EntryContent(
            kind=typed["kind"],
            dated=typed["dated"],
            addressee=typed["addressee"],
            link=typed["link"],
            texts={code: _clean_lines(typed[f"words_{code}"]) for code in LANGUAGES},
            edition=typed["edition"] or None,
        )


def _clean_lines(words: str) -> str:
    """Return the words with "\\n" between lines: a vertical tab, for example, may stand in no document."""
    return "\n".join(names.clean(line) for line in words.splitlines()).strip()


def _describe(entry: TimelineEntry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "dated": entry.dated,
        "addressee": entry.addressee,
        "link": entry.link,
        "edition": entry.edition.dated.isoformat() if entry.edition else "",
        **{f"words_{text.language}": text.body for text in entry.texts.all()},
    }


@require_http_methods(["GET", "HEAD", "POST"])
def timeline(request: HttpRequest) -> HttpResponse:
    """Show the entries of the chosen appeal and the form for another; POST publishes it."""
    appeal = get_chosen_appeal(request)
    if appeal is None:
        return render_page(request, "timeline/timeline.html", {"title": _("Timeline")})
    form = TimelineForm(request.POST if request.method == "POST" else None, appeal=appeal)

    def add() -> None:
        actions.add_entry(appeal.slug, form.to_content(), by=current_actor(request), at=clock.now())

    if form.is_valid() and _try(form, add):
        messages.success(request, _("Published."))
        return redirect_to_page("timeline")
    entries = appeal.timeline.select_related("edition").prefetch_related("texts").order_by("-dated", "-pk")
    context = {"appeal": appeal, "form": form, "entries": entries, "title": _("Timeline")}
    return render_page(request, "timeline/timeline.html", context, status=form_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one entry; POST corrects it, or with `remove` removes it."""
    entry = get_object_or_404(TimelineEntry.objects.select_related("appeal", "edition"), pk=pk)
    is_removal = request.method == "POST" and "remove" in request.POST
    typed = request.POST if request.method == "POST" and not is_removal else None
    form = TimelineForm(typed, appeal=entry.appeal, entry=entry)
    by, now = current_actor(request), clock.now()
    refused = ""
    if is_removal:
        try:
            actions.remove_entry(pk, by=by, at=now)
        except NotDelivered:
            refused = _("An answer stands after this delivery. Remove the answer first.")
        else:
            messages.success(request, _("Removed."))
            return redirect_to_page("timeline")
    elif form.is_valid() and _try(form, lambda: actions.correct_entry(pk, form.to_content(), by=by, at=now)):
        messages.success(request, _("Corrected. The entry says so with today’s date."))
        return redirect_to_page("timeline")
    context = {"entry": entry, "form": form, "refused": refused, "title": _("Timeline")}
    return render_page(request, "timeline/event.html", context, status=422 if refused else form_status(form))


def _try(form: TimelineForm, action: Callable[[], object]) -> bool:
    """Do it and return True; else say in the form why not."""
    try:
        action()
    except DateInTheFuture:
        form.add_error("dated", _("This date has not come yet. Only an answer can be due later."))
    except NotDelivered:
        form.add_error("dated", _("An answer comes after a delivery. Enter the delivery first, or correct the date."))
    else:
        return True
    return False
