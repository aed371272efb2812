"""The public line of an endorsement: listed with a number, or taken off with its name sealed."""

from dataclasses import dataclass
from datetime import date, datetime

from petition.actions.appeals.publication import new_revision
from petition.actions.audit import Actor, record
from petition.models import (
    Appeal,
    AuditEvent,
    Display,
    Endorsement,
    Kind,
    Origin,
    PublicChange,
    Signatory,
    State,
    Status,
    What,
)
from petition.models.endorsements import NAME_FIELDS
from petition.models.signatories import PRINTED_FIELDS
from petition.reference.countries import name_of
from petition.security import encryption
from petition.text.entries import countries_line, printed_line
from petition.text.names import folded
from petition.text.search_keys import latin

_PART = {"organisation_name": What.NAME, "acronym": What.ACRONYM, "countries": What.COUNTRIES}


def line_of(endorsement: Endorsement) -> str:
    """The line as it is or would be printed; '' when the name is sealed. Countries in English, as the list has them.

    An imported line stays letter for letter what it was.
    """
    return endorsement.label or printed_line(
        endorsement.organisation_name, endorsement.acronym, _countries_as_printed(endorsement)
    )


def line_for_staff(endorsement: Endorsement) -> str:
    """The line, opened where it is sealed and the endorsement can still be decided; '' where it stays sealed."""
    if not endorsement.sealed_name:
        return line_of(endorsement)
    if endorsement.state == State.WITHDRAWN:
        return ""
    try:
        return line_of(Endorsement(**encryption.opened(endorsement.sealed_name)))
    except encryption.CannotOpen:
        return ""


def _countries_as_printed(endorsement: Endorsement) -> str:
    return endorsement.countries_as_printed or countries_line(
        name_of(code, "en") for code in endorsement.countries.split()
    )


def list_name(endorsement: Endorsement, *, event: AuditEvent, since: date | None = None) -> Signatory:
    """The named endorsement has this listed line: its earlier number, or the next one under the appeal's lock.

    It is listed `since` that day; else since today, one of the originals since the day of the appeal.
    Numbers run 1…N in order of listing without gap or repeat: whoever lists holds the appeal's row until commit.
    """
    appeal = Appeal.objects.select_for_update().get(pk=endorsement.appeal_id)
    signatory = endorsement.signatory
    if signatory is None:
        appeal.last_number += 1
        signatory = Signatory(appeal=appeal, kind=Kind.FURTHER, number=appeal.last_number)
    today = appeal.issued_on if signatory.kind == Kind.ORIGINAL else event.at.date()
    signatory.listed_on = since or today
    # A removal that is taken back adds nothing: a date of it would tell of the removal.
    _print(endorsement, signatory, appeal, event=event, adds=since is None)
    endorsement.signatory = signatory
    return signatory


def _print(
    endorsement: Endorsement, signatory: Signatory, appeal: Appeal, *, event: AuditEvent, adds: bool = True
) -> None:
    """The public row reads as the endorsement does, in a new revision of `appeal`, whose row is locked."""
    signatory.status = Status.LISTED
    signatory.label = line_of(endorsement)
    signatory.name = endorsement.organisation_name
    signatory.acronym = endorsement.acronym
    signatory.countries = endorsement.countries
    signatory.countries_as_printed = _countries_as_printed(endorsement)
    signatory.language = endorsement.name_language
    signatory.folded = folded(signatory.label)
    signatory.latin = latin(signatory.label)
    signatory.member = endorsement.member_confirmed
    signatory.checked_how = endorsement.checked_how
    signatory.explained_by = event.pk
    signatory.save()
    new_revision(appeal, at=event.at, adds=adds)


def unlist(endorsement: Endorsement, *, event: AuditEvent) -> None:
    """The public row, if there is one, keeps its number and says nothing else; its changes are forgotten."""
    signatory = endorsement.signatory
    if signatory is None or signatory.status == Status.NO_LONGER_LISTED:
        return
    appeal = Appeal.objects.select_for_update().get(pk=endorsement.appeal_id)
    signatory.changes.all().delete()
    signatory.status = Status.NO_LONGER_LISTED
    for field in PRINTED_FIELDS:
        setattr(signatory, field, "")
    signatory.member = False
    signatory.listed_on = signatory.noted_on = None
    signatory.explained_by = event.pk
    signatory.save()
    new_revision(appeal, at=event.at)  # which moves no date: nothing may tell when a name was removed


def correct(
    endorsement: Endorsement, fields: dict[str, str], *, event: AuditEvent, old_line_public: bool = False
) -> None:
    """The name of `endorsement` reads as in `fields`, sealed where it was sealed; its listed line is made anew.

    A line that was another is in the public list of changes, with its old wording if that is agreed.
    """
    if endorsement.sealed_name:
        opened = encryption.opened(endorsement.sealed_name)
        endorsement.sealed_name = encryption.seal(opened | fields | {"label": "", "countries_as_printed": ""})
        return
    parts = [field for field, text in fields.items() if getattr(endorsement, field) != text]
    for field, text in fields.items():
        setattr(endorsement, field, text)
    endorsement.weighed_at = None
    endorsement.label = endorsement.countries_as_printed = ""
    if endorsement.signatory and endorsement.signatory.status == Status.LISTED:
        appeal = Appeal.objects.select_for_update().get(pk=endorsement.appeal_id)
        old = endorsement.signatory.label
        _print(endorsement, endorsement.signatory, appeal, event=event)
        if endorsement.signatory.label != old:
            what = _PART[parts[0]] if len(parts) == 1 else What.LINE
            _tell(endorsement.signatory, what, event=event, old_label=old if old_line_public else "")


def set_language(endorsement: Endorsement, code: str, *, event: AuditEvent) -> None:
    """The name of `endorsement`, to be saved by the caller, is in the language `code`, sealed where it was sealed."""
    if endorsement.sealed_name:
        endorsement.sealed_name = encryption.seal(encryption.opened(endorsement.sealed_name) | {"name_language": code})
        return
    endorsement.name_language = code
    if endorsement.signatory and endorsement.signatory.status == Status.LISTED:
        appeal = Appeal.objects.select_for_update().get(pk=endorsement.appeal_id)
        _print(endorsement, endorsement.signatory, appeal, event=event)


def show_check(endorsement: Endorsement, *, event: AuditEvent) -> None:
    """The listed line, if there is one, says how its organisation was checked and whether it is a member."""
    signatory = endorsement.signatory
    if signatory is None or signatory.status == Status.NO_LONGER_LISTED:
        return
    appeal = Appeal.objects.select_for_update().get(pk=endorsement.appeal_id)
    signatory.checked_how = endorsement.checked_how
    signatory.member = endorsement.member_confirmed
    signatory.explained_by = event.pk
    signatory.save()
    new_revision(appeal, at=event.at, adds=True)


def annotate(endorsement: Endorsement, words: str, *, event: AuditEvent) -> None:
    """`words` stand beside the line of `endorsement`, if it is listed."""
    signatory = endorsement.signatory
    if signatory is None or signatory.status == Status.NO_LONGER_LISTED:
        return
    appeal = Appeal.objects.select_for_update().get(pk=endorsement.appeal_id)
    signatory.note = words
    signatory.noted_on = event.at.date() if words else None
    signatory.explained_by = event.pk
    signatory.save()
    _tell(signatory, What.NOTE, event=event)
    new_revision(appeal, at=event.at, adds=True)


def show(endorsement: Endorsement, *, event: AuditEvent, since: date | None = None) -> None:
    """The withheld name is named, from now on or `since`, under its earlier number if it had one. Raises CannotOpen."""
    open_name(endorsement)
    endorsement.display = Display.NAMED
    if endorsement.origin != Origin.IMPORTED:
        endorsement.consent_publication_at = endorsement.name_again_at or endorsement.consent_publication_at
    endorsement.name_again_at = endorsement.counted_at = None
    endorsement.explained_by = event.pk
    list_name(endorsement, event=event, since=since)
    endorsement.save()


@dataclass(frozen=True)
class Beside:
    """What a line had beside its name: since when it is listed, the note and its day."""

    since: date | None
    note: str
    noted_on: date | None

    @classmethod
    def of(cls, signatory: Signatory) -> "Beside":
        return cls(signatory.listed_on, signatory.note, signatory.noted_on)

    def told(self) -> dict[str, str]:
        """As JSON knows it."""
        days = {"since": self.since, "noted_on": self.noted_on}
        return {"note": self.note} | {name: day.isoformat() for name, day in days.items() if day}

    @classmethod
    def from_told(cls, told: dict[str, str]) -> "Beside":
        since, noted_on = (date.fromisoformat(told[day]) if day in told else None for day in ("since", "noted_on"))
        return cls(since, told["note"], noted_on)


def show_as_before(endorsement: Endorsement, beside: Beside, *, event: AuditEvent) -> None:
    """The name that was hidden a moment ago stands as if it had not been. Raises CannotOpen."""
    if endorsement.signatory:
        endorsement.signatory.note, endorsement.signatory.noted_on = beside.note, beside.noted_on
    show(endorsement, event=event, since=beside.since)


def relist(endorsement: Endorsement, beside: Beside, *, event: AuditEvent) -> None:
    """The named endorsement, to be saved by the caller, is listed again as it was, its name readable in its row."""
    if endorsement.signatory:
        endorsement.signatory.note, endorsement.signatory.noted_on = beside.note, beside.noted_on
    list_name(endorsement, event=event, since=beside.since)


def seal_name(endorsement: Endorsement) -> None:
    """The name and what points at it are readable only with the private key; its keyed hash stays."""
    if not endorsement.sealed_name:
        sealed = (*NAME_FIELDS, "name_language")
        endorsement.sealed_name = encryption.seal({field: getattr(endorsement, field) for field in sealed})
        for field in (*sealed, "folded"):
            setattr(endorsement, field, "")


def open_name(endorsement: Endorsement) -> None:
    """The sealed name is readable in its row again. Raises CannotOpen."""
    for field, text in encryption.opened(endorsement.sealed_name).items():
        setattr(endorsement, field, text)
    endorsement.sealed_name = ""
    endorsement.weighed_at = None  # what is searched through is made anew


def hide(endorsement: Endorsement, *, by: Actor, at: datetime, reason: str = "") -> bool:
    """The listed name of `endorsement`, which came from `lifecycle.locked`, is gone from everything this site serves.

    The endorsement stays approved and is withheld from now on. Hiding twice changes nothing, and returns False.
    """
    if endorsement.display == Display.WITHHELD:
        if endorsement.name_again_at:  # whoever asked for the name to be shown has thought better of it
            endorsement.name_again_at = None
            endorsement.save()
        return False
    event = record("hide", subject=endorsement, by=by, at=at, reason=reason)
    endorsement.display = Display.WITHHELD
    endorsement.explained_by = event.pk
    unlist(endorsement, event=event)
    seal_name(endorsement)
    endorsement.save()
    return True


def _tell(signatory: Signatory, what: What, *, event: AuditEvent, old_label: str = "") -> None:
    """The public list of changes has this one, in the revision that the caller announces."""
    PublicChange.objects.create(signatory=signatory, what=what, on=event.at.date(), old_label=old_label)


def publish_withheld(appeal: Appeal, checks: dict[str, int], *, at: datetime) -> None:
    """`appeal`, whose row is locked, says that so many are not named, by the kind of their check."""
    grows = sum(checks.values()) > appeal.withheld_total  # where it does not, somebody may have left
    appeal.withheld_total, appeal.withheld_checks = sum(checks.values()), checks
    appeal.save(update_fields=["withheld_total", "withheld_checks"])
    new_revision(appeal, at=at, adds=grows)
