"""How the desk names what stands in the trail as a code."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from petition.models import Role

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
    "lapse": _("lapsed"),
    "erase_contact": _("contact erased"),
    "erase_dispute": _("dispute erased"),
    "import": _("imported"),
    "open_contact": _("contact opened"),
    "translate": _("translation published"),
    "propose_text": _("new wording of a translation proposed"),
    "refuse_text": _("new wording of a translation refused"),
    "set_opening": _("opening and closing set"),
    "invite": _("invited"),
    "set_password": _("password set"),
    "set_mailbox": _("mailbox set"),
    "disable": _("disabled"),
    "enable": _("enabled"),
    "propose_role": _("role proposed"),
    "give_role": _("role given"),
    "refuse_role": _("role refused"),
    "take_role": _("role taken away"),
    "export_trail": _("audit trail exported"),
}
SUBJECTS: dict[str, str | Promise] = {
    "endorsement": _("Endorsement"),
    "appeal": _("Appeal"),
    "account": _("Account"),
    "trail": _("Audit trail"),
}
REASONS: dict[str, str | Promise] = {
    "superseded": _("another one was confirmed"),
    "not_me": _("“it wasn’t me”"),
    "unconfirmed": _("never confirmed"),
    **{role.value: role.label for role in Role},
}
ACTORS: dict[str, str | Promise] = {
    "contact": _("the organisation"),
    "staff": _("staff"),
    "operator": _("the operator"),
    "worker": _("by itself"),
}
