"""FACTS: tables, constraints and the words to query them. One file per noun; no side effects."""

from petition.models.alerts import Alert
from petition.models.appeals import Appeal
from petition.models.audit import AuditEvent
from petition.models.contact_changes import ContactChange
from petition.models.contacts import Contact
from petition.models.corrections import Correction, CorrectionState
from petition.models.disputes import Dispute
from petition.models.endorsements import Display, Endorsement, Origin, State
from petition.models.invitations import Invitation
from petition.models.links import PrivateLink, Purpose
from petition.models.mails import OutgoingMail
from petition.models.notices import Notice
from petition.models.questions import Question
from petition.models.rates import RateCount
from petition.models.role_proposals import RoleProposal
from petition.models.roles import Role, holders, roles_of
from petition.models.signatories import Check, Kind, Signatory, Status
from petition.models.site_state import Level, SiteState
from petition.models.text_proposals import TextProposal
from petition.models.texts import AppealText, Demand, TextStatus

__all__ = [
    "Alert",
    "Appeal",
    "AppealText",
    "AuditEvent",
    "Check",
    "Contact",
    "ContactChange",
    "Correction",
    "CorrectionState",
    "Demand",
    "Display",
    "Dispute",
    "Endorsement",
    "Invitation",
    "Kind",
    "Level",
    "Notice",
    "Origin",
    "OutgoingMail",
    "PrivateLink",
    "Purpose",
    "Question",
    "RateCount",
    "Role",
    "RoleProposal",
    "Signatory",
    "SiteState",
    "State",
    "Status",
    "TextProposal",
    "TextStatus",
    "holders",
    "roles_of",
]
