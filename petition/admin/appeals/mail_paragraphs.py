"""The paragraph that editors may add to each mail, in each language, with a preview of the whole mail."""

from typing import Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions.appeals.mail_paragraphs import MAX_LENGTH, find_problem, set_mail_paragraph
from petition.admin.actors import current_actor
from petition.admin.labels import MAILS
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.mail.messages import EDITABLE_MAILS, RenderedMail, render
from petition.models import MailParagraph
from petition.reference import clock
from petition.reference.languages import LANGUAGES
from petition.text.form_fields import MultiLineField

_PLACEHOLDER: Final = "…"
_PROBLEMS: Final[dict[str, str | Promise]] = {
    "link": gettext_lazy("Remove links and e-mail addresses: they make an e-mail look like fraud."),
    "appeal": gettext_lazy("Remove the title of the appeal and the name of its issuer."),
}


class ParagraphForm(forms.Form):
    words = MultiLineField(
        label=gettext_lazy("Your paragraph"),
        required=False,
        max_length=MAX_LENGTH,
        help_text=gettext_lazy(
            "Do not mention the appeal or a name. No links. Leave empty to send the e-mail without a paragraph."
        ),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "autocomplete": "off"}),
    )

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        if problem := find_problem(words):
            raise forms.ValidationError(str(_PROBLEMS[problem]))
        return words


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """Show every mail to organisations, and in which languages it has a paragraph."""
    written = set(MailParagraph.objects.values_list("message", "language"))
    rows = [
        (name, label, [(code, (name, code) in written) for code in LANGUAGES])
        for name, label in MAILS.items()
        if name in EDITABLE_MAILS
    ]
    return render_page(request, "appeals/mails.html", {"rows": rows, "title": _("E-mails")})


@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, message: str, language: str) -> HttpResponse:
    """Show one mail with its paragraph to edit; on POST show it (`preview`) or store it."""
    if message not in EDITABLE_MAILS or language not in LANGUAGES:
        raise Http404
    present = MailParagraph.objects.filter(message=message, language=language).first()
    words = present.words if present else ""
    form = ParagraphForm(request.POST if request.method == "POST" else None, initial={"words": words})
    if form.is_bound and form.is_valid():
        words = form.cleaned_data["words"]
        if "preview" not in request.POST:
            set_mail_paragraph(message, language, words, by=current_actor(request), at=clock.now())
            messages.success(request, _("The e-mail is saved."))
            return redirect_to_page("mails")
    context = {
        "form": form,
        "label": MAILS[message],
        "language": language,
        "preview": _render(message, language, words),
        "title": _("E-mail"),
    }
    return render_page(request, "appeals/mail.html", context, status=form_status(form))


def _render(message: str, language: str, words: str) -> RenderedMail:
    """Return the mail with this paragraph, and made-up content."""
    names = ("url", "code", "code_url", "change_url", "reference", "when", "until", "line", "words", "urls")
    content = dict.fromkeys(names, _PLACEHOLDER) | {"forms": "1", "waits": "1", "paragraph": words}
    if message == "confirm_mailbox":  # private links are in it only if they were asked for too
        content["urls"] = ""
    with translation.override(language):
        return render(message, content)
