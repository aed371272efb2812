"""The records with which a page shows an appeal that is not published: as the public record would have them."""

from datetime import datetime

from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.appeals.text_rows import build_text
from petition.models import Kind, Status
from petition.models.appeals import Phase
from petition.publishing.public_records import AppealRecord, Counts, SignatoryRecord, TextVersion
from petition.publishing.records.texts import build_text_record
from petition.statements.blocks import Statement
from petition.text.references import format_reference


def build_appeal_record(statement: Statement, details: StatementDetails, *, at: datetime) -> AppealRecord:
    """Return the appeal as it would be published at `at`."""
    text = build_text(statement, details)
    return AppealRecord(
        slug=details.slug,
        issuer=details.issuer,
        issued_on=details.dated,
        addressees=details.addressees,
        revision=0,
        as_of=at.date(),
        phase=Phase.DRAFT,
        is_demo=False,
        counts=Counts(original=len(statement.signatories), further=0, withheld=0),
        text=build_text_record(text),
        texts=(TextVersion(details.language, details.status, details.dated),),
        signed_language=details.language,
        signed_sha256=text.sha256,
        last_number=0,
    )


def build_signatory_records(statement: Statement, details: StatementDetails) -> list[SignatoryRecord]:
    """Return the original signatories as they would be published."""
    return [
        SignatoryRecord(
            id=format_reference(Kind.ORIGINAL, entry.number),
            number=entry.number,
            kind=Kind.ORIGINAL,
            label=entry.label,
            name=entry.organisation.name,
            acronym=entry.organisation.acronym,
            countries=entry.organisation.countries,
            countries_as_printed=entry.organisation.countries_as_printed,
            member=False,
            listed_on=details.dated,
            status=Status.LISTED,
        )
        for entry in statement.signatories
    ]
