"""Mails that anybody can cause by typing in a mailbox: please confirm, already endorsed, a new private link.

A form or a request for a link is stored and sends nothing. The worker decides when a mailbox may get a mail, and makes
its links then: at most one mail waits for a mailbox, and at most MAILS_TO_ONE_MAILBOX leave. The link of the mail opens
all unconfirmed forms of that mailbox, so that forms sent by a stranger keep nobody from confirming their own.
"""

import logging
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from petition.actions.mailing import queue as correspondence
from petition.actions.self_service import private_links
from petition.models import Contact, Endorsement, LinkRequest, Origin, OutgoingMail, PrivateLink, Purpose, State
from petition.models.endorsements import ACTIVE
from petition.models.mails import MAILBOX_MAILS
from petition.reference import retention_periods as periods
from petition.security import encryption, tokens
from petition.security.rate_limits import MAILS_TO_ONE_MAILBOX
from petition.text.error_text import describe_error

log = logging.getLogger(__name__)

_Row = TypeVar("_Row", Endorsement, LinkRequest)
_AT_ONCE = 50
"""Mailboxes that one call looks after, so that delivery goes on meanwhile."""


def request_links(mailbox: str, *, language: str, at: datetime) -> None:
    """Store that somebody asked by `mailbox` for new private links; the same work for every mailbox."""
    defaults = {"sealed_mailbox": encryption.seal(mailbox), "language": language, "requested_at": at}
    LinkRequest.objects.update_or_create(mailbox_index=encryption.mailbox_index(mailbox), defaults=defaults)


def queue(*, at: datetime) -> int:
    """Make the mail of each mailbox that has something to hear and may get a mail now; return how many were made."""
    made = 0
    for mailbox_index in _mailboxes(at=at):
        try:
            with transaction.atomic():
                made += _queue_one(mailbox_index, at=at)
        except IntegrityError:  # another worker has just made one: mail_one_waits_for_mailbox
            continue
        except Exception as error:  # noqa: BLE001  (one mailbox that fails holds up no other)
            log.error("The mail of one mailbox could not be made: %s", describe_error(error))
    return made


def postponed_until(mailbox_index: str, *, at: datetime, besides: int) -> datetime | None:
    """Return when a mail to this mailbox may leave, or None when it may leave now.

    Counts what left within MAILS_TO_ONE_MAILBOX.per, and what another worker is sending at this moment, without the
    mail with the primary key `besides`.
    """
    limit = MAILS_TO_ONE_MAILBOX
    others = OutgoingMail.objects.filter(mailbox_index=mailbox_index).exclude(pk=besides)
    sent = others.filter(sent_at__gt=at - limit.per).values_list("sent_at", flat=True)
    moments = [moment for moment in sent if moment]
    moments += others.owed().filter(leased_until__gt=at).values_list("due_at", flat=True)
    if len(moments) < limit.most:
        return None
    return max(sorted(moments)[-limit.most] + limit.per, at)


def restart_expiry(mail: OutgoingMail, *, at: datetime) -> None:
    """`mail` has left: its links, and the forms that it asks about, expire after periods.UNCONFIRMED from now on."""
    mail.links.filter(expires_at__isnull=False).update(expires_at=at + periods.UNCONFIRMED)
    if mail.mailbox_index:
        forms = Endorsement.objects.filter(mailbox_index=mail.mailbox_index, state=State.SUBMITTED, origin=Origin.FORM)
        forms.filter(asked_at=mail.created_at).update(asked_at=at)


def end_links(mailbox_index: str) -> None:
    """Erase links, requests and waiting mails of a mailbox, unless another endorsement has that mailbox.

    What left stays counted for two days, so that whoever sends forms in its name cannot go on at once.
    """
    if not mailbox_index or Endorsement.objects.filter(mailbox_index=mailbox_index).exists():
        return
    LinkRequest.objects.filter(mailbox_index=mailbox_index).delete()
    PrivateLink.objects.filter(mailbox_index=mailbox_index).delete()
    OutgoingMail.objects.owed().filter(mailbox_index=mailbox_index, message__in=MAILBOX_MAILS).delete()


def forget_mailbox(mailbox_index: str) -> None:
    """Erase all that would find this mailbox, unless another endorsement has it."""
    if mailbox_index and not Endorsement.objects.filter(mailbox_index=mailbox_index).exists():
        end_links(mailbox_index)
        OutgoingMail.objects.filter(mailbox_index=mailbox_index, message__in=MAILBOX_MAILS).delete()
        OutgoingMail.objects.filter(mailbox_index=mailbox_index).update(mailbox_index="")


def _mailboxes(*, at: datetime) -> list[str]:
    """Return the hashes of mailboxes that may get a mail now and have something to hear, longest waiting first."""
    if not (Endorsement.objects.to_ask().exists() or LinkRequest.objects.exists()):
        return []  # as nearly always: the look at all mailboxes costs ten times as much
    forms = _free(Endorsement.objects.to_ask().order_by("submitted_at", "pk"), at=at)
    requests = _free(LinkRequest.objects.order_by("requested_at"), at=at)
    waiting = [*requests.values_list("mailbox_index", flat=True)[:_AT_ONCE]]
    waiting += forms.values_list("mailbox_index", flat=True)
    return list(dict.fromkeys(waiting))[: 2 * _AT_ONCE]


def _free(rows: QuerySet[_Row], *, at: datetime) -> QuerySet[_Row]:
    """Return those of `rows` for whose mailbox no mail waits and that has not had MAILS_TO_ONE_MAILBOX."""
    mails = OutgoingMail.objects.filter(mailbox_index=OuterRef("mailbox_index")).order_by()
    recent = mails.filter(sent_at__gt=at - MAILS_TO_ONE_MAILBOX.per).values("mailbox_index")
    count = Coalesce(Subquery(recent.annotate(count=Count("pk")).values("count")), 0)
    return rows.exclude(Exists(mails.owed())).annotate(recent=count).filter(recent__lt=MAILS_TO_ONE_MAILBOX.most)


def _queue_one(mailbox_index: str, *, at: datetime) -> int:
    """Make the mail of one mailbox, and return how many were made: 1, or 0 where there is nothing to tell."""
    waiting = Endorsement.objects.to_ask().filter(mailbox_index=mailbox_index)
    forms = list(waiting.filter(contact__isnull=False).order_by("-submitted_at", "-pk"))
    request = LinkRequest.objects.filter(mailbox_index=mailbox_index).first()
    content = {"own_pages": "1"} if request and private_links.proven_by(mailbox_index).exists() else {}
    new = without_active(forms)
    if new:
        _ask_to_confirm(new, mailbox_index, content, at=at)
    elif forms:
        content["reference"] = tokens.reference_word(forms[0].fingerprint)
        content["change_url"] = private_links.address("ways_out", "", forms[0].language)
        _owe("already_endorsed", forms[0], mailbox_index, content, at=at)
    elif request and content:
        correspondence.owe_sealed(
            "own_page_again",
            request.sealed_mailbox,
            content=content,
            language=request.language,
            mailbox_index=mailbox_index,
            at=at,
        )
    asked = Q(pk__in=[form.pk for form in forms]) | Q(contact=None)
    waiting.filter(asked).update(asked_at=at)
    LinkRequest.objects.filter(mailbox_index=mailbox_index).delete()
    return int(bool(forms or content))


def _ask_to_confirm(forms: list[Endorsement], mailbox_index: str, content: dict[str, str], *, at: datetime) -> None:
    """Make the mail with a link and a code that open all forms of the mailbox, in the language of the newest."""
    token, code, language = tokens.new_token(), tokens.new_code(), forms[0].language
    words = dict.fromkeys(tokens.reference_word(form.fingerprint) for form in forms)
    content |= {
        "url": private_links.address("confirm", token, language),
        "code": code,
        "code_url": private_links.address("code", "", language),
        "forms": str(len(forms)),
        "reference": next(iter(words)) if len(words) == 1 else "",
    }
    mail = _owe("confirm_mailbox", forms[0], mailbox_index, content, at=at)
    expires_at = at + periods.UNCONFIRMED
    for purpose, digest in (
        (Purpose.CONFIRM, tokens.digest_of_token(token, Purpose.CONFIRM)),
        (Purpose.CONFIRM_CODE, tokens.digest_of_code(code)),
    ):
        PrivateLink.objects.create(
            mailbox_index=mailbox_index, purpose=purpose, digest=digest, expires_at=expires_at, mail=mail
        )


def _owe(message: str, form: Endorsement, mailbox_index: str, content: dict[str, str], *, at: datetime) -> OutgoingMail:
    sealed_address = Contact.objects.get(endorsement=form).sealed_mailbox
    return correspondence.owe_sealed(
        message, sealed_address, content=content, language=form.language, mailbox_index=mailbox_index, at=at
    )


def without_active(forms: list[Endorsement]) -> list[Endorsement]:
    """Return those of `forms`, all of one mailbox, whose organisation does not endorse the same appeal already."""
    index = {form.mailbox_index for form in forms}
    active = Endorsement.objects.filter(mailbox_index__in=index, state__in=ACTIVE)
    bodies = set(active.values_list("appeal_id", "name_index"))
    return [form for form in forms if (form.appeal_id, form.name_index) not in bodies]
