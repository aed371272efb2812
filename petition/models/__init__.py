"""FACTS: tables, constraints and the words to query them. One file per noun; no side effects."""

from petition.models.appeals import Appeal
from petition.models.audit import AuditEvent
from petition.models.contact_changes import ContactChange
from petition.models.contacts import Contact
from petition.models.corrections import Correction, CorrectionState
from petition.models.decisions import Decision
from petition.models.disputes import Dispute
from petition.models.endorsements import Display, Endorsement, Origin, State
from petition.models.links import PrivateLink, Purpose
from petition.models.mails import OutgoingMail
from petition.models.notices import Notice
from petition.models.questions import Question
from petition.models.rates import RateCount
from petition.models.reasons import Reason
from petition.models.signatories import Check, Kind, Signatory, Status
from petition.models.site_state import Level, SiteState
from petition.models.spellings import Spelling
from petition.models.texts import AppealText, Demand, TextStatus

__all__ = [
    "Appeal",
    "AppealText",
    "AuditEvent",
    "Check",
    "Contact",
    "ContactChange",
    "Correction",
    "CorrectionState",
    "Decision",
    "Demand",
    "Display",
    "Dispute",
    "Endorsement",
    "Kind",
    "Level",
    "Notice",
    "Origin",
    "OutgoingMail",
    "PrivateLink",
    "Purpose",
    "Question",
    "RateCount",
    "Reason",
    "Signatory",
    "SiteState",
    "Spelling",
    "State",
    "Status",
    "TextStatus",
]
