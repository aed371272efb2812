"""Suspicious activity: endorsements that one person may have sent, to be put on hold or decided by the group."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from petition.actions import stale_forms
from petition.admin.queue import selection
from petition.admin.queue.start_batch import start_batch
from petition.admin.responses import redirect_to_page, render_page
from petition.models import BatchAction, Suspicion
from petition.screening import clusters

MAX_CLUSTERS = 20
SAMPLE_SIZE = 5
KINDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "domain": (
        gettext_lazy("E-mail addresses at one domain"),
        gettext_lazy("An umbrella organisation and its branches look like this too."),
    ),
    "network": (
        gettext_lazy("Sent from one network within hours"),
        gettext_lazy("A conference, or a city behind one mobile network, looks like this too."),
    ),
    "text": (
        gettext_lazy("Names that differ in a number only"),
        gettext_lazy("Schools, unions and branches that are numbered look like this too."),
    ),
    "burst": (
        gettext_lazy("Sent faster than a person types, many in an hour"),
        gettext_lazy("A form that somebody has prepared for others to send looks like this too."),
    ),
}
"""What the endorsements of a cluster share, and which honest senders share it too."""


@require_http_methods(["GET", "HEAD", "POST"])
def suspicious(request: HttpRequest) -> HttpResponse:
    """Show the clusters, the largest first; on POST put on hold what one of them showed, and nothing that came since.

    A cluster that is on hold as a whole stands below the others.
    """
    if request.method == "POST":
        return _put_on_hold(request)
    # Read before the endorsements: what changes meanwhile has a newer event, and counts as not shown.
    mark = stale_forms.newest_event()
    rows = [row for row in clusters.load_members() if row.explained_by <= mark]
    all_clusters = clusters.find_clusters(rows)
    waiting = [cluster for cluster in all_clusters if cluster.on_hold < len(cluster.rows)]
    on_hold = [cluster for cluster in all_clusters if cluster.on_hold == len(cluster.rows)]
    shown = waiting[:MAX_CLUSTERS]
    context = {
        "clusters": [_cluster_context(cluster, mark) for cluster in shown],
        "on_hold": [_cluster_context(cluster, mark) for cluster in on_hold[:MAX_CLUSTERS]],
        "together": len({row.pk for cluster in shown for row in cluster.rows if not row.is_on_hold}),
        "all_shown": _sign(shown, mark),
        "more": len(waiting) > MAX_CLUSTERS or len(on_hold) > MAX_CLUSTERS,
        "looked_at": len(rows),
        "title": _("Suspicious activity"),
    }
    return render_page(request, "queue/suspicious.html", context)


def _cluster_context(cluster: clusters.Cluster, mark: int) -> dict[str, object]:
    shares, caution = KINDS[cluster.kind]
    return {
        "cluster": cluster,
        "shares": shares,
        "caution": caution,
        "size": len(cluster.rows),
        "on_hold": cluster.on_hold,
        "open": len(cluster.rows) - cluster.on_hold,
        "sample": cluster.rows[:SAMPLE_SIZE],
        "shown": _sign([cluster], mark),
    }


def _sign(shown: list[clusters.Cluster], mark: int) -> str:
    keys = [[cluster.kind, cluster.key] for cluster in shown]
    return selection.sign_selection("floods", {"clusters": keys, "mark": mark})


def _put_on_hold(request: HttpRequest) -> HttpResponse:
    response = redirect_to_page("floods")
    try:
        shown = selection.read_selection("floods", request.POST.get("shown", ""))
    except selection.SelectionExpired:
        messages.warning(request, _("This page is too old. Look again, then decide."))
        return response
    ids = [row.pk for row in selection.list_members(shown) if not row.is_on_hold]
    if batch := start_batch(request, BatchAction.QUARANTINE, ids, seen=shown["mark"], reason=Suspicion.LIKENESS):
        link = format_html('<a href="{}">{}</a>', reverse("admin:batch", args=[batch.pk]), _("Look, or undo"))
        messages.success(request, format_html("{}: {}. {}.", _("Put on hold"), len(ids), link))
    return response
