"""Every address of the desk: where it is, what answers, what it is called. Who may use it stands in rights.py."""

from collections.abc import Callable

from django.http import HttpResponse

from petition.admin import entries
from petition.admin.appeals import accepting, editions, form_notice, held_list, rejection_reasons, texts
from petition.admin.disputes import dispute, groups
from petition.admin.oversight import overview
from petition.admin.queue import batches, bulk, hide_name, polling, queue, suspicious
from petition.admin.review import (
    contact,
    decision_steps,
    endorsement,
    endorsement_actions,
    hold,
    manual_entry,
    verification,
)
from petition.admin.team import team

ADDRESSES: tuple[tuple[str, Callable[..., HttpResponse], str], ...] = (
    ("", queue.queue, "index"),
    ("endorsements/<int:pk>/", endorsement.endorsement, "endorsement"),
    ("endorsements/<int:pk>/decide/", endorsement.decide, "decide"),
    ("arrivals/", polling.arrivals, "arrivals"),
    ("endorsements/<int:pk>/presence/", polling.presence, "presence"),
    ("endorsements/<int:pk>/check/", verification.check, "check"),
    ("endorsements/<int:pk>/compare/", verification.compare, "compare"),
    ("endorsements/<int:pk>/ask/", endorsement_actions.ask, "ask"),
    ("endorsements/<int:pk>/name/", endorsement_actions.name, "name"),
    ("endorsements/<int:pk>/note/", endorsement_actions.note, "note"),
    ("endorsements/<int:pk>/link/", endorsement_actions.link, "link"),
    ("endorsements/<int:pk>/quarantine/", hold.quarantine, "quarantine"),
    ("bulk/", bulk.bulk, "bulk"),
    ("batches/", batches.batches, "batches"),
    ("batches/<int:pk>/", batches.batch, "batch"),
    ("floods/", suspicious.floods, "floods"),
    ("held-list/", held_list.held_list, "held_list"),
    ("site/", accepting.emergency, "site"),
    ("endorsements/<int:pk>/undo/", decision_steps.undo, "undo"),
    ("endorsements/<int:pk>/internal-note/", decision_steps.note, "internal_note"),
    ("endorsements/<int:pk>/spelling/", decision_steps.spell, "spelling"),
    ("endorsements/<int:pk>/language/", decision_steps.language, "name_language"),
    ("endorsements/<int:pk>/count/", decision_steps.count, "count"),
    ("endorsements/<int:pk>/letter/", decision_steps.confirm_letter, "confirm_letter"),
    ("enter/", manual_entry.enter, "enter"),
    ("hide/", hide_name.hiding, "hide"),
    ("reasons/", rejection_reasons.reasons, "reasons"),
    ("reasons/<slug:code>/", rejection_reasons.reason, "reason"),
    ("corrections/<int:pk>/", endorsement_actions.correction, "correction"),
    ("disputes/", groups.disputes, "disputes"),
    ("disputes/<int:pk>/", dispute.settle, "settle"),
    ("disputes/<int:pk>/open/", dispute.dispute, "dispute"),
    ("lines/", entries.lines, "lines"),
    ("editions/", editions.editions, "editions"),
    ("notices/", form_notice.notices, "notices"),
    ("notices/<slug:slug>/<slug:language>/", form_notice.notice, "notice"),
    ("endorsements/<int:pk>/contact/", contact.contact, "contact"),
    ("overview/", overview.overview, "overview"),
    ("texts/", texts.texts, "texts"),
    ("texts/proposed/<int:pk>/", texts.text_proposal, "text_proposal"),
    ("texts/<slug:slug>/opening/", texts.opening, "opening"),
    ("texts/<slug:slug>/<slug:language>/", texts.translation, "translation"),
    ("staff/", team.staff, "staff"),
    ("staff/invite/", team.invite, "invite"),
    ("staff/<int:pk>/", team.account, "account"),
    ("staff/roles/<int:pk>/", team.role_proposal, "role_proposal"),
)
