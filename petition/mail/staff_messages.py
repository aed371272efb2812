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
            _("an account was made for you. Its name is %(name)s.") % content,
            _("Open this link within seven days and choose a password; the link works once:"),
        ],
    )


def new_device(content: dict[str, str]) -> StaffMail:
    """Report a sign-in from a browser that this account has not used before; content: `when`."""
    return StaffMail(
        _("A new sign-in"),
        [
            _("your staff account was used in a browser that did not know it before, at %(when)s.") % content,
            _("If it wasn't you, change your password and tell another administrator at once."),
        ],
    )


def digest(content: dict[str, str]) -> StaffMail:
    """Report what waits today; content: `waiting`, `hours`, `quarantined`, `corrections`, `disputes`, `url`."""
    waiting, hours = int(content["waiting"]), int(content["hours"])
    sentences = [ngettext("%d waits for a decision.", "%d wait for a decision.", waiting) % waiting]
    if waiting:
        sentences.append(ngettext("The oldest has waited %d hour.", "The oldest has waited %d hours.", hours) % hours)
    flags = {
        _("Set aside: %s."): content["quarantined"],
        _("Corrections: %s."): content["corrections"],
        _("Messages about a name: %s."): content["disputes"],
    }
    return StaffMail(_("What waits today"), sentences + [flag % count for flag, count in flags.items() if count != "0"])


def overdue(content: dict[str, str]) -> StaffMail:
    """Report that the oldest has waited too long; content: `hours`, `url`."""
    hours = int(content["hours"])
    sentence = ngettext(
        "The oldest in the queue has waited more than %d hour.",
        "The oldest in the queue has waited more than %d hours.",
        hours,
    )
    return StaffMail(_("The queue is overdue"), [sentence % hours, _("This link leads there:")])


def flood(content: dict[str, str]) -> StaffMail:
    """Report that unusually many endorsements come in; content: `count`, `url`."""
    count = int(content["count"])
    sentence = ngettext("More than %d came in within an hour.", "More than %d came in within an hour.", count)
    return StaffMail(
        _("Unusually much comes in"), [sentence % count, _("Look at them, and set aside what is made up.")]
    )


def hiding(content: dict[str, str]) -> StaffMail:
    """Report that unusually many names were hidden; content: `count`, `url`."""
    count = int(content["count"])
    sentence = ngettext("%d name was hidden within an hour.", "%d names were hidden within an hour.", count) % count
    return StaffMail(_("Many names were hidden"), [sentence, _("The audit trail says by whom.")])


_AT_LIMIT = {
    "contacts": gettext_lazy(
        "The account %(account)s opened %(count)s contacts within an hour, and wants to open more."
    ),
    "hides": gettext_lazy("The account %(account)s hid %(count)s names within an hour, and wants to hide more."),
    "revokes": gettext_lazy("The account %(account)s revoked %(count)s approvals within an hour, or wants to."),
    "withdrawals": gettext_lazy(
        "The account %(account)s withdrew entries or issued private links %(count)s times within an hour, "
        "and wants to go on."
    ),
}


def limit_reached(content: dict[str, str]) -> StaffMail:
    """Report that a colleague's account is at an hourly limit; content: `account`, `limit`, `count`, `url`."""
    return StaffMail(
        _("An account reached an hourly limit"),
        [
            str(_AT_LIMIT[content["limit"]]) % content,
            _("It has to prove again who it is before it can go on. The audit trail says what it did."),
            _("If you think that it is not your colleague, ask an administrator to disable the account at once."),
        ],
    )


def codes_blocked(content: dict[str, str]) -> StaffMail:
    """Report that somebody typed wrong codes for this account; content: `when`."""
    return StaffMail(
        _("Wrong codes for your account"),
        [
            _("somebody typed five wrong codes of the second factor for your staff account, until %(when)s.") % content,
            _("No code is accepted for 15 minutes. A passkey still works."),
            _("If it wasn't you, somebody knows your password: change it and tell another administrator at once."),
        ],
    )


def mirror(content: dict[str, str]) -> StaffMail:
    """Report that the served mirror is without its lists; content: `url`."""
    return StaffMail(
        _("The copy of the site stands without its lists"),
        [
            _("A name was removed, and the copy could not be made anew, so its lists were taken away."),
            _("The log of the program that makes it says why. It tries again by itself every half a minute."),
        ],
    )


def clock(content: dict[str, str]) -> StaffMail:
    """Report that nothing is erased because of a clock; content: `url`."""
    return StaffMail(
        _("Nothing is being erased"),
        [
            _("The clock of the server may be wrong. Until that is clear, nothing is erased whose time is over."),
            _("Ask whoever runs the server to check its clock."),
            _("If time has jumped, or the site was off for more than a day, erasing starts again after a day."),
        ],
    )


def unreadable(content: dict[str, str]) -> StaffMail:
    """Report that an encrypted value was changed or moved; content: `url`."""
    return StaffMail(
        _("An encrypted value was changed"),
        [
            _("An encrypted value in the database was changed, or moved to another place. The site did not use it."),
            _("Somebody may have written to the database who should not: ask whoever runs the server to look at once."),
            _("The log says in which table it was found."),
        ],
    )


def set_apart(content: dict[str, str]) -> StaffMail:
    """Report what visitors sent and could not be processed; content: `count`, `url`."""
    count = int(content["count"])
    sentence = ngettext(
        "%d thing that visitors sent could not be processed, and waits.",
        "%d things that visitors sent could not be processed, and wait.",
        count,
    )
    return StaffMail(
        _("Something could not be processed"),
        [
            sentence % count,
            _("The log of the worker says why. When that is repaired, the overview has a button to try again."),
        ],
    )


STAFF_MAILS: dict[str, Callable[[dict[str, str]], StaffMail]] = {
    message.__name__: message
    for message in (
        *(invitation, new_device, codes_blocked, digest, overdue, flood, hiding, limit_reached, mirror, clock),
        *(unreadable, set_apart),
    )
}
