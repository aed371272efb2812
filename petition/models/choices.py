"""Enumerations that several models share, and the table of legal moves between states."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """The state of an endorsement. Only actions/lifecycle.py changes it."""

    SUBMITTED = "submitted", _("Submitted")
    CONFIRMED = "confirmed", _("Waiting for a decision")
    RETURNED = "returned", _("Waiting for an answer")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


LEGAL_MOVES: dict[State, frozenset[State]] = {
    State.SUBMITTED: frozenset({State.CONFIRMED, State.REJECTED, State.WITHDRAWN}),
    State.CONFIRMED: frozenset({State.APPROVED, State.RETURNED, State.REJECTED, State.WITHDRAWN}),
    State.RETURNED: frozenset({State.CONFIRMED, State.REJECTED, State.WITHDRAWN}),
    # Undoing a rejection (actions/moderation/undo.py) leads back to any state that it can have come from.
    State.REJECTED: frozenset({State.CONFIRMED, State.WITHDRAWN, State.RETURNED, State.SUBMITTED}),
    State.APPROVED: frozenset({State.CONFIRMED, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset(),
}
"""The only table of which state may follow which. lifecycle.py checks it, and a database trigger is made from it."""

UNDECIDED = (State.SUBMITTED, State.CONFIRMED, State.RETURNED)
ACTIVE = (State.CONFIRMED, State.RETURNED, State.APPROVED)


class Display(models.TextChoices):
    """Whether the organisation's name is published."""

    NAMED = "named", _("Named")
    WITHHELD = "withheld", _("Not named")


class Origin(models.TextChoices):
    """How an endorsement was received."""

    FORM = "form", _("the form")
    IMPORTED = "imported", _("the appeal as published")
    EMAIL = "email", _("an e-mail, entered by the secretariat")  # its contact still declares and confirms by mail
    LETTER = "letter", _("a letter or a call, entered by the secretariat")  # a second moderator replaces the mailbox


class Check(models.TextChoices):
    """How the organisation was checked, beyond the confirmation by its own mailbox."""

    KNOWN_DOMAIN = "known_domain", _("E-mail address at a domain the secretariat knew")
    OWN_CHANNEL = "own_channel", _("Call or message to a contact that the organisation publishes")
    VOUCHED = "vouched", _("A listed organisation vouched for it")
    IMPORTED = "imported", _("From the appeal as published")
    OTHER = "other", _("Another way")


class Suspicion(models.TextChoices):
    """Why an endorsement is on hold. Stored as a code; neither a state nor a verdict."""

    HONEYPOT = "honeypot", _("A hidden field was filled in")
    TOO_FAST = "too_fast", _("Sent within three seconds")
    NO_STAMP = "no_stamp", _("Sent without opening the form, or from a page older than two days")
    MAILBOX = "mailbox", _("Many forms with one e-mail address in a day")
    NETWORK = "network", _("Many forms from one network in an hour")
    DOMAIN = "domain", _("Many forms from one e-mail domain in a day")
    APPEAL = "appeal", _("Very many forms in an hour")
    STRICTER = "stricter", _("Arrived while all forms were put on hold")
    LIKENESS = "likeness", _("Resembles many others")
    MODERATOR = "moderator", _("Put on hold by a moderator")
