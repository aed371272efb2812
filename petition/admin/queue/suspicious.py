"""Floods: endorsements that look like one hand's work, each group set aside by one press, or decided as a whole."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from petition.actions.moderation import versions
from petition.admin.actors import with_site
from petition.admin.queue import selection
from petition.admin.queue.bulk import begun
from petition.models import BatchDeed, Suspicion
from petition.screening import clusters

MOST = 20
SAMPLE = 5
SHARED: dict[str, tuple[str | Promise, str | Promise]] = {
    "domain": (
        gettext_lazy("Mailboxes at one domain"),
        gettext_lazy("An umbrella organisation and its branches look like this too."),
    ),
    "network": (
        gettext_lazy("Sent from one network within an hour or several"),
        gettext_lazy("A conference, or a city behind one mobile network, looks like this too."),
    ),
    "text": (
        gettext_lazy("Names that differ in a number only"),
        gettext_lazy("Schools, unions and branches that are numbered look like this too."),
    ),
    "burst": (
        gettext_lazy("Sent faster than a person types, many within an hour"),
        gettext_lazy("A form that somebody has prepared for others to send looks like this too."),
    ),
}
"""What each kind of cluster shares, and who else may."""


@require_http_methods(["GET", "HEAD", "POST"])
def floods(request: HttpRequest) -> HttpResponse:
    """Show the clusters, the largest first; a post sets aside what one of them showed, and nothing that came since.

    A cluster that is on hold as a whole has nothing left to be set aside, and stands below the others.
    """
    if request.method == "POST":
        return _set_aside(request)
    mark = versions.newest_event()
    rows = [row for row in clusters.arrived() if row.explained_by <= mark]
    found = clusters.clusters_in(rows)
    waiting = [cluster for cluster in found if cluster.on_hold < len(cluster.rows)]
    on_hold = [cluster for cluster in found if cluster.on_hold == len(cluster.rows)]
    shown = waiting[:MOST]
    content = {
        "clusters": [_shown(cluster, mark) for cluster in shown],
        "on_hold": [_shown(cluster, mark) for cluster in on_hold[:MOST]],
        "together": len({row.pk for cluster in shown for row in cluster.rows if not row.is_on_hold}),
        "all_shown": _signed(shown, mark),
        "more": len(waiting) > MOST or len(on_hold) > MOST,
        "looked_at": len(rows),
        "title": _("Floods"),
    }
    return TemplateResponse(request, "admin/petition/queue/suspicious.html", with_site(request, content))


def _shown(cluster: clusters.Cluster, mark: int) -> dict[str, object]:
    shares, caution = SHARED[cluster.kind]
    return {
        "cluster": cluster,
        "shares": shares,
        "caution": caution,
        "size": len(cluster.rows),
        "on_hold": cluster.on_hold,
        "open": len(cluster.rows) - cluster.on_hold,
        "sample": cluster.rows[:SAMPLE],
        "shown": _signed([cluster], mark),
    }


def _signed(shown: list[clusters.Cluster], mark: int) -> str:
    return selection.signed("floods", {"clusters": [[cluster.kind, cluster.key] for cluster in shown], "mark": mark})


def _set_aside(request: HttpRequest) -> HttpResponse:
    """Back here, where what is left is proposed anew."""
    answer = HttpResponseRedirect(reverse("admin:floods"), status=HTTPStatus.SEE_OTHER)
    try:
        shown = selection.opened("floods", request.POST.get("shown", ""))
    except selection.ShownTooLongAgo:
        messages.warning(request, _("That page is too old. Look again, then decide."))
        return answer
    numbers = [row.pk for row in selection.in_clusters(shown) if not row.is_on_hold]
    if batch := begun(request, BatchDeed.QUARANTINE, numbers, shown_at=shown["mark"], reason=Suspicion.LIKENESS):
        link = format_html('<a href="{}">{}</a>', reverse("admin:batch", args=[batch.pk]), _("Look, or take it back"))
        messages.success(request, format_html("{}: {}. {}.", _("Set aside"), len(numbers), link))
    return answer
