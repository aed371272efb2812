"""Record that a mail came back after the mail server had accepted it."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.mail.bounces import DeliveryReport
from petition.models import Endorsement, OutgoingMail


@transaction.atomic
def record_bounce(report: DeliveryReport, *, by: Actor, at: datetime) -> bool:
    """Mark the mail as returned, with the status code; return False if there is none, or it is marked already.

    An event of each endorsement that the mail was about keeps it in the history. A delay changes nothing.
    """
    if not report.is_final:
        return False
    sent = OutgoingMail.objects.select_for_update().filter(sent_at__isnull=False, bounced_at=None)
    mail = sent.filter(message_id__startswith=f"<{report.mail_id}@").first()
    if mail is None:
        return False
    OutgoingMail.objects.filter(pk=mail.pk).update(bounced_at=at, last_error=f"dsn {report.status}".strip())
    about = Endorsement.objects.filter(pk=mail.endorsement_id or 0)
    if mail.mailbox_index:
        about |= Endorsement.objects.filter(mailbox_index=mail.mailbox_index)
    for endorsement in about.select_related("appeal").order_by("pk"):
        record("bounce", subject=endorsement, by=by, at=at, reason=report.status)
    return True
