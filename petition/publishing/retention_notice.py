"""What `/privacy/` says about how long data is kept: each sentence with the period that actions/ enforces."""

from datetime import timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from petition.reference import retention_periods as periods

RETENTION_NOTICE: tuple[tuple[timedelta, str | Promise], ...] = (
    (
        periods.UNCONFIRMED,
        _("A form whose address nobody confirmed, with everything in it, from the day our mail left."),
    ),
    (periods.UNCONFIRMED, _("A new contact that was proposed and not agreed to by both addresses.")),
    (periods.UNANSWERED, _("A request whose question is not answered: it lapses then, with a reminder before.")),
    (
        periods.UNDECIDED_AFTER_CLOSING,
        _("A request that nobody has decided, from the day the appeal closed: it ends then as not accepted."),
    ),
    (
        periods.REJECTED_OR_WITHDRAWN,
        _(
            "The person, the address, questions, answers and notes of a request that was not accepted or was "
            "withdrawn, from that day. If its name is still readable, it is sealed then."
        ),
    ),
    (
        periods.APPROVED,
        _("The person, the address, questions, answers and notes of a request that was accepted, from that day."),
    ),
    (periods.APPROVED_AFTER_CLOSING, _("The same, from the day the appeal closed, if that is sooner.")),
    (periods.SETTLED_DISPUTE, _("A message about a name, from the day it was settled.")),
    (periods.DELIVERED_MAIL, _("That a mail left, and when. Its address and words are erased as soon as it has left.")),
    (
        periods.MAILBOX_OF_MAIL,
        _("To which address a mail went that anybody can cause, as a keyed hash, so that it gets few of them a day."),
    ),
    (
        periods.NETWORK,
        _(
            "A keyed hash that stands for the network from which a form was sent, so that a flood can be recognised. "
            "Its key is thrown away every week."
        ),
    ),
    (
        periods.DONE_INTAKE,
        _(
            "That a form or request arrived, and to which it belongs; what it says is erased there as soon as it is "
            "done."
        ),
    ),
    (periods.BATCH, _("Which requests were decided on together, by their numbers, so that it can be taken back.")),
    (
        timedelta(days=settings.BACKUP_DAYS),
        _("An encrypted backup on this machine, and in it what was erased here meanwhile."),
    ),
    (periods.COUNTS, _("Counts that hold back floods, under keyed hashes.")),
)
