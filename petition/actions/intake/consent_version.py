"""The declarations that the contact of an organisation agrees to."""

from datetime import datetime

from petition.models import Display, Endorsement

WORDING_VERSION = "2026-12"
"""The version of the declarations on the form, stored with each consent. Change it together with their wording."""


def record_declarations(endorsement: Endorsement, *, at: datetime) -> None:
    """Set that the contact has agreed to all declarations of the form. To be saved by the caller."""
    endorsement.authority_at = endorsement.consent_processing_at = at
    endorsement.consent_publication_at = at if endorsement.display == Display.NAMED else None
    endorsement.wording_version = WORDING_VERSION
