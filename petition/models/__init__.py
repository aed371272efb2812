"""FACTS: tables, constraints and the words to query them. One file per noun; no side effects."""

from petition.models.appeals import Appeal
from petition.models.audit import AuditEvent
from petition.models.contacts import Contact
from petition.models.endorsements import Display, Endorsement, Origin, State
from petition.models.links import PrivateLink, Purpose
from petition.models.mails import OutgoingMail
from petition.models.rates import RateCount
from petition.models.signatories import Kind, Signatory, Status
from petition.models.site_state import SiteState
from petition.models.texts import AppealText, Demand, TextStatus

__all__ = [
    "Appeal",
    "AppealText",
    "AuditEvent",
    "Contact",
    "Demand",
    "Display",
    "Endorsement",
    "Kind",
    "Origin",
    "OutgoingMail",
    "PrivateLink",
    "Purpose",
    "RateCount",
    "Signatory",
    "SiteState",
    "State",
    "Status",
    "TextStatus",
]
