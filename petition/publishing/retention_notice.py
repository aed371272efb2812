"""What `/privacy/` says about how long data is kept: each sentence with the period that actions/ enforces."""

from datetime import timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from petition.reference import retention_periods as periods

RETENTION_NOTICE: tuple[tuple[timedelta, str | Promise], ...] = (
    (periods.UNCONFIRMED, _("Forms that nobody confirmed.")),
    (periods.UNCONFIRMED, _("New contacts that the two addresses did not both confirm.")),
    (periods.UNANSWERED, _("Endorsements with a question that nobody answered.")),
    (periods.UNDECIDED_AFTER_CLOSING, _("Endorsements that nobody decided, after the appeal closed.")),
    (
        periods.REJECTED_OR_WITHDRAWN,
        _(
            "Contact person, questions, answers and notes of a rejected or withdrawn endorsement. "
            "We also encrypt its name then."
        ),
    ),
    (periods.APPROVED, _("The same for an accepted endorsement. Its name stays on the list.")),
    (periods.APPROVED_AFTER_CLOSING, _("The same, after the appeal closed, if that is sooner.")),
    (periods.SETTLED_DISPUTE, _("Messages about a name, after we settled them.")),
    (periods.DELIVERED_MAIL, _("The time when we sent an e-mail. We delete its text and address at once.")),
    (periods.MAILBOX_OF_MAIL, _("An address that we wrote to, as a keyed hash.")),
    (periods.NETWORK, _("A keyed hash for your network, against attacks.")),
    (periods.DONE_INTAKE, _("The fact that a form arrived.")),
    (periods.BATCH, _("Records of decisions on several endorsements at once.")),
    (periods.BULK_UPLOAD, _("Encrypted tables of endorsements that are still to be entered.")),
    (periods.DRAFT, _("Texts of appeals that were never published.")),
    (timedelta(days=settings.BACKUP_DAYS), _("Encrypted backups, with data that we deleted meanwhile.")),
    (periods.COUNTS, _("Counters that stop attacks, as keyed hashes.")),
)
