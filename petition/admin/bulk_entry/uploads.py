"""Tables of endorsements: upload one, look at its rows, correct or leave out some, and add the others."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from petition.actions.bulk_entry import table_files, uploads as actions
from petition.actions.bulk_entry.entry_form import FIELDS, RowForm
from petition.actions.listing import entries
from petition.actions.refusals import NothingToDo, NotOpen, NotPossible, OnlyItsAuthor
from petition.actions.staff.hourly_limits import ENTRIES
from petition.admin.actors import current_actor, get_usernames
from petition.admin.bulk_entry.forms import TableForm
from petition.admin.limit_check import check_hourly_limit
from petition.admin.refusal_messages import REFUSAL_MESSAGES
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.models import BulkOutcome, BulkRow, BulkUpload, Display, Endorsement, Origin
from petition.reference import clock
from petition.reference.countries import COUNTRY_CODES, country_name
from petition.reference.languages import LANGUAGES
from petition.screening.evaluation import LIKENESS_LABELS
from petition.screening.similarity import Likeness
from petition.security.encryption import CannotDecrypt
from petition.text.numbers import parse_number

ROWS_PER_PAGE = 50
SECONDS_IN_REQUEST = 2
"""How long a request that uploads or starts a table works on it; the worker does the rest."""
RELOAD_SECONDS = 2
_UNDER_WAY = (BulkOutcome.UNCHECKED, BulkOutcome.QUEUED)


@require_http_methods(["GET", "HEAD", "POST"])
def uploads(request: HttpRequest) -> HttpResponse:
    """Show the form for a table, and the tables that are not deleted; on POST store the table."""
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    if form.is_bound and form.is_valid():
        cleaned = form.cleaned_data
        try:
            upload = actions.create_upload(
                cleaned["appeal"],
                form.rows,
                origin=Origin(cleaned["origin"]),
                note=cleaned["note"],
                by=current_actor(request),
                at=clock.now(),
            )
        except NotOpen as error:
            form.add_error("appeal", str(REFUSAL_MESSAGES[type(error)]))
        else:
            actions.continue_uploads(upload_id=upload.pk, seconds=SECONDS_IN_REQUEST)
            return redirect_to_page("upload", upload.pk)
    rows = list(BulkUpload.objects.select_related("appeal").annotate(size=Count("rows")))
    usernames = get_usernames([row.created_by for row in rows])
    context = {
        "form": form,
        "columns": _describe_columns(),
        "uploads": [(row, usernames.get(row.created_by, "–")) for row in rows],
        "title": _("Add many endorsements"),
    }
    return render_page(request, "bulk_entry/uploads.html", context, status=form_status(form))


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """Return an empty table with the names of all columns."""
    content_type = "text/csv; charset=utf-8"
    headers = {"Content-Disposition": 'attachment; filename="endorsements.csv"'}
    return HttpResponse(table_files.build_template(), content_type=content_type, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one page of a table's rows, with what is wrong and what resembles them; on POST add the rows or delete."""
    row = get_object_or_404(BulkUpload.objects.select_related("appeal"), pk=pk)
    if request.method == "POST":
        return _act(request, row)
    counts = dict(row.rows.order_by().values_list("outcome").annotate(Count("pk")))
    size = sum(counts.values())
    waiting = sum(counts.get(outcome, 0) for outcome in _UNDER_WAY)
    outcome = request.GET.get("outcome", "")
    after = parse_number(request.GET.get("after", "")) or 0
    rows = row.rows.filter(number__gt=after).select_related("upload")
    rows = rows.filter(outcome=outcome) if outcome in BulkOutcome.values else rows
    shown = list(rows.order_by("number")[: ROWS_PER_PAGE + 1])
    context = {
        "upload": row,
        "size": size,
        "done": size - waiting,
        "waiting": waiting,
        "reload_seconds": RELOAD_SECONDS if waiting else 0,
        "ready": counts.get(BulkOutcome.READY, 0),
        "outcomes": [(one, counts[one]) for one in BulkOutcome if counts.get(one)],
        "chosen": outcome,
        "after": after,
        "rows": _describe_rows(shown[:ROWS_PER_PAGE]),
        "more_after": shown[ROWS_PER_PAGE - 1].number if len(shown) > ROWS_PER_PAGE else 0,
        "title": _("Add many endorsements"),
    }
    return render_page(request, "bulk_entry/upload.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all that a row says, to correct it; on POST store it and check it again."""
    row = get_object_or_404(BulkRow.objects.select_related("upload"), pk=pk)
    if row.outcome in (BulkOutcome.ENTERED, *_UNDER_WAY):
        return redirect_to_page("upload", row.upload_id)
    try:
        if request.method == "POST":
            fields: dict[str, Any] = {name: request.POST.get(name, "") for name in FIELDS}
            fields["countries"] = [code for code in request.POST.getlist("countries") if code]
            row = actions.correct_row(pk, fields, by=current_actor(request))
        else:
            fields = actions.open_row(pk, by=current_actor(request), at=clock.now())
    except NotPossible:
        return redirect_to_page("upload", row.upload_id)
    except (CannotDecrypt, OnlyItsAuthor) as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
        return redirect_to_page("upload", row.upload_id)
    if request.method == "POST" and row.outcome != BulkOutcome.WRONG:
        return redirect_to_page("upload", row.upload_id)
    form = RowForm(fields, origin=row.upload.origin)
    status = form_status(form) if request.method == "POST" else 200
    unknown = [code for code in fields.get("countries", ()) if code not in COUNTRY_CODES]
    context = {"row": row, "form": form, "unknown": unknown, "title": _("Row %(number)s") % {"number": row.number}}
    return render_page(request, "bulk_entry/row.html", context, status=status)


@require_POST
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a row out, or take it back."""
    row = get_object_or_404(BulkRow, pk=pk)
    try:
        actions.leave_out_row(pk)
    except NotPossible as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
    response = redirect_to_page("upload", row.upload_id)
    # Back to the same place of the list.
    response["Location"] += f"?after={parse_number(request.POST.get('after', '')) or 0}#row-{row.number}"
    return response


def _describe_columns() -> list[dict[str, Any]]:
    """Return for each column its name, label, and the words that its cells may have where they are few."""
    words = {
        "countries": _("names or two-letter codes, three at most"),
        "display": ", ".join(Display.values),
        "member": _("yes or no"),
        "language": ", ".join(LANGUAGES),
    }
    fields = RowForm.base_fields
    return [{"name": name, "label": fields[name].label, "words": words.get(name, "")} for name in FIELDS]


def _act(request: HttpRequest, upload: BulkUpload) -> HttpResponse:
    by, now = current_actor(request), clock.now()
    if request.POST.get("do") == "delete":
        actions.delete_upload(upload.pk, by=by, at=now)
        messages.success(request, _("Deleted. What was added stays."))
        return redirect_to_page("uploads")
    # What this account started and the worker has not added yet has no event to be counted.
    queued = BulkRow.objects.filter(outcome=BulkOutcome.QUEUED, upload__started_by=by.id).count()
    ready = upload.rows.filter(outcome=BulkOutcome.READY).count()
    check_hourly_limit(request, ENTRIES, coming=queued + ready)
    try:
        actions.start(upload.pk, by=by, at=now)
    except NothingToDo:
        messages.warning(request, _("No row is ready."))
    except (NotOpen, OnlyItsAuthor) as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
    else:
        actions.continue_uploads(upload_id=upload.pk, seconds=SECONDS_IN_REQUEST)
    return redirect_to_page("upload", upload.pk)


def _describe_rows(rows: list[BulkRow]) -> list[dict[str, Any]]:
    """Return for each row what the list shows: its entry without its contact, its errors, and what resembles it."""
    numbers = {number for row in rows for number, _how in row.alike} | {row.endorsement_id for row in rows}
    known = Endorsement.objects.filter(pk__in=[number for number in numbers if number])
    others = {one.pk: one for one in known.select_related("appeal", "signatory")}
    lines = {pk: entries.get_entry_text_for_staff(one) or _("Name encrypted") for pk, one in others.items()}
    return [
        {
            "row": row,
            "line": lines.get(row.endorsement_id or 0) or _format_line(row),
            "errors": _list_errors(row) if row.outcome == BulkOutcome.WRONG else [],
            "alike": [
                {"endorsement": others[number], "line": lines[number], "how": LIKENESS_LABELS[Likeness(how)]}
                for number, how in row.alike
                if number in others
            ],
            "is_out": row.outcome == BulkOutcome.LEFT_OUT,
            "may_change": row.outcome not in (BulkOutcome.ENTERED, *_UNDER_WAY),
        }
        for row in rows
    ]


def _format_line(row: BulkRow) -> str:
    try:
        fields = actions.read_fields(row)
    except CannotDecrypt:
        return _("Encrypted")
    if not fields:
        return "–"
    acronym = f" ({fields['acronym']})" if fields.get("acronym") else ""
    countries = ", ".join(
        country_name(code, "en") if code in COUNTRY_CODES else code for code in fields.get("countries", ())
    )
    return f"{fields.get('organisation_name') or '–'}{acronym}{', ' if countries else ''}{countries}"


def _list_errors(row: BulkRow) -> list[str]:
    try:
        form = RowForm(actions.read_fields(row), origin=row.upload.origin)
    except CannotDecrypt as error:
        return [str(REFUSAL_MESSAGES[type(error)])]
    labels = {name: str(form.fields[name].label) for name in form.fields}
    return [
        f"{labels[name]}: {message}" if name in labels else str(message)
        for name, found in form.errors.items()
        for message in found
    ]
