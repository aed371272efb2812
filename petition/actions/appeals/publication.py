"""Publish an appeal from a statement that was read: its text, its demands, its original signatories."""

from datetime import datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction

from petition.actions.appeals.list_differences import compare_lists
from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.appeals.text_rows import is_same_text, refuse_other_blocks, store_text
from petition.actions.audit import Actor, record
from petition.actions.listing.entries import write_name
from petition.actions.listing.revision import bump_revision
from petition.actions.refusals import StatementRefused
from petition.models import (
    Appeal,
    AppealText,
    AuditEvent,
    Check,
    Display,
    Endorsement,
    Kind,
    Origin,
    Signatory,
    State,
    TextStatus,
)
from petition.reference.languages import LANGUAGES
from petition.security.encryption import compute_index
from petition.statements.blocks import SignatoryEntry, Statement
from petition.statements.problems import describe_problem, find_problems
from petition.statements.proof import HARMLESS, compare_words, describe_difference
from petition.text.input_rules import broken_name_rules
from petition.text.names import fold, fold_to_latin

MAX_NAME_LENGTH = 200


class Outcome(StrEnum):
    PUBLISHED = "published"
    TRANSLATED = "translated"
    UNCHANGED = "unchanged"


@transaction.atomic
def publish_statement(
    statement: Statement, details: StatementDetails, *, by: Actor, at: datetime, source: str | None = None
) -> Outcome:
    """Publish the appeal with the statement's text and its original signatories.

    Where the appeal exists, the same text changes nothing, and a text in another language is added as a translation,
    which brings no signatories. Raises StatementRefused: a statement with a problem; words that are not those of
    `source`; a slug or an issuer that cannot be published; another text in a language that has one, or another list; a
    translation with other blocks, or of an appeal that does not exist.
    """
    appeal = Appeal.objects.select_for_update().filter(slug=details.slug).first()
    refuse_unsettled(statement, source, is_translation=appeal is not None)
    if appeal is None:
        refuse_odd_details(details)
        if details.status != TextStatus.OFFICIAL:
            raise StatementRefused(f"There is no appeal {details.slug!r} to translate: import its official text first.")
        appeal = _create_appeal(details, statement, at=at)
        text = store_text(appeal, statement, details, at=at)
        _list_originals(appeal, text, statement.signatories, by=by, at=at)
        return Outcome.PUBLISHED
    present = appeal.texts.filter(language=details.language, published_at__isnull=False).first()
    if present:
        if is_same_text(present, statement, details):
            _refuse_other_list(appeal, present, statement)
            return Outcome.UNCHANGED
        raise StatementRefused(
            f"{details.slug!r} is published in {details.language!r} with another text, which stays as it is."
        )
    if details.language not in LANGUAGES:  # its pages have no address in another language
        raise StatementRefused(f"A translation is in one of the site's languages: {', '.join(LANGUAGES)}.")
    refuse_other_blocks(AppealText.objects.signed(appeal.pk), statement)
    store_text(appeal, statement, details, at=at)
    record("translate", subject=appeal, by=by, at=at)
    bump_revision(appeal, at=at, adds=True)
    return Outcome.TRANSLATED


def refuse_unsettled(statement: Statement, source: str | None, *, is_translation: bool) -> None:
    """Raise StatementRefused for a problem of the statement, or a difference from its source."""
    if problems := find_problems(statement, is_translation=is_translation):
        raise StatementRefused(f"Nothing was stored. {describe_problem(statement, problems[0])}")
    if source is None:
        return
    differences = [one for one in compare_words(source, statement) if one.change not in HARMLESS]
    if differences:
        raise StatementRefused(f"Nothing was stored. {describe_difference(differences[0])}")


def refuse_odd_details(details: StatementDetails) -> None:
    """Raise StatementRefused for a slug that no address can have, or an issuer or addressee that cannot be printed."""
    _refuse_odd_slug(details.slug)
    if details.issuer:
        _refuse_odd_name(details.issuer, "issuer")
    for addressee in details.addressees:
        _refuse_odd_name(addressee, "addressee")


def _refuse_odd_slug(slug: str) -> None:
    # Every page of the site links to every appeal: one that no URL can name would break them all.
    try:
        Appeal._meta.get_field("slug").clean(slug, None)
    except ValidationError as error:
        raise StatementRefused(
            f"{slug!r} cannot be part of an address: a slug is 1 to 50 Latin letters, digits, hyphens and underscores."
        ) from error


def _refuse_odd_name(name: str, what: str) -> None:
    if broken_name_rules(name):
        raise StatementRefused(
            f"{name!r} cannot be printed as the {what}: it breaks the rules for names. Give --{what} NAME."
        )
    if len(name) > MAX_NAME_LENGTH:
        raise StatementRefused(
            f"The {what}'s name is longer than {MAX_NAME_LENGTH} characters: give a shorter --{what} NAME."
        )


def _refuse_other_list(appeal: Appeal, present: AppealText, statement: Statement) -> None:
    """Raise StatementRefused where the list under the text that was signed is not the published one."""
    differences = compare_lists(appeal, statement.signatories)
    if differences and present == AppealText.objects.signed(appeal.pk):
        raise StatementRefused(
            f"Nothing was changed: {appeal.slug!r} is published with another list of signatories. {differences} "
            "Importing adds nobody and takes nobody off: who joined later endorses with the form or is entered at the "
            "desk, `manage.py hide original-NUMBER` takes a name off, and slips in the file are mended in the file."
        )


def _create_appeal(details: StatementDetails, statement: Statement, *, at: datetime) -> Appeal:
    return Appeal.objects.create(
        slug=details.slug,
        issuer=details.issuer,
        addressees=list(details.addressees),
        issued_on=details.dated,
        is_demo=details.is_demo,
        published_at=at,
        revision=1,
        revised_at=at,
        as_of=at.date(),
    )


def _list_originals(
    appeal: Appeal, text: AppealText, signatories: tuple[SignatoryEntry, ...], *, by: Actor, at: datetime
) -> None:
    """List each original under its number, with an endorsement of its own, so that it can be hidden."""
    event = record("import", subject=appeal, by=by, at=at)
    listed = Signatory.objects.bulk_create(
        Signatory(
            appeal=appeal,
            kind=Kind.ORIGINAL,
            number=read.number,
            label=read.label,
            name=read.organisation.name,
            acronym=read.organisation.acronym,
            countries=" ".join(read.organisation.countries),
            countries_as_printed=read.organisation.countries_as_printed,
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
def change_translation(statement: Statement, details: StatementDetails, *, by: Actor, at: datetime) -> Outcome:
    """Publish a new version of an unofficial translation; the earlier one stays in the table.

    Raises StatementRefused: a statement with a problem; an official text, which is what was signed; a language without
    a text; other blocks.
    """
    present = lock_changeable_translation(statement, details)
    if is_same_text(present, statement, details):
        return Outcome.UNCHANGED
    store_text(present.appeal, statement, details, at=at, version=present.version + 1)
    record("translate", subject=present.appeal, by=by, at=at)
    bump_revision(present.appeal, at=at, adds=True)
    return Outcome.TRANSLATED


def lock_changeable_translation(statement: Statement, details: StatementDetails) -> AppealText:
    """Return the translation to change, its appeal locked. Raises StatementRefused as `change_translation` does."""
    refuse_unsettled(statement, None, is_translation=True)
    appeal = Appeal.objects.select_for_update().get(slug=details.slug)
    present = appeal.texts.published().filter(language=details.language).order_by("-version").first()
    if present is None or TextStatus.OFFICIAL in (present.status, details.status):
        raise StatementRefused("Only an unofficial translation can be changed; an official text stays as it is.")
    refuse_other_blocks(AppealText.objects.signed(appeal.pk), statement)
    return present
