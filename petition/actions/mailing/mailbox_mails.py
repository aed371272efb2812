"""Mails that anybody can cause by typing in a mailbox: please confirm, already endorsed, a new private link.

Storing a form or a request for a link sends nothing. The worker decides when a mailbox may get a mail, and creates its
links then: at most one mail waits for a mailbox, and at most MAILS_TO_ONE_MAILBOX leave. The link of the mail opens all
unconfirmed forms of that mailbox, so that forms sent by a stranger keep nobody from confirming their own.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import formats, translation

from petition.actions.self_service import private_links
from petition.mail import outbox
from petition.models import Endorsement, LinkRequest, Origin, OutgoingMail, PrivateLink, Purpose, State
from petition.models.choices import ACTIVE
from petition.models.mails import MAILBOX_MAILS
from petition.reference import retention_periods as periods
from petition.security import encryption, tokens
from petition.security.rate_limits import MAILS_TO_ONE_MAILBOX
from petition.text.error_text import describe_error

log = logging.getLogger(__name__)

_Row = TypeVar("_Row", Endorsement, LinkRequest)
AT_ONCE: Final = 30
"""For how many mailboxes mails are queued before any of them is delivered."""
_IN_ONE_COMMIT: Final = 10  # so that no lock is held for long
_COLUMNS: Final = (
    *("appeal_id", "language", "mailbox_index", "name_index", "reference_word", "submitted_at"),
    *("contact__uid", "contact__sealed_mailbox"),
)
_SOON: Final = timedelta(minutes=1)
"""A mail that leaves within this time starts no period again, which would cost a fifth of its time."""


def request_links(mailbox: str, *, language: str, at: datetime) -> None:
    """Store that somebody asked for new private links for `mailbox`."""
    mailbox_index = encryption.compute_mailbox_index(mailbox)
    request = LinkRequest.objects.filter(mailbox_index=mailbox_index).first()
    request = request or LinkRequest(mailbox_index=mailbox_index)
    request.language, request.requested_at = language, at
    encryption.encrypt_column(request, "sealed_mailbox", mailbox)
    request.save()


def queue_due_mails(*, at: datetime) -> int:
    """Queue the mails of up to AT_ONCE mailboxes that may get one now; return how many were queued."""
    queued = 0
    for mailboxes in _in_groups(_mailboxes(at=at)):
        try:
            queued += queue_mails(mailboxes, at=at)
        except Exception:  # noqa: BLE001  (one mailbox that fails holds up no other)
            queued += sum(_try_to_queue(mailbox, at=at) for mailbox in mailboxes)
    return queued


def _in_groups(mailboxes: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(mailboxes)
    while group := list(islice(rest, _IN_ONE_COMMIT)):
        yield group


def _try_to_queue(mailbox_index: str, *, at: datetime) -> int:
    try:
        return queue_mails([mailbox_index], at=at)
    except IntegrityError:  # another worker has just queued one: the constraint mail_one_waits_for_mailbox
        return 0
    except Exception as error:  # noqa: BLE001  (one mailbox that fails holds up no other)
        log.error("The mail of one mailbox could not be queued: %s", describe_error(error))
        return 0


def next_allowed_at(mailbox_index: str, *, at: datetime, without: int) -> datetime | None:
    """Return when the next mail to this mailbox may leave, or None when it may leave now.

    Counts what left within MAILS_TO_ONE_MAILBOX.per, and what another worker is sending at this moment, but not the
    mail with the primary key `without`.
    """
    limit = MAILS_TO_ONE_MAILBOX
    others = OutgoingMail.objects.filter(mailbox_index=mailbox_index).exclude(pk=without).order_by()
    # A mail has no lease when its end is known.
    counted = others.filter(sent_at__gt=at - limit.per) | others.filter(leased_until__gt=at)
    moments = [sent_at or due_at for sent_at, due_at in counted.values_list("sent_at", "due_at")]
    if len(moments) < limit.most:
        return None
    return max(sorted(moments)[-limit.most] + limit.per, at)


def restart_expiry(mail: OutgoingMail, *, at: datetime) -> None:
    """Let the links of a mail that has just left, and the forms it asks about, expire after periods.UNCONFIRMED."""
    if at - mail.created_at < _SOON:
        return
    PrivateLink.objects.filter(mail=mail.pk, expires_at__isnull=False).update(expires_at=at + periods.UNCONFIRMED)
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
    """Return the keyed hashes of up to AT_ONCE mailboxes to which a mail can be queued now, longest waiting first."""
    if not (Endorsement.objects.to_ask_for_confirmation().exists() or LinkRequest.objects.exists()):
        return []  # as nearly always, and the query of all mailboxes costs ten times as much
    forms = _may_get_mail(Endorsement.objects.to_ask_for_confirmation().order_by("submitted_at", "pk"), at=at)
    requests = _may_get_mail(LinkRequest.objects.order_by("requested_at"), at=at)
    waiting = [*requests.values_list("mailbox_index", flat=True)[: AT_ONCE // 2]]
    waiting += forms.values_list("mailbox_index", flat=True)[: AT_ONCE * 5]  # several may have one mailbox
    return list(dict.fromkeys(waiting))[:AT_ONCE]


def _may_get_mail(rows: QuerySet[_Row], *, at: datetime) -> QuerySet[_Row]:
    """Return those of `rows` whose mailbox no mail waits for, and which has not had MAILS_TO_ONE_MAILBOX."""
    mails = OutgoingMail.objects.filter(mailbox_index=OuterRef("mailbox_index")).order_by()
    recent = mails.filter(sent_at__gt=at - MAILS_TO_ONE_MAILBOX.per).values("mailbox_index")
    count = Coalesce(Subquery(recent.annotate(count=Count("pk")).values("count")), 0)
    return rows.exclude(Exists(mails.owed())).annotate(recent=count).filter(recent__lt=MAILS_TO_ONE_MAILBOX.most)


def _find_allowed(mailboxes: Sequence[str], *, at: datetime) -> list[str]:
    """Return those of these mailboxes that no mail waits for, and which have not had MAILS_TO_ONE_MAILBOX."""
    limit = MAILS_TO_ONE_MAILBOX
    mails = OutgoingMail.objects.filter(mailbox_index__in=mailboxes).order_by()
    counted = mails.owed() | mails.filter(sent_at__gt=at - limit.per)
    counts: Counter[str] = Counter()
    for mailbox, sent_at in counted.values_list("mailbox_index", "sent_at"):
        counts[mailbox] += 1 if sent_at else limit.most
    return [mailbox for mailbox in mailboxes if counts[mailbox] < limit.most]


def queue_mails(mailboxes: Sequence[str], *, at: datetime) -> int:
    """Queue the mail of each of these mailboxes, given as keyed hashes, that may get one; return how many were queued.

    Takes the same few statements for any number of mailboxes, and reads and encrypts before it begins to write.
    """
    mailboxes = _find_allowed(mailboxes, at=at)
    rows = Endorsement.objects.to_ask_for_confirmation().filter(mailbox_index__in=mailboxes)
    waiting = list(rows.select_related("contact").only(*_COLUMNS).order_by("-submitted_at", "-pk"))
    requests = {one.mailbox_index: one for one in LinkRequest.objects.filter(mailbox_index__in=mailboxes).order_by()}
    forms: dict[str, list[Endorsement]] = {one: [] for one in mailboxes}
    for form in waiting:
        if hasattr(form, "contact"):
            forms[form.mailbox_index].append(form)
    confirmed = private_links.find_confirmed_mailboxes(requests) if requests else set()
    new = {form.pk for form in exclude_endorsed([form for some in forms.values() for form in some])}
    built = [
        mail
        for mailbox in mailboxes
        if (mail := _build_mail(forms[mailbox], new, requests.get(mailbox), mailbox in confirmed, at=at))
    ]
    _store(built, asked=[form.pk for form in waiting], done=[request.pk for request in requests.values()], at=at)
    return len(built)


@transaction.atomic
def _store(built: Sequence["_BuiltMail"], *, asked: list[int], done: list[int], at: datetime) -> None:
    OutgoingMail.objects.bulk_create(mail for mail, _links in built)
    PrivateLink.objects.bulk_create(_with_mail(link, mail) for mail, links in built for link in links)
    if asked:
        Endorsement.objects.filter(pk__in=asked).update(asked_at=at)
    if done:
        LinkRequest.objects.filter(pk__in=done).delete()


def _with_mail(link: PrivateLink, mail: OutgoingMail) -> PrivateLink:
    link.mail = mail  # which has a number only now
    return link


_BuiltMail = tuple[OutgoingMail, list[PrivateLink]]


def _build_mail(
    forms: list[Endorsement], new: set[int], request: LinkRequest | None, has_own_pages: bool, *, at: datetime
) -> _BuiltMail | None:
    """Return the mail of one mailbox and its links; None where there is nothing to say. `forms`: the newest first."""
    content = {"own_pages": "1"} if request and has_own_pages else {}
    if to_confirm := [form for form in forms if form.pk in new]:
        return _build_question(to_confirm, content, at=at)
    if forms:
        content["reference"] = forms[0].reference_word
        content["change_url"] = private_links.build_url("choose_appeal", "", forms[0].language)
        content["when"] = _format_time(forms[0].submitted_at, forms[0].language)
        return _build_mail_to_contact("already_endorsed", forms[0], content, at=at), []
    if request and content:
        mail = outbox.build_mail(
            "own_page_again",
            address=encryption.decrypt_column(request, "sealed_mailbox"),
            content=content,
            language=request.language,
            mailbox_index=request.mailbox_index,
            at=at,
        )
        return mail, []
    return None


def _build_question(forms: list[Endorsement], content: dict[str, str], *, at: datetime) -> _BuiltMail:
    """Return the mail with a link and a code that open all forms of the mailbox, in the language of the newest."""
    token, code, language = tokens.generate_token(), tokens.generate_code(), forms[0].language
    words = dict.fromkeys(form.reference_word for form in forms)
    content |= {
        "url": private_links.build_url("confirm", token, language),
        "code": code,
        "code_url": private_links.build_url("code", "", language),
        "forms": str(len(forms)),
        "reference": next(iter(words)) if len(words) == 1 else "",
        "when": _format_time(forms[0].submitted_at, language),
    }
    digests = {Purpose.CONFIRM: tokens.hash_token(token, Purpose.CONFIRM), Purpose.CONFIRM_CODE: tokens.hash_code(code)}
    links = [
        PrivateLink(
            mailbox_index=forms[0].mailbox_index, purpose=purpose, digest=digest, expires_at=at + periods.UNCONFIRMED
        )
        for purpose, digest in digests.items()
    ]
    return _build_mail_to_contact("confirm_mailbox", forms[0], content, at=at), links


def _format_time(moment: datetime, language: str) -> str:
    """Return date, time and time zone as text: a mail does not know the zone of its reader."""
    with translation.override(language):
        return f"{formats.date_format(moment.astimezone(UTC), 'DATETIME_FORMAT')} UTC"


def _build_mail_to_contact(message: str, form: Endorsement, content: dict[str, str], *, at: datetime) -> OutgoingMail:
    return outbox.build_mail(
        message,
        address=encryption.decrypt_column(form.contact, "sealed_mailbox"),
        content=content,
        language=form.language,
        mailbox_index=form.mailbox_index,
        at=at,
    )


def has_form_to_confirm(mailbox_index: str) -> bool:
    """Return whether this mailbox has a form to confirm whose organisation does not endorse the same appeal already."""
    rows = Endorsement.objects.filter(mailbox_index=mailbox_index, state__in=[State.SUBMITTED, *ACTIVE]).order_by()
    found = list(rows.values_list("appeal_id", "name_index", "state", "origin"))
    bodies = {(appeal, name) for appeal, name, state, _origin in found if state in ACTIVE}
    waiting = {row[:2] for row in found if row[2:] == (State.SUBMITTED, Origin.FORM)}
    return bool(waiting - bodies)


def exclude_endorsed(forms: list[Endorsement]) -> list[Endorsement]:
    """Return those of `forms` whose mailbox does not endorse the same appeal under the same name already."""
    index = {form.mailbox_index for form in forms}
    active = Endorsement.objects.filter(mailbox_index__in=index, state__in=ACTIVE)
    bodies = set(active.values_list("mailbox_index", "appeal_id", "name_index"))
    return [form for form in forms if (form.mailbox_index, form.appeal_id, form.name_index) not in bodies]
