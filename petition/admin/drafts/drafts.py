"""Appeals that are not public yet, as editors make them: paste or upload, settle each block, lock, publish."""

from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from petition.actions.appeals.drafts import drafts as actions
from petition.actions.refusals import (
    DraftChanged,
    DraftLocked,
    DraftNotLocked,
    SecondPersonNeeded,
    SlugTaken,
    StatementRefused,
)
from petition.actions.stale_forms import parse
from petition.admin.actors import current_actor
from petition.admin.appeals.chosen_appeal import follow_appeal
from petition.admin.drafts.forms import (
    JOIN,
    KINDS,
    DetailsForm,
    SourceForm,
    describe_details,
    read_blocks,
)
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.models import Appeal, AppealDraft
from petition.publishing.absolute_urls import absolute_url
from petition.reference import clock
from petition.statements.problems import describe_problem, find_notes, find_problems
from petition.statements.proof import HARMLESS, compare_words, describe_difference
from petition.statements.proposal import DOUBTS
from petition.statements.source import SourceRefused

ROWS: Final = 40
"""How many blocks are edited on one page: a form may have 200 fields (DATA_UPLOAD_MAX_NUMBER_FIELDS)."""
_MESSAGES: Final[dict[type[Exception], str | Promise]] = {
    DraftChanged: gettext_lazy("Somebody changed this draft since you opened it. Look at it again."),
    DraftLocked: gettext_lazy("The text is locked. Unlock it to change it."),
    DraftNotLocked: gettext_lazy("Lock the text first."),
    SecondPersonNeeded: gettext_lazy("You proposed this. Another editor must publish it."),
    SlugTaken: gettext_lazy("Another appeal has this address. Choose another one."),
    AppealDraft.DoesNotExist: gettext_lazy("This draft was published or deleted."),
}
_REFUSED: Final[tuple[type[Exception], ...]] = (*_MESSAGES, StatementRefused)


@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """List the appeals that are not public yet."""
    context = {"drafts": AppealDraft.objects.defer("source", "blocks"), "title": _("New appeals")}
    return render_page(request, "drafts/drafts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_draft(request: HttpRequest) -> HttpResponse:
    """Show the form for a statement's source; POST makes a draft of it."""
    form = SourceForm(request.POST, request.FILES) if request.method == "POST" else SourceForm()
    if form.is_valid():
        source, language = form.cleaned_data["source"], form.cleaned_data["language"]
        try:
            draft = actions.create_draft(source, language, by=current_actor(request), at=clock.now())
        except SourceRefused as error:
            form.add_error("file" if request.FILES else "text", str(error))
        else:
            return redirect_to_page("draft_blocks", draft.pk)
    context = {"form": form, "title": _("New appeal")}
    return render_page(request, "drafts/new_draft.html", context, status=form_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is left to do, and the details; POST saves these."""
    draft = get_object_or_404(AppealDraft, pk=pk)
    form = DetailsForm(request.POST if request.method == "POST" else None, initial=describe_details(draft))
    if form.is_valid():
        try:
            actions.save_details(pk, form.to_details(), seen=_seen(request), by=current_actor(request), at=clock.now())
        except _REFUSED as error:
            form.add_error("slug" if isinstance(error, SlugTaken) else None, describe_refusal(error))
        else:
            messages.success(request, _("Saved."))
            return redirect_to_page("draft", pk)
    context = {"draft": draft, "form": form, "title": draft.slug, **_describe_state(draft)}
    return render_page(request, "drafts/draft.html", context, status=form_status(form))


def _describe_state(draft: AppealDraft) -> dict[str, Any]:
    statement = actions.read_statement(draft)
    differences = compare_words(draft.source, statement)
    problems = find_problems(statement)
    return {
        "to_decide": [(describe_problem(statement, one), page_of(one.block)) for one in problems],
        "notes": [(describe_problem(statement, one), page_of(one.block)) for one in find_notes(statement)],
        "differences": [
            (describe_difference(one), page_of(one.block)) for one in differences if one.change not in HARMLESS
        ],
        "mended": [one for one in differences if one.change in HARMLESS and one.change != "marker"],
        "statement": statement,
        "needs_second": actions.needs_second_person(),
    }


def page_of(block: int) -> int:
    """Return the index of the first block of the page on which this one (from 1) is edited."""
    return max(block - 1, 0) // ROWS * ROWS


@require_http_methods(["GET", "HEAD", "POST"])
def draft_blocks(request: HttpRequest, pk: int) -> HttpResponse:
    """Show ROWS blocks with their source; POST saves them and goes on to the next ones."""
    draft = get_object_or_404(AppealDraft, pk=pk)
    first = parse(request.GET.get("from", "0"))
    if first > len(draft.blocks):
        raise Http404
    rows, refused = draft.blocks[first : first + ROWS], ""
    if request.method == "POST":
        count = min(parse(request.POST.get("count", "")), ROWS)
        blocks = read_blocks(request.POST, first, count)
        try:
            actions.save_blocks(
                pk, first, count, blocks, seen=_seen(request), by=current_actor(request), at=clock.now()
            )
        except _REFUSED as error:
            refused = describe_refusal(error)
            rows = [{"kind": block.kind.value, "text": block.text, "line": 0, "doubt": ""} for block in blocks]
        else:
            return _go_on(request, pk, first + len(blocks))
    lines = draft.source.split("\n")
    context = {
        "draft": draft,
        "rows": [_describe_row(row, index, lines) for index, row in enumerate(rows, first)],
        "kinds": KINDS,
        "join": JOIN,
        "first": first,
        "last": first + len(rows),
        "earlier": max(first - ROWS, 0),
        "refused": refused,
        "title": draft.slug,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render_page(request, "drafts/draft_blocks.html", context, status=status)


def _describe_row(row: dict[str, Any], index: int, lines: list[str]) -> dict[str, Any]:
    source = lines[row["line"] - 1] if 0 < row["line"] <= len(lines) else ""
    return {**row, "index": index, "source": source, "question": DOUBTS.get(row["doubt"], "")}


def _go_on(request: HttpRequest, pk: int, after: int) -> HttpResponse:
    """Redirect to the next blocks, or to the draft where these were the last ones."""
    left = len(AppealDraft.objects.only("blocks").get(pk=pk).blocks) - after
    if "save" in request.POST or left <= 0:
        messages.success(request, _("Saved."))
        return redirect_to_page("draft", pk)
    response = redirect_to_page("draft_blocks", pk)
    response["Location"] += f"?from={after}"
    return response


@require_POST
def change_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Lock, unlock, publish or delete the draft, or issue its private link."""
    verbs: dict[str, Any] = {
        "lock": (actions.lock, _("The text is locked.")),
        "unlock": (actions.unlock, _("The text can be changed again. Its private link has ended.")),
        "delete": (actions.delete_draft, _("Deleted.")),
        "link": (actions.issue_draft_link, ""),
        "publish": (actions.publish_or_propose, ""),
    }
    action, message = verbs.get(request.POST.get("do", ""), (None, ""))
    if action is None:
        return redirect_to_page("draft", pk)
    slug = AppealDraft.objects.filter(pk=pk).values_list("slug", flat=True).first()
    try:
        result = action(pk, seen=_seen(request), by=current_actor(request), at=clock.now())
    except _REFUSED as error:
        messages.warning(request, describe_refusal(error))
        return redirect_to_page("drafts" if isinstance(error, AppealDraft.DoesNotExist) else "draft", pk)
    if request.POST["do"] == "link":
        message = _("Anybody with this link can read the text: %(link)s") % {
            "link": absolute_url("locked_text", result)
        }
    if request.POST["do"] == "publish":
        message = _("The appeal is published.") if result else _("Proposed. Another editor must publish it.")
    messages.success(request, message)
    if request.POST["do"] == "publish" and result:
        follow_appeal(request, Appeal.objects.get(slug=slug))
        return redirect_to_page("texts")
    return redirect_to_page("drafts") if request.POST["do"] == "delete" else redirect_to_page("draft", pk)


def describe_refusal(error: Exception) -> str:
    """Return the sentence for a refused action."""
    return str(error) if isinstance(error, StatementRefused) else str(_MESSAGES[type(error)])


def _seen(request: HttpRequest) -> int:
    return parse(request.POST.get("seen", ""))
