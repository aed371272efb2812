"""The mails to staff: a subject and a few sentences each. None of them names an organisation."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext as _, gettext_lazy, ngettext


class StaffMail(NamedTuple):
    subject: str
    sentences: list[str]


def invitation(content: dict[str, str]) -> StaffMail:
    """Send a link to set a password; content: `url`, `name`."""
    return StaffMail(
        _("Your account"),
        [
            _("We made a staff account for you. Its name is %(name)s.") % content,
            _("Open this link within 7 days and choose a password. The link works once:"),
        ],
    )


def new_device(content: dict[str, str]) -> StaffMail:
    """Report a sign-in from a browser that this account has not used before; content: `when`."""
    return StaffMail(
        _("New sign-in"),
        [
            _("Somebody signed in to your staff account with a new browser at %(when)s.") % content,
            _("If it was not you, change your password and tell another administrator at once."),
        ],
    )


def digest(content: dict[str, str]) -> StaffMail:
    """Report what waits today; content: `waiting`, `hours`, `quarantined`, `corrections`, `disputes`, `url`."""
    waiting, hours = int(content["waiting"]), int(content["hours"])
    sentences = [ngettext("%d request waits for a decision.", "%d requests wait for a decision.", waiting) % waiting]
    if waiting:
        sentences.append(
            ngettext("The oldest has waited for %d hour.", "The oldest has waited for %d hours.", hours) % hours
        )
    flags = {
        _("On hold: %s."): content["quarantined"],
        _("Corrections: %s."): content["corrections"],
        _("Messages about a name: %s."): content["disputes"],
    }
    return StaffMail(_("Waiting today"), sentences + [flag % count for flag, count in flags.items() if count != "0"])


def overdue(content: dict[str, str]) -> StaffMail:
    """Report that the oldest has waited too long; content: `hours`, `url`."""
    hours = int(content["hours"])
    sentence = ngettext(
        "The oldest request has waited for more than %d hour.",
        "The oldest request has waited for more than %d hours.",
        hours,
    )
    return StaffMail(_("Requests have waited too long"), [sentence % hours, _("Open the queue:")])


def flood(content: dict[str, str]) -> StaffMail:
    """Report that unusually many endorsements come in; content: `count`, `url`."""
    count = int(content["count"])
    sentence = ngettext(
        "More than %d form arrived within an hour.", "More than %d forms arrived within an hour.", count
    )
    return StaffMail(_("Unusually many forms"), [sentence % count, _("Look at them and put false ones on hold.")])


def hiding(content: dict[str, str]) -> StaffMail:
    """Report that unusually many names were hidden; content: `count`, `url`."""
    count = int(content["count"])
    sentence = ngettext("%d name was hidden within an hour.", "%d names were hidden within an hour.", count) % count
    return StaffMail(_("Many names were hidden"), [sentence, _("The audit log shows who hid them.")])


_AT_LIMIT = {
    "contacts": gettext_lazy(
        "The account %(account)s opened %(count)s contacts within an hour and tried to open more."
    ),
    "entries": gettext_lazy(
        "The account %(account)s added %(count)s endorsements within an hour and wanted to add more."
    ),
    "hides": gettext_lazy("The account %(account)s hid %(count)s names within an hour and tried to hide more."),
    "revokes": gettext_lazy("The account %(account)s revoked %(count)s approvals within an hour, or tried to."),
    "withdrawals": gettext_lazy(
        "The account %(account)s withdrew entries or issued private links %(count)s times within an hour, "
        "and tried to go on."
    ),
}


def limit_reached(content: dict[str, str]) -> StaffMail:
    """Report that a colleague's account is at an hourly limit; content: `account`, `limit`, `count`, `url`."""
    return StaffMail(
        _("An account reached an hourly limit"),
        [
            str(_AT_LIMIT[content["limit"]]) % content,
            _("It must sign in again before it can go on. The audit log shows what it did."),
            _("If you think that this is not your colleague, ask an administrator to disable the account at once."),
        ],
    )


def codes_blocked(content: dict[str, str]) -> StaffMail:
    """Report that somebody typed wrong codes for this account; content: `when`."""
    return StaffMail(
        _("Wrong codes for your account"),
        [
            _("Somebody entered five wrong sign-in codes for your staff account, the last at %(when)s.") % content,
            _("We accept no code for 15 minutes. A passkey still works."),
            _("If it was not you, somebody knows your password. Change it and tell another administrator at once."),
        ],
    )


def own_factor_reset(content: dict[str, str]) -> StaffMail:
    """Report to its owner that the operator reset the second factor; content: `when`."""
    return StaffMail(
        _("Your second factor was reset"),
        [
            _("The operator reset the second factor of your staff account at %(when)s.") % content,
            _("Sign in with your password now and set up a new authenticator app or passkey."),
            _("If you did not ask for this, tell another administrator at once."),
        ],
    )


def factor_reset(content: dict[str, str]) -> StaffMail:
    """Report that the operator reset the second factor of a colleague; content: `account`, `when`."""
    return StaffMail(
        _("A second factor was reset"),
        [
            _("The operator reset the second factor of the account %(account)s at %(when)s.") % content,
            _("If your colleague did not ask for this, ask an administrator to disable the account at once."),
        ],
    )


def mirror(content: dict[str, str]) -> StaffMail:
    """Report that the served mirror is without its lists; content: `url`."""
    return StaffMail(
        _("The mirror has no lists"),
        [
            _("A name was removed, but the mirror could not be updated. So we removed its lists."),
            _("The log of the mirror program says why. It tries again every 30 seconds."),
        ],
    )


def clock(content: dict[str, str]) -> StaffMail:
    """Report that nothing is erased because of a clock; content: `url`."""
    return StaffMail(
        _("No data is being deleted"),
        [
            _("The server’s clock may be wrong. We delete nothing until this is clear."),
            _("Ask the operator to check the clock."),
            _("If the clock jumped or the site was off for more than a day, deletion starts again after a day."),
        ],
    )


def unreadable(content: dict[str, str]) -> StaffMail:
    """Report that an encrypted value was changed or moved; content: `url`."""
    return StaffMail(
        _("An encrypted value was changed"),
        [
            _("Somebody or something changed or moved an encrypted value in the database. The site did not use it."),
            _("An attacker may have access to the database. Ask the operator to look at once."),
            _("The log says in which table."),
        ],
    )


def set_apart(content: dict[str, str]) -> StaffMail:
    """Report what visitors sent and could not be processed; content: `count`, `url`."""
    count = int(content["count"])
    sentence = ngettext(
        "We could not process %d form or request from visitors. It waits.",
        "We could not process %d forms or requests from visitors. They wait.",
        count,
    )
    return StaffMail(
        _("Something could not be processed"),
        [
            sentence % count,
            _("The worker’s log says why. After the repair, use the button on the overview to try again."),
        ],
    )


def timeline_names(content: dict[str, str]) -> StaffMail:
    """Report that a name that was removed stands in the timeline; content: `dates` of the entries, `url`."""
    return StaffMail(
        _("A removed name stands in the timeline"),
        [
            _("An organisation removed its name. The timeline still has it. Look at these entries: %(dates)s.")
            % content,
            _("Ask an editor to change them today."),
        ],
    )


STAFF_MAILS: dict[str, Callable[[dict[str, str]], StaffMail]] = {
    message.__name__: message
    for message in (
        *(invitation, new_device, codes_blocked, digest, overdue, flood, hiding, limit_reached, mirror, clock),
        *(unreadable, set_apart, timeline_names, own_factor_reset, factor_reset),
    )
}
