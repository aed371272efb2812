"""How the desk names what stands in the trail as a code."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERBS: dict[str, str | Promise] = {
    "submit": _("sent"),
    "confirm": _("mailbox proven"),
    "approve": _("approved"),
    "reject": _("rejected"),
    "return": _("returned with a question"),
    "answer": _("question answered"),
    "reopen": _("reopened"),
    "revoke": _("revoked"),
    "withdraw": _("withdrawn"),
    "hide": _("name taken off"),
    "show": _("name shown again"),
    "erase": _("erased"),
    "propose_correction": _("correction proposed"),
    "correct": _("correction accepted"),
    "refuse_correction": _("correction refused"),
    "request_contact": _("new contact proposed"),
    "change_contact": _("contact changed"),
    "new_code": _("new removal code"),
    "forget": _("mailbox forgotten"),
    "ask_name": _("asks to be named again"),
    "issue_link": _("private link issued"),
    "note": _("note set"),
    "set_notice": _("notice before the form set"),
    "drop_notice": _("notice before the form taken away"),
    "dispute": _("disputed"),
    "settle": _("dispute settled"),
    "undo": _("taken back"),
    "internal_note": _("note for moderators written"),
    "respell": _("spelling corrected"),
    "set_language": _("language of the name set"),
    "count": _("counted without a name"),
    "refresh_withheld": _("number of those not named published"),
    "set_reason": _("reason worded"),
    "lapse": _("lapsed"),
    "erase_contact": _("contact erased"),
    "erase_dispute": _("dispute erased"),
    "import": _("imported"),
}
SUBJECTS: dict[str, str | Promise] = {"endorsement": _("Endorsement"), "appeal": _("Appeal"), "reason": _("Reason")}
REASONS: dict[str, str | Promise] = {
    "superseded": _("another one was confirmed"),
    "not_me": _("“it wasn’t me”"),
    "unconfirmed": _("never confirmed"),
    "unanswered": _("not answered"),
    "closed": _("the appeal was over"),
    "approve": _("approved"),
    "reject": _("rejected"),
    "return": _("returned with a question"),
    "hide": _("name taken off"),
    "correct": _("correction accepted"),
    "refuse_correction": _("correction refused"),
}
ACTORS: dict[str, str | Promise] = {
    "contact": _("the organisation"),
    "staff": _("staff"),
    "operator": _("the operator"),
    "worker": _("by itself"),
}
