"""An appeal from a statement that was read: its text, its demands, its original signatories."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction

from petition.actions.appeals.list_differences import differences
from petition.actions.audit import Actor, record
from petition.models import (
    Appeal,
    AppealText,
    AuditEvent,
    Check,
    Demand,
    Display,
    Endorsement,
    Kind,
    Origin,
    Signatory,
    State,
    TextStatus,
)
from petition.models.appeals import digest_of
from petition.security.encryption import index_of
from petition.statements import Reading, ReadSignatory
from petition.text.names import folded, name_troubles
from petition.text.search_keys import latin

LONGEST_ISSUER = 200


class Outcome(StrEnum):
    PUBLISHED = "published"
    TRANSLATED = "translated"
    UNCHANGED = "unchanged"


class Refused(Exception):
    """The statement cannot become this appeal; the message says why, for the operator."""


@dataclass(frozen=True)
class Edition:
    """How a statement is to be entered: under which slug, by whom issued, in which language, as what."""

    slug: str
    issuer: str
    language: str
    status: TextStatus
    dated: date
    is_demo: bool = False


@transaction.atomic
def publish_statement(reading: Reading, edition: Edition, *, by: Actor, at: datetime) -> Outcome:
    """The appeal is public with the text, the demands and the original signatories that were read.

    Where the appeal exists, the same text changes nothing, and a text in another language is added as a translation,
    which brings no signatories. Raises Refused: unresolved lines; a slug or an issuer that cannot be published; another
    text in a language that has one, or another list; a translation whose demands differ in number, or of an appeal that
    does not exist.
    """
    appeal = Appeal.objects.select_for_update().filter(slug=edition.slug).first()
    if reading.unresolved if appeal is None else reading.unresolved_in_text:
        raise Refused("Nothing was stored: the report names lines that were not understood.")
    if appeal is None:
        _refuse_odd_slug(edition.slug)
        _refuse_odd_issuer(edition.issuer)
        if edition.status != TextStatus.OFFICIAL:
            raise Refused(f"There is no appeal {edition.slug!r} to translate: import its official text first.")
        appeal = _new_appeal(edition, reading, by=by, at=at)
        _list_originals(appeal, _enter_text(appeal, reading, edition, at=at), reading.signatories, by=by, at=at)
        return Outcome.PUBLISHED
    present = appeal.texts.filter(language=edition.language, published_at__isnull=False).first()
    if present:
        if present.sha256 == _draft(appeal, reading, edition).sha256:
            _refuse_other_list(appeal, present, reading)
            return Outcome.UNCHANGED
        raise Refused(f"{edition.slug!r} is published in {edition.language!r} with another text, which stays as it is.")
    _refuse_other_text(appeal, reading)
    _enter_text(appeal, reading, edition, at=at)
    record("translate", subject=appeal, by=by, at=at)
    new_revision(appeal, at=at, adds=True)
    return Outcome.TRANSLATED


def new_revision(appeal: Appeal, *, at: datetime, adds: bool = False) -> None:
    """Count one more revision of the appeal, whose row is locked: every published byte of it is made again.

    `adds` says that something was added or corrected. That alone moves the day that is published as `as_of`: it must
    not tell when a name was removed, so whoever calls this without a word leaves it where it is.
    """
    appeal.revision += 1
    appeal.revised_at = max(at, appeal.revised_at)
    if adds:
        appeal.as_of = max(at.date(), appeal.as_of)
    appeal.save(update_fields=["last_number", "revision", "revised_at", "as_of"])


def _refuse_odd_slug(slug: str) -> None:
    """Every page of the site leads to every appeal: one that no address can name would break them all."""
    try:
        Appeal._meta.get_field("slug").clean(slug, None)
    except ValidationError as error:
        raise Refused(
            f"{slug!r} cannot be part of an address: a slug is 1 to 50 Latin letters, digits, hyphens and underscores."
        ) from error


def _refuse_odd_issuer(issuer: str) -> None:
    if issuer and name_troubles(issuer):
        raise Refused(f"{issuer!r} cannot be printed as the issuer: it breaks the rules for names. Give --issuer NAME.")
    if len(issuer) > LONGEST_ISSUER:
        raise Refused(f"The issuer's name is longer than {LONGEST_ISSUER} characters: give a shorter --issuer NAME.")


def _refuse_other_list(appeal: Appeal, present: AppealText, reading: Reading) -> None:
    """The list under the text that was signed is the published one; translations bring none."""
    found = differences(appeal, reading.signatories)
    if found and present == AppealText.objects.signed(appeal.pk):
        raise Refused(
            f"Nothing was changed: {appeal.slug!r} is published with another list of signatories. {found} Importing "
            "adds nobody and takes nobody off: who joined later endorses with the form or is entered at the desk, "
            "`manage.py hide original-NUMBER` takes a name off, and slips in the file are mended in the file."
        )


def _refuse_other_text(appeal: Appeal, reading: Reading) -> None:
    """A translation has the demands of the text that was signed, and no names among its paragraphs."""
    signed = AppealText.objects.signed(appeal.pk)
    wanted = signed.demands.count()
    if wanted != len(reading.demands):
        raise Refused(
            f"A translation has as many demands as the appeal: {wanted}, and here are {len(reading.demands)}."
        )
    here = (len(reading.preamble), len(reading.closing), len(reading.background))
    there = (len(signed.preamble), len(signed.closing), len(signed.background))
    if not reading.signatories and here != there:
        # What was taken for paragraphs may be the list, hidden names and all.
        raise Refused(
            "No list of signatories was found, and the paragraphs before the demands, after them and of the background "
            f"are {here} instead of {there}: put the list below a heading, or leave it out and divide the text alike."
        )


def _new_appeal(edition: Edition, reading: Reading, *, by: Actor, at: datetime) -> Appeal:
    return Appeal.objects.create(
        slug=edition.slug,
        issuer=edition.issuer,
        issued_on=reading.dated or edition.dated,
        is_demo=edition.is_demo,
        published_at=at,
        revision=1,
        revised_at=at,
        as_of=at.date(),
    )


def _draft(appeal: Appeal, reading: Reading, edition: Edition) -> AppealText:
    text = AppealText(
        appeal=appeal,
        language=edition.language,
        status=edition.status,
        dated=edition.dated,
        dated_as_printed=reading.dated_as_printed,
        title=reading.title,
        preamble=list(reading.preamble),
        closing=list(reading.closing),
        background=list(reading.background),
    )
    text.sha256 = digest_of(text.canonical(reading.demands))
    return text


def _enter_text(appeal: Appeal, reading: Reading, edition: Edition, *, at: datetime, version: int = 1) -> AppealText:
    text = _draft(appeal, reading, edition)
    text.version = version
    text.save()
    Demand.objects.bulk_create(
        Demand(text=text, number=number, body=body) for number, body in enumerate(reading.demands, 1)
    )
    text.published_at = at  # last: from now on neither the text nor its demands can change
    text.save(update_fields=["published_at"])
    return text


def _list_originals(
    appeal: Appeal, text: AppealText, signatories: tuple[ReadSignatory, ...], *, by: Actor, at: datetime
) -> None:
    """Each original is listed under its number, and has an endorsement of its own, so that it can be hidden."""
    event = record("import", subject=appeal, by=by, at=at)
    listed = Signatory.objects.bulk_create(
        Signatory(
            appeal=appeal,
            kind=Kind.ORIGINAL,
            number=read.number,
            label=read.label,
            name=read.name,
            acronym=read.acronym,
            countries=" ".join(read.countries),
            countries_as_printed=read.countries_as_printed,
            folded=folded(read.label),
            latin=latin(read.label),
            checked_how=Check.IMPORTED,
            listed_on=appeal.issued_on,
            explained_by=event.pk,
        )
        for read in signatories
    )
    Endorsement.objects.bulk_create(_endorsement_of(signatory, text, event, at=at) for signatory in listed)


def _endorsement_of(signatory: Signatory, text: AppealText, event: AuditEvent, *, at: datetime) -> Endorsement:
    return Endorsement(
        appeal=signatory.appeal,
        text=text,
        origin=Origin.IMPORTED,
        state=State.APPROVED,
        display=Display.NAMED,
        checked_how=Check.IMPORTED,
        language=text.language,
        organisation_name=signatory.name,
        acronym=signatory.acronym,
        countries=signatory.countries,
        label=signatory.label,
        countries_as_printed=signatory.countries_as_printed,
        name_index=index_of("name", folded(signatory.name)),
        submitted_at=at,
        confirmed_at=at,
        decided_at=at,
        signatory=signatory,
        explained_by=event.pk,
    )


@transaction.atomic
def change_translation(reading: Reading, edition: Edition, *, by: Actor, at: datetime) -> Outcome:
    """A published unofficial translation reads anew, as its next version; the earlier one stays in the table.

    Raises Refused: unresolved lines; an official text, which is what was signed; a language without one; other demands.
    """
    present = refuse_change(reading, edition)
    appeal = present.appeal
    if present.sha256 == _draft(appeal, reading, edition).sha256:
        return Outcome.UNCHANGED
    _enter_text(appeal, reading, edition, at=at, version=present.version + 1)
    record("translate", subject=appeal, by=by, at=at)
    new_revision(appeal, at=at, adds=True)
    return Outcome.TRANSLATED


def refuse_change(reading: Reading, edition: Edition) -> AppealText:
    """The text that would be changed, its appeal locked. Raises Refused as `change_translation` does."""
    if reading.unresolved_in_text:
        raise Refused("There are lines that were not understood.")
    appeal = Appeal.objects.select_for_update().get(slug=edition.slug)
    present = appeal.texts.published().filter(language=edition.language).order_by("-version").first()
    if present is None or TextStatus.OFFICIAL in (present.status, edition.status):
        raise Refused("Only an unofficial translation can be changed; an official text stays as it is.")
    _refuse_other_text(appeal, reading)
    return present


@transaction.atomic
def set_opening(slug: str, opens_at: datetime | None, closes_at: datetime | None, *, by: Actor, at: datetime) -> None:
    """Endorsements are taken from `opens_at` to `closes_at`; None is open on that side. Raises Refused."""
    if opens_at and closes_at and opens_at >= closes_at:
        raise Refused("It has to open before it closes.")
    appeal = Appeal.objects.select_for_update().get(slug=slug)
    if (appeal.opens_at, appeal.closes_at) == (opens_at, closes_at):
        return
    appeal.opens_at, appeal.closes_at = opens_at, closes_at
    appeal.save(update_fields=["opens_at", "closes_at"])
    record("set_opening", subject=appeal, by=by, at=at)
    new_revision(appeal, at=at)
