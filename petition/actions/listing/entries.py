"""The public entry of an endorsement: listing it with a number, changing it, and removing its name."""

from dataclasses import dataclass
from datetime import date, datetime

from petition.actions.audit import Actor, record
from petition.actions.listing.revision import bump_revision
from petition.models import (
    Appeal,
    AuditEvent,
    ChangeKind,
    Display,
    Endorsement,
    Kind,
    Origin,
    PublicChange,
    Signatory,
    State,
    Status,
)
from petition.models.endorsements import NAME_FIELDS
from petition.models.signatories import PRINTED_FIELDS
from petition.publishing.entry_text import format_named_entry, print_countries
from petition.security import encryption
from petition.security.encrypted_names import get_name
from petition.text.names import fold, fold_to_latin

_CHANGE_KINDS = {
    "organisation_name": ChangeKind.NAME,
    "acronym": ChangeKind.ACRONYM,
    "countries": ChangeKind.COUNTRIES,
}


@dataclass(frozen=True)
class EntryProposal:
    """A proposed entry: texts in NFC, `countries` as ISO 3166-1 alpha-2 codes, separated by spaces."""

    organisation_name: str
    acronym: str
    countries: str


@dataclass(frozen=True)
class EntrySnapshot:
    """What an entry has besides its name: the day it was listed, its note and the note's day."""

    since: date | None
    note: str
    noted_on: date | None

    @classmethod
    def of(cls, signatory: Signatory) -> "EntrySnapshot":
        return cls(signatory.listed_on, signatory.note, signatory.noted_on)

    def to_json(self) -> dict[str, str]:
        """Return it as a dictionary that JSON can hold."""
        days = {"since": self.since, "noted_on": self.noted_on}
        return {"note": self.note} | {name: day.isoformat() for name, day in days.items() if day}

    @classmethod
    def from_json(cls, fields: dict[str, str]) -> "EntrySnapshot":
        since, noted_on = (date.fromisoformat(fields[day]) if day in fields else None for day in ("since", "noted_on"))
        return cls(since, fields["note"], noted_on)


def get_entry_text(endorsement: Endorsement) -> str:
    """Return the entry as it is or would be printed, with countries in English; '' if the name is encrypted.

    An imported entry is returned letter for letter.
    """
    name = (endorsement.organisation_name, endorsement.acronym, endorsement.countries)
    return format_named_entry(*name, label=endorsement.label, as_printed=endorsement.countries_as_printed)


def get_entry_text_for_staff(endorsement: Endorsement) -> str:
    """Return the entry, decrypted if necessary; '' if it was withdrawn or cannot be decrypted."""
    return get_entry_text(Endorsement(**get_name(endorsement)))


def read_name(endorsement: Endorsement) -> dict[str, str]:
    """Return NAME_FIELDS of the endorsement, decrypted if necessary. Raises CannotDecrypt."""
    if endorsement.has_clear_name:
        return {field: getattr(endorsement, field) for field in NAME_FIELDS}
    return dict(encryption.decrypt_column(endorsement, "sealed_name"))


def write_name(endorsement: Endorsement, fields: dict[str, str]) -> None:
    """Set NAME_FIELDS of the endorsement: always encrypted, and in clear while it is named. To be saved by the caller.

    `display`, `state` and `withdrawal_due_at` must be set before. Raises NoKey.
    """
    name = dict.fromkeys(NAME_FIELDS, "") | fields
    encryption.encrypt_column(endorsement, "sealed_name", name)
    is_withdrawn = endorsement.state == State.WITHDRAWN or endorsement.withdrawal_due_at
    if endorsement.display == Display.NAMED and not is_withdrawn:
        for field, text in name.items():
            setattr(endorsement, field, text)


def _countries_as_printed(endorsement: Endorsement) -> str:
    return endorsement.countries_as_printed or print_countries(endorsement.countries)


def list_endorsement(endorsement: Endorsement, *, event: AuditEvent, since: date | None = None) -> Signatory:
    """List the named endorsement, under its earlier number or the next one. To be saved by the caller.

    `since` is the day of listing to restore. By default it is today, or for an original the day of the appeal.
    """
    # Numbers have no gap and no repeat because the appeal's row stays locked from here to the commit.
    appeal = _lock_appeal(endorsement)
    signatory = endorsement.signatory
    if signatory is None:
        appeal.last_number += 1
        signatory = Signatory(appeal=appeal, kind=Kind.FURTHER, number=appeal.last_number)
    today = appeal.issued_on if signatory.kind == Kind.ORIGINAL else event.at.date()
    signatory.listed_on = since or today
    # Undoing a removal is no addition: a new published date would reveal the removal.
    _publish_entry(endorsement, signatory, appeal, event=event, adds=since is None)
    endorsement.signatory = signatory
    return signatory


def _lock_appeal(endorsement: Endorsement) -> Appeal:
    return Appeal.objects.select_for_update().get(pk=endorsement.appeal_id)


def _publish_entry(
    endorsement: Endorsement, signatory: Signatory, appeal: Appeal, *, event: AuditEvent, adds: bool = True
) -> None:
    """Copy the name of the endorsement to its public row, in a new revision of the locked appeal."""
    signatory.status = Status.LISTED
    signatory.label = get_entry_text(endorsement)
    signatory.name = endorsement.organisation_name
    signatory.acronym = endorsement.acronym
    signatory.countries = endorsement.countries
    signatory.countries_as_printed = _countries_as_printed(endorsement)
    signatory.language = endorsement.name_language
    signatory.folded = fold(signatory.label)
    signatory.latin = fold_to_latin(signatory.label)
    signatory.member = endorsement.member_confirmed
    signatory.checked_how = endorsement.checked_how
    signatory.explained_by = event.pk
    signatory.save()
    bump_revision(appeal, at=event.at, adds=adds)


def _get_listed(endorsement: Endorsement) -> Signatory | None:
    """Return the public row if it is listed."""
    signatory = endorsement.signatory
    return signatory if signatory and signatory.status == Status.LISTED else None


def unlist_endorsement(endorsement: Endorsement, *, event: AuditEvent) -> None:
    """Empty the public row, if it is listed, except for its number, and delete its public changes."""
    signatory = _get_listed(endorsement)
    if signatory is None:
        return
    appeal = _lock_appeal(endorsement)
    signatory.changes.all().delete()
    signatory.status = Status.NO_LONGER_LISTED
    for field in PRINTED_FIELDS:
        setattr(signatory, field, "")
    signatory.member = False
    signatory.listed_on = signatory.noted_on = None
    signatory.explained_by = event.pk
    signatory.save()
    bump_revision(appeal, at=event.at)  # without `adds`: no published date may tell when a name was removed


def correct_name(
    endorsement: Endorsement, fields: dict[str, str], *, event: AuditEvent, old_line_public: bool = False
) -> None:
    """Change the name to `fields`, encrypted or listed as it was. To be saved by the caller.

    A changed public entry is recorded as a public change, with its old text if `old_line_public`.
    """
    before = read_name(endorsement)
    changed = [field for field, text in fields.items() if before[field] != text]
    write_name(endorsement, before | fields | {"label": "", "countries_as_printed": ""})
    endorsement.weighed_at = None
    if signatory := _get_listed(endorsement):
        old_label = signatory.label
        _publish_entry(endorsement, signatory, _lock_appeal(endorsement), event=event)
        if signatory.label != old_label:
            what = _CHANGE_KINDS[changed[0]] if len(changed) == 1 else ChangeKind.LINE
            _record_public_change(signatory, what, event=event, old_label=old_label if old_line_public else "")


def set_name_language(endorsement: Endorsement, code: str, *, event: AuditEvent) -> None:
    """Set the language of the name, also in a public entry. To be saved by the caller."""
    write_name(endorsement, read_name(endorsement) | {"name_language": code})
    if signatory := _get_listed(endorsement):
        _publish_entry(endorsement, signatory, _lock_appeal(endorsement), event=event)


def publish_check(endorsement: Endorsement, *, event: AuditEvent) -> None:
    """Publish, if the endorsement is listed, how the organisation was checked and whether it is a member."""
    if signatory := _get_listed(endorsement):
        appeal = _lock_appeal(endorsement)
        signatory.checked_how = endorsement.checked_how
        signatory.member = endorsement.member_confirmed
        signatory.explained_by = event.pk
        signatory.save()
        bump_revision(appeal, at=event.at, adds=True)


def set_note(endorsement: Endorsement, words: str, *, event: AuditEvent) -> None:
    """Publish `words` beside the entry of the endorsement, if it is listed; '' removes the note."""
    if signatory := _get_listed(endorsement):
        appeal = _lock_appeal(endorsement)
        signatory.note = words
        signatory.noted_on = event.at.date() if words else None
        signatory.explained_by = event.pk
        signatory.save()
        _record_public_change(signatory, ChangeKind.NOTE, event=event)
        bump_revision(appeal, at=event.at, adds=True)


def _record_public_change(signatory: Signatory, what: ChangeKind, *, event: AuditEvent, old_label: str = "") -> None:
    PublicChange.objects.create(signatory=signatory, what=what, on=event.at.date(), old_label=old_label)


def empty_clear_name(endorsement: Endorsement) -> None:
    """Empty the columns that have the name in clear. Its encrypted copy stays. To be saved by the caller."""
    for field in (*NAME_FIELDS, "folded"):
        setattr(endorsement, field, "")


def fill_clear_name(endorsement: Endorsement) -> None:
    """Put the name of a named endorsement into clear columns again. To be saved by the caller. Raises CannotDecrypt."""
    for field, text in encryption.decrypt_column(endorsement, "sealed_name").items():
        setattr(endorsement, field, text)
    endorsement.weighed_at = None  # so that the worker computes the search columns again


def hide_name(endorsement: Endorsement, *, by: Actor, at: datetime, reason: str = "") -> bool:
    """Remove the name of the locked endorsement from everything this site publishes; return whether it was named.

    The state stays as it is, and from now on the endorsement is withheld.
    """
    if endorsement.display == Display.WITHHELD:
        if endorsement.name_again_at:  # hiding cancels an earlier request to be named again
            endorsement.name_again_at = None
            endorsement.save()
        return False
    event = record("hide", subject=endorsement, by=by, at=at, reason=reason)
    endorsement.display = Display.WITHHELD
    endorsement.explained_by = event.pk
    unlist_endorsement(endorsement, event=event)
    empty_clear_name(endorsement)
    endorsement.save()
    return True


def show_name(endorsement: Endorsement, *, event: AuditEvent, since: date | None = None) -> None:
    """List a withheld name, under its earlier number if it had one, and save. Raises CannotDecrypt."""
    fill_clear_name(endorsement)
    endorsement.display = Display.NAMED
    if endorsement.origin != Origin.IMPORTED:
        endorsement.consent_publication_at = endorsement.name_again_at or endorsement.consent_publication_at
    endorsement.name_again_at = endorsement.counted_at = None
    endorsement.explained_by = event.pk
    list_endorsement(endorsement, event=event, since=since)
    endorsement.save()


def show_name_as_before(endorsement: Endorsement, before: EntrySnapshot, *, event: AuditEvent) -> None:
    """Undo hiding the name: restore the entry unchanged, and save. Raises CannotDecrypt."""
    _restore_note(endorsement, before)
    show_name(endorsement, event=event, since=before.since)


def relist_as_before(endorsement: Endorsement, before: EntrySnapshot, *, event: AuditEvent) -> None:
    """Restore the entry of a named endorsement unchanged. To be saved by the caller."""
    _restore_note(endorsement, before)
    list_endorsement(endorsement, event=event, since=before.since)


def _restore_note(endorsement: Endorsement, before: EntrySnapshot) -> None:
    if endorsement.signatory:
        endorsement.signatory.note, endorsement.signatory.noted_on = before.note, before.noted_on


def publish_withheld_count(appeal: Appeal, checks: dict[str, int], *, at: datetime) -> None:
    """Publish how many are withheld, by kind of check. The appeal's row is locked by the caller."""
    grows = sum(checks.values()) > appeal.withheld_total  # only growth moves the date: less means that somebody left
    appeal.withheld_total, appeal.withheld_checks = sum(checks.values()), checks
    appeal.save(update_fields=["withheld_total", "withheld_checks"])
    bump_revision(appeal, at=at, adds=grows)
