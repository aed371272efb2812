"""What a visitor sends with the form, and how it came."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from petition.models import Appeal, Level


@dataclass(frozen=True)
class Submission:
    """The validated form: single-line texts in NFC, `countries` as ISO 3166-1 alpha-2 codes."""

    organisation_name: str
    acronym: str
    countries: tuple[str, ...]
    website: str
    display: str
    member: bool
    contact_name: str
    contact_role: str
    contact_email: str
    language: str

    def to_json(self) -> str:
        """Return the form as JSON, the same text for the same form."""
        return json.dumps(vars(self), sort_keys=True)


@dataclass(frozen=True)
class Arrival:
    """How a visitor sent the form. There is none for demonstrations and for entries by staff."""

    network: str  # the bucket of its network (rate_limits.py), or ''
    seconds: int | None  # since the form was opened; None if not credible, negative if unknown
    honeypot_filled: bool  # the field that people do not see was filled in
    level: str = Level.NORMAL  # how the site accepted endorsements at that moment


@dataclass(frozen=True)
class ReceivedForm:
    """A form and how it came: `word` is the reference word that its sender was shown, `row` the row of the intake."""

    appeal: Appeal
    submission: Submission
    at: datetime
    arrival: Arrival | None = None
    word: str = ""
    row: uuid.UUID | None = None
