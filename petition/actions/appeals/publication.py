"""Publish an appeal from a statement that was read: its text, its demands, its original signatories."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction

from petition.actions.appeals.list_differences import compare_lists
from petition.actions.audit import Actor, record
from petition.actions.listing.entries import write_name
from petition.actions.listing.revision import bump_revision
from petition.actions.refusals import StatementRefused
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
from petition.models.appeals import compute_sha256
from petition.security.encryption import compute_index
from petition.statements.result import Reading, ReadSignatory
from petition.text.input_rules import broken_name_rules
from petition.text.names import fold, fold_to_latin

MAX_ISSUER_LENGTH = 200


class Outcome(StrEnum):
    PUBLISHED = "published"
    TRANSLATED = "translated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class StatementDetails:
    """What the file of a statement does not say: the slug, who issued it, the language, the status of the text."""

    slug: str
    issuer: str
    language: str
    status: TextStatus
    dated: date
    is_demo: bool = False


@transaction.atomic
def publish_statement(reading: Reading, details: StatementDetails, *, by: Actor, at: datetime) -> Outcome:
    """Publish the appeal with the text, the demands and the original signatories that were read.

    Where the appeal exists, the same text changes nothing, and a text in another language is added as a translation,
    which brings no signatories. Raises StatementRefused: unresolved lines; a slug or an issuer that cannot be
    published; another text in a language that has one, or another list; a translation whose demands differ in number,
    or of an appeal that does not exist.
    """
    appeal = Appeal.objects.select_for_update().filter(slug=details.slug).first()
    if reading.unresolved if appeal is None else reading.unresolved_in_text:
        raise StatementRefused("Nothing was stored: the report names lines that were not understood.")
    if appeal is None:
        _refuse_odd_slug(details.slug)
        _refuse_odd_issuer(details.issuer)
        if details.status != TextStatus.OFFICIAL:
            raise StatementRefused(f"There is no appeal {details.slug!r} to translate: import its official text first.")
        appeal = _create_appeal(details, reading, by=by, at=at)
        _list_originals(appeal, _store_text(appeal, reading, details, at=at), reading.signatories, by=by, at=at)
        return Outcome.PUBLISHED
    present = appeal.texts.filter(language=details.language, published_at__isnull=False).first()
    if present:
        if present.sha256 == _build_text(appeal, reading, details).sha256:
            _refuse_other_list(appeal, present, reading)
            return Outcome.UNCHANGED
        raise StatementRefused(
            f"{details.slug!r} is published in {details.language!r} with another text, which stays as it is."
        )
    _refuse_other_text(appeal, reading)
    _store_text(appeal, reading, details, at=at)
    record("translate", subject=appeal, by=by, at=at)
    bump_revision(appeal, at=at, adds=True)
    return Outcome.TRANSLATED


def _refuse_odd_slug(slug: str) -> None:
    # Every page of the site links to every appeal: one that no URL can name would break them all.
    try:
        Appeal._meta.get_field("slug").clean(slug, None)
    except ValidationError as error:
        raise StatementRefused(
            f"{slug!r} cannot be part of an address: a slug is 1 to 50 Latin letters, digits, hyphens and underscores."
        ) from error


def _refuse_odd_issuer(issuer: str) -> None:
    if issuer and broken_name_rules(issuer):
        raise StatementRefused(
            f"{issuer!r} cannot be printed as the issuer: it breaks the rules for names. Give --issuer NAME."
        )
    if len(issuer) > MAX_ISSUER_LENGTH:
        raise StatementRefused(
            f"The issuer's name is longer than {MAX_ISSUER_LENGTH} characters: give a shorter --issuer NAME."
        )


def _refuse_other_list(appeal: Appeal, present: AppealText, reading: Reading) -> None:
    """Raise StatementRefused where the list under the text that was signed is not the published one."""
    differences = compare_lists(appeal, reading.signatories)
    if differences and present == AppealText.objects.signed(appeal.pk):
        raise StatementRefused(
            f"Nothing was changed: {appeal.slug!r} is published with another list of signatories. {differences} "
            "Importing adds nobody and takes nobody off: who joined later endorses with the form or is entered at the "
            "desk, `manage.py hide original-NUMBER` takes a name off, and slips in the file are mended in the file."
        )


def _refuse_other_text(appeal: Appeal, reading: Reading) -> None:
    """Raise StatementRefused for a translation with other demands, or perhaps with names among its paragraphs."""
    signed = AppealText.objects.signed(appeal.pk)
    wanted = signed.demands.count()
    if wanted != len(reading.demands):
        raise StatementRefused(
            f"A translation has as many demands as the appeal: {wanted}, and here are {len(reading.demands)}."
        )
    here = (len(reading.preamble), len(reading.closing), len(reading.background))
    there = (len(signed.preamble), len(signed.closing), len(signed.background))
    if not reading.signatories and here != there:
        # What was taken for paragraphs may be the list, hidden names and all.
        raise StatementRefused(
            "No list of signatories was found, and the paragraphs before the demands, after them and of the background "
            f"are {here} instead of {there}: put the list below a heading, or leave it out and divide the text alike."
        )


def _create_appeal(details: StatementDetails, reading: Reading, *, by: Actor, at: datetime) -> Appeal:
    return Appeal.objects.create(
        slug=details.slug,
        issuer=details.issuer,
        issued_on=reading.dated or details.dated,
        is_demo=details.is_demo,
        published_at=at,
        revision=1,
        revised_at=at,
        as_of=at.date(),
    )


def _build_text(appeal: Appeal, reading: Reading, details: StatementDetails) -> AppealText:
    text = AppealText(
        appeal=appeal,
        language=details.language,
        status=details.status,
        dated=details.dated,
        dated_as_printed=reading.dated_as_printed,
        title=reading.title,
        preamble=list(reading.preamble),
        closing=list(reading.closing),
        background=list(reading.background),
    )
    text.sha256 = compute_sha256(text.canonical(reading.demands))
    return text


def _store_text(
    appeal: Appeal, reading: Reading, details: StatementDetails, *, at: datetime, version: int = 1
) -> AppealText:
    text = _build_text(appeal, reading, details)
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
    """List each original under its number, with an endorsement of its own, so that it can be hidden."""
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
            folded=fold(read.label),
            latin=fold_to_latin(read.label),
            checked_how=Check.IMPORTED,
            listed_on=appeal.issued_on,
            explained_by=event.pk,
        )
        for read in signatories
    )
    Endorsement.objects.bulk_create(_endorsement_of(signatory, text, event, at=at) for signatory in listed)


def _endorsement_of(signatory: Signatory, text: AppealText, event: AuditEvent, *, at: datetime) -> Endorsement:
    endorsement = Endorsement(
        appeal=signatory.appeal,
        text=text,
        origin=Origin.IMPORTED,
        state=State.APPROVED,
        display=Display.NAMED,
        checked_how=Check.IMPORTED,
        language=text.language,
        name_index=compute_index("name", fold(signatory.name)),
        submitted_at=at,
        confirmed_at=at,
        decided_at=at,
        signatory=signatory,
        explained_by=event.pk,
    )
    name = {field: getattr(signatory, field) for field in ("acronym", "countries", "label", "countries_as_printed")}
    write_name(endorsement, name | {"organisation_name": signatory.name})
    return endorsement


@transaction.atomic
def change_translation(reading: Reading, details: StatementDetails, *, by: Actor, at: datetime) -> Outcome:
    """Publish a new version of an unofficial translation; the earlier one stays in the table.

    Raises StatementRefused: unresolved lines; an official text, which is what was signed; a language without one; other
    demands.
    """
    present = lock_changeable_translation(reading, details)
    appeal = present.appeal
    if present.sha256 == _build_text(appeal, reading, details).sha256:
        return Outcome.UNCHANGED
    _store_text(appeal, reading, details, at=at, version=present.version + 1)
    record("translate", subject=appeal, by=by, at=at)
    bump_revision(appeal, at=at, adds=True)
    return Outcome.TRANSLATED


def lock_changeable_translation(reading: Reading, details: StatementDetails) -> AppealText:
    """Return the translation to change, its appeal locked. Raises StatementRefused as `change_translation` does."""
    if reading.unresolved_in_text:
        raise StatementRefused("There are lines that were not understood.")
    appeal = Appeal.objects.select_for_update().get(slug=details.slug)
    present = appeal.texts.published().filter(language=details.language).order_by("-version").first()
    if present is None or TextStatus.OFFICIAL in (present.status, details.status):
        raise StatementRefused("Only an unofficial translation can be changed; an official text stays as it is.")
    _refuse_other_text(appeal, reading)
    return present
