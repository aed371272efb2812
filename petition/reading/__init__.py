"""INSTRUMENT: a statement's plain text becomes title, date, paragraphs, demands, signatories and a report."""

from petition.reading.ledger import Note
from petition.reading.naming import issuer_of, slug_for
from petition.reading.remedies import REMEDIES
from petition.reading.result import Heading, Reading, ReadSignatory, Section, as_json
from petition.reading.statement import read_statement

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
