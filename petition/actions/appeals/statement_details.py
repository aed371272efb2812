"""What a statement itself does not say."""

from dataclasses import dataclass
from datetime import date

from petition.models import TextStatus


@dataclass(frozen=True)
class StatementDetails:
    """The slug, who issued the appeal, and the language, status and date of a text."""

    slug: str
    issuer: str
    language: str
    status: TextStatus
    dated: date
    is_demo: bool = False
    addressees: tuple[str, ...] = ()
