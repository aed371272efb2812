"""INSTRUMENT: a statement's plain text becomes title, date, paragraphs, demands, signatories and a report."""

from petition.statements.ledger import Note
from petition.statements.naming import issuer_of, slug_for
from petition.statements.remedies import REMEDIES
from petition.statements.result import Heading, Reading, ReadSignatory, Section, as_json
from petition.statements.statement import read_statement

__all__ = [
    "REMEDIES",
    "Heading",
    "Note",
    "ReadSignatory",
    "Reading",
    "Section",
    "as_json",
    "issuer_of",
    "read_statement",
    "slug_for",
]
