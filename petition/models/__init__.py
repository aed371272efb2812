"""FACTS: tables, constraints and the words to query them. One file per noun; no side effects."""

from petition.models.appeals import Appeal, AppealText, Demand, Notice, TextProposal, TextStatus
from petition.models.audit import AuditEvent, Removal, RemovalKind
from petition.models.batches import Batch, BatchDeed, BatchPart, BatchState, Outcome
from petition.models.contacts import Contact, ContactChange, LinkRequest, PrivateLink, Purpose
from petition.models.endorsements import Display, Endorsement, Origin, State
from petition.models.hold_reasons import Suspicion
from petition.models.mails import OutgoingMail
from petition.models.requests import About, Claim, Correction, CorrectionState, Dispute, Question
from petition.models.review import (
    CALM,
    Comparison,
    Decision,
    Flag,
    FlagCode,
    KnownOrganisation,
    Reason,
    Spelling,
    Verdict,
)
from petition.models.signatories import Check, Edition, Kind, PublicChange, Signatory, Status, What
from petition.models.site_state import Alert, Level, RateCount, SiteState, WorkerFailure
from petition.models.staff import CodeTries, Invitation, Presence, Role, RoleProposal, holders, roles_of

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
    "Presence",
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
