"""FACTS: tables, constraints and the words to query them. One file per noun; no side effects."""

from petition.models.alerts import Alert
from petition.models.appeals import Appeal
from petition.models.audit import AuditEvent
from petition.models.batches import Batch, BatchDeed, BatchPart, BatchState, Outcome
from petition.models.changes import PublicChange, What
from petition.models.code_tries import CodeTries
from petition.models.comparisons import Comparison, Verdict
from petition.models.contact_changes import ContactChange
from petition.models.contacts import Contact
from petition.models.corrections import Correction, CorrectionState
from petition.models.decisions import Decision
from petition.models.disputes import About, Claim, Dispute
from petition.models.editions import Edition
from petition.models.endorsements import Display, Endorsement, Origin, State
from petition.models.flags import CALM, Flag, FlagCode
from petition.models.invitations import Invitation
from petition.models.known import KnownOrganisation
from petition.models.link_requests import LinkRequest
from petition.models.links import PrivateLink, Purpose
from petition.models.mails import OutgoingMail
from petition.models.notices import Notice
from petition.models.questions import Question
from petition.models.rates import RateCount
from petition.models.reasons import Reason
from petition.models.removals import Removal, RemovalKind
from petition.models.role_proposals import RoleProposal
from petition.models.roles import Role, holders, roles_of
from petition.models.signatories import Check, Kind, Signatory, Status
from petition.models.site_state import Level, SiteState, WorkerFailure
from petition.models.spellings import Spelling
from petition.models.suspicions import Suspicion
from petition.models.text_proposals import TextProposal
from petition.models.texts import AppealText, Demand, TextStatus

__all__ = [
    "CALM",
    "About",
    "Alert",
    "Appeal",
    "AppealText",
    "AuditEvent",
    "Batch",
    "BatchDeed",
    "BatchPart",
    "BatchState",
    "Check",
    "Claim",
    "CodeTries",
    "Comparison",
    "Contact",
    "ContactChange",
    "Correction",
    "CorrectionState",
    "Decision",
    "Demand",
    "Display",
    "Dispute",
    "Edition",
    "Endorsement",
    "Flag",
    "FlagCode",
    "Invitation",
    "Kind",
    "KnownOrganisation",
    "Level",
    "LinkRequest",
    "Notice",
    "Origin",
    "Outcome",
    "OutgoingMail",
    "PrivateLink",
    "PublicChange",
    "Purpose",
    "Question",
    "RateCount",
    "Reason",
    "Removal",
    "RemovalKind",
    "Role",
    "RoleProposal",
    "Signatory",
    "SiteState",
    "Spelling",
    "State",
    "Status",
    "Suspicion",
    "TextProposal",
    "TextStatus",
    "Verdict",
    "What",
    "WorkerFailure",
    "holders",
    "roles_of",
]
