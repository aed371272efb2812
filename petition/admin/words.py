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
    "erase": _("erased"),
    "import": _("imported"),
}
ACTORS: dict[str, str | Promise] = {
    "contact": _("the organisation"),
    "staff": _("staff"),
    "operator": _("the operator"),
    "worker": _("by itself"),
}
