"""Mails that anybody can cause by typing in a mailbox: please confirm, already endorsed, a new private link.

Storing a form or a request for a link sends nothing. The worker decides when a mailbox may get a mail, and creates its
links then: at most one mail waits for a mailbox, and at most MAILS_TO_ONE_MAILBOX leave. The link of the mail opens all
unconfirmed forms of that mailbox, so that forms sent by a stranger keep nobody from confirming their own.
"""

import logging
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from petition.actions.self_service import private_links
from petition.mail import outbox
from petition.models import Contact, Endorsement, LinkRequest, Origin, OutgoingMail, PrivateLink, Purpose, State
from petition.models.choices import ACTIVE
from petition.models.mails import MAILBOX_MAILS
from petition.reference import retention_periods as periods
from petition.security import encryption, tokens
from petition.security.rate_limits import MAILS_TO_ONE_MAILBOX
from petition.text.error_text import describe_error

log = logging.getLogger(__name__)

_Row = TypeVar("_Row", Endorsement, LinkRequest)
_AT_ONCE = 50  # mailboxes in one call, so that delivery goes on meanwhile


def request_links(mailbox: str, *, language: str, at: datetime) -> None:
    """Store that somebody asked for new private links for `mailbox`."""
    # The same work for every mailbox: the time it takes tells nobody which ones have endorsed.
    defaults = {"sealed_mailbox": encryption.encrypt(mailbox), "language": language, "requested_at": at}
    LinkRequest.objects.update_or_create(mailbox_index=encryption.compute_mailbox_index(mailbox), defaults=defaults)


def queue_due_mails(*, at: datetime) -> int:
    """Queue the mail of each mailbox that has one to get and may get it now; return how many were queued."""
    queued = 0
    for mailbox_index in _mailboxes(at=at):
        try:
            with transaction.atomic():
                queued += _queue_one(mailbox_index, at=at)
        except IntegrityError:  # another worker has just queued one: the constraint mail_one_waits_for_mailbox
            continue
        except Exception as error:  # noqa: BLE001  (one mailbox that fails holds up no other)
            log.error("The mail of one mailbox could not be queued: %s", describe_error(error))
    return queued


def next_allowed_at(mailbox_index: str, *, at: datetime, without: int) -> datetime | None:
    """Return when the next mail to this mailbox may leave, or None when it may leave now.

    Counts what left within MAILS_TO_ONE_MAILBOX.per, and what another worker is sending at this moment, but not the
    mail with the primary key `besides`.
    """
    limit = MAILS_TO_ONE_MAILBOX
    others = OutgoingMail.objects.filter(mailbox_index=mailbox_index).exclude(pk=without)
    sent = others.filter(sent_at__gt=at - limit.per).values_list("sent_at", flat=True)
    moments = [moment for moment in sent if moment]
    moments += others.owed().filter(leased_until__gt=at).values_list("due_at", flat=True)
    if len(moments) < limit.most:
        return None
    return max(sorted(moments)[-limit.most] + limit.per, at)


def restart_expiry(mail: OutgoingMail, *, at: datetime) -> None:
    """Let the links of a mail that has just left, and the forms it asks about, expire after periods.UNCONFIRMED."""
    mail.links.filter(expires_at__isnull=False).update(expires_at=at + periods.UNCONFIRMED)
    if mail.mailbox_index:
        forms = Endorsement.objects.filter(mailbox_index=mail.mailbox_index, state=State.SUBMITTED, origin=Origin.FORM)
        forms.filter(asked_at=mail.created_at).update(asked_at=at)


def erase_links(mailbox_index: str) -> None:
    """Erase links, requests and waiting mails of a mailbox, unless another endorsement has that mailbox."""
    # Mails that left stay counted for two days, so that a stranger who sends forms in its name cannot go on at once.
    if not mailbox_index or Endorsement.objects.filter(mailbox_index=mailbox_index).exists():
        return
    LinkRequest.objects.filter(mailbox_index=mailbox_index).delete()
    PrivateLink.objects.filter(mailbox_index=mailbox_index).delete()
    OutgoingMail.objects.owed().filter(mailbox_index=mailbox_index, message__in=MAILBOX_MAILS).delete()


def forget_mailbox(mailbox_index: str) -> None:
    """Erase all that this mailbox could be found by, unless another endorsement has it."""
    if mailbox_index and not Endorsement.objects.filter(mailbox_index=mailbox_index).exists():
        erase_links(mailbox_index)
        OutgoingMail.objects.filter(mailbox_index=mailbox_index, message__in=MAILBOX_MAILS).delete()
        OutgoingMail.objects.filter(mailbox_index=mailbox_index).update(mailbox_index="")


def _mailboxes(*, at: datetime) -> list[str]:
    """Return the keyed hashes of the mailboxes to which a mail can be queued now, longest waiting first."""
    if not (Endorsement.objects.to_ask_for_confirmation().exists() or LinkRequest.objects.exists()):
        return []  # as nearly always, and the query of all mailboxes costs ten times as much
    forms = _may_get_mail(Endorsement.objects.to_ask_for_confirmation().order_by("submitted_at", "pk"), at=at)
    requests = _may_get_mail(LinkRequest.objects.order_by("requested_at"), at=at)
    waiting = [*requests.values_list("mailbox_index", flat=True)[:_AT_ONCE]]
    waiting += forms.values_list("mailbox_index", flat=True)
    return list(dict.fromkeys(waiting))[: 2 * _AT_ONCE]


def _may_get_mail(rows: QuerySet[_Row], *, at: datetime) -> QuerySet[_Row]:
    """Return those of `rows` whose mailbox no mail waits for, and which has not had MAILS_TO_ONE_MAILBOX."""
    mails = OutgoingMail.objects.filter(mailbox_index=OuterRef("mailbox_index")).order_by()
    recent = mails.filter(sent_at__gt=at - MAILS_TO_ONE_MAILBOX.per).values("mailbox_index")
    count = Coalesce(Subquery(recent.annotate(count=Count("pk")).values("count")), 0)
    return rows.exclude(Exists(mails.owed())).annotate(recent=count).filter(recent__lt=MAILS_TO_ONE_MAILBOX.most)


def _queue_one(mailbox_index: str, *, at: datetime) -> int:
    """Queue the mail of one mailbox, and return how many were queued: 1, or 0 where there is nothing to say."""
    waiting = Endorsement.objects.to_ask_for_confirmation().filter(mailbox_index=mailbox_index)
    forms = list(waiting.filter(contact__isnull=False).order_by("-submitted_at", "-pk"))
    request = LinkRequest.objects.filter(mailbox_index=mailbox_index).first()
    content = {"own_pages": "1"} if request and private_links.find_confirmed_by(mailbox_index).exists() else {}
    new = exclude_endorsed(forms)
    if new:
        _ask_to_confirm(new, mailbox_index, content, at=at)
    elif forms:
        content["reference"] = tokens.compute_reference_word(forms[0].fingerprint)
        content["change_url"] = private_links.build_url("choose_appeal", "", forms[0].language)
        _queue_mail("already_endorsed", forms[0], mailbox_index, content, at=at)
    elif request and content:
        outbox.queue_mail(
            "own_page_again",
            sealed_address=request.sealed_mailbox,
            sealed_content=encryption.encrypt(content),
            language=request.language,
            mailbox_index=mailbox_index,
            at=at,
        )
    asked = Q(pk__in=[form.pk for form in forms]) | Q(contact=None)
    waiting.filter(asked).update(asked_at=at)
    LinkRequest.objects.filter(mailbox_index=mailbox_index).delete()
    return int(bool(forms or content))


def _ask_to_confirm(forms: list[Endorsement], mailbox_index: str, content: dict[str, str], *, at: datetime) -> None:
    """Queue the mail with a link and a code that open all forms of the mailbox, in the language of the newest."""
    token, code, language = tokens.generate_token(), tokens.generate_code(), forms[0].language
    words = dict.fromkeys(tokens.compute_reference_word(form.fingerprint) for form in forms)
    content |= {
        "url": private_links.build_url("confirm", token, language),
        "code": code,
        "code_url": private_links.build_url("code", "", language),
        "forms": str(len(forms)),
        "reference": next(iter(words)) if len(words) == 1 else "",
    }
    mail = _queue_mail("confirm_mailbox", forms[0], mailbox_index, content, at=at)
    expires_at = at + periods.UNCONFIRMED
    for purpose, digest in (
        (Purpose.CONFIRM, tokens.hash_token(token, Purpose.CONFIRM)),
        (Purpose.CONFIRM_CODE, tokens.hash_code(code)),
    ):
        PrivateLink.objects.create(
            mailbox_index=mailbox_index, purpose=purpose, digest=digest, expires_at=expires_at, mail=mail
        )


def _queue_mail(
    message: str, form: Endorsement, mailbox_index: str, content: dict[str, str], *, at: datetime
) -> OutgoingMail:
    return outbox.queue_mail(
        message,
        sealed_address=Contact.objects.get(endorsement=form).sealed_mailbox,
        sealed_content=encryption.encrypt(content),
        language=form.language,
        mailbox_index=mailbox_index,
        at=at,
    )


def exclude_endorsed(forms: list[Endorsement]) -> list[Endorsement]:
    """Return those of `forms`, all of one mailbox, whose organisation does not endorse the same appeal already."""
    index = {form.mailbox_index for form in forms}
    active = Endorsement.objects.filter(mailbox_index__in=index, state__in=ACTIVE)
    bodies = set(active.values_list("appeal_id", "name_index"))
    return [form for form in forms if (form.appeal_id, form.name_index) not in bodies]
