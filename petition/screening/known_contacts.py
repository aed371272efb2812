"""Findings from what is known already: the secretariat's own list, and endorsements of earlier appeals."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from petition.models import Endorsement, FlagCode, KnownOrganisation, State
from petition.screening.findings import Finding, Mark, Subject
from petition.screening.similarity import build_name_forms, compare_names


def find_known_contacts(subject: Subject) -> Iterator[Finding]:
    """Yield what the list and earlier appeals say."""
    yield from _in_known_list(subject)
    yield from _in_earlier_appeals(subject)


def _in_known_list(subject: Subject) -> Iterator[Finding]:
    row = subject.row
    at_domain = list(KnownOrganisation.objects.filter(domain_index=row.domain_index)) if row.domain_index else []
    for organisation in at_domain:
        words = _("The e-mail domain belongs to %(name)s, known to the secretariat.")
        if organisation.member:
            words = _("The e-mail domain belongs to %(name)s, a member known to the secretariat.")
        yield Finding(Mark.SUPPORTS, words % {"name": organisation.name}, FlagCode.KNOWN)
    if at_domain or not subject.name["organisation_name"]:
        return
    own = build_name_forms(subject.name["organisation_name"], subject.name["acronym"])
    for name in KnownOrganisation.objects.values_list("name", flat=True).distinct():
        if compare_names(own, build_name_forms(name)):
            words = _("The secretariat knows %(name)s at another e-mail domain.") % {"name": name}
            is_calm = FlagCode.FREE_MAIL in subject.hints
            yield Finding(*((Mark.NEUTRAL, words) if is_calm else (Mark.CLOSER, words, FlagCode.KNOWN_ELSEWHERE)))


def _in_earlier_appeals(subject: Subject) -> Iterator[Finding]:
    """Yield endorsements of earlier, real appeals that were approved under a name that looks the same."""
    row = subject.row
    same_name = Q(name_index=row.name_index)
    if row.looks_index:
        same_name |= Q(looks_index=row.looks_index)
    earlier = Endorsement.objects.filter(same_name, state=State.APPROVED, appeal__is_demo=False)
    rows = earlier.filter(appeal__issued_on__lt=row.appeal.issued_on).exclude(appeal=row.appeal_id)
    for before in rows.select_related("appeal").order_by("pk")[:3]:
        params = {"appeal": before.appeal.slug}
        if row.mailbox_index and before.mailbox_index == row.mailbox_index:
            words = _("The same e-mail address endorsed the appeal %(appeal)s under this name.") % params
            yield Finding(Mark.SUPPORTS, words, FlagCode.KNOWN)
        elif subject.has_own_domain and before.domain_index == row.domain_index:
            words = _("An address at the same domain endorsed the appeal %(appeal)s under this name.") % params
            yield Finding(Mark.SUPPORTS, words, FlagCode.KNOWN)
        else:
            words = _("This name endorsed the appeal %(appeal)s from another e-mail address.") % params
            yield Finding(Mark.NEUTRAL, words)
