"""All models: tables, constraints and QuerySets, one file per stage. Without side effects."""

from django.conf import settings

from petition.models.appeals import Appeal, AppealText, Demand, MailParagraph, Notice, TextProposal, TextStatus
from petition.models.audit import AuditEvent, Removal, RemovalKind
from petition.models.choices import Check, Display, Origin, State, Suspicion
from petition.models.contacts import Contact, ContactChange, LinkRequest, PrivateLink, Purpose
from petition.models.drafts import AppealDraft, BulkOutcome, BulkRow, BulkUpload, PutBackProposal
from petition.models.endorsements import Endorsement
from petition.models.intake import FollowUp, IntakeFlag, IntakeRow, Outcome
from petition.models.mails import OutgoingMail
from petition.models.requests import Claim, Correction, CorrectionState, Dispute, DisputeTopic, Question
from petition.models.review import (
    HARMLESS_FLAGS,
    Batch,
    BatchAction,
    BatchOutcome,
    BatchPart,
    BatchState,
    Comparison,
    Decision,
    Flag,
    FlagCode,
    KnownOrganisation,
    Reason,
    Spelling,
    Verdict,
)
from petition.models.signatories import (
    ChangeKind,
    Edition,
    Kind,
    PublicChange,
    Signatory,
    Status,
    TimelineEntry,
    TimelineKind,
    TimelineText,
)
from petition.models.site_state import Alert, Level, RateCount, SiteState, VisitorCount, WorkerFailure

if settings.ROLE != "public":  # whose process knows no accounts
    from petition.models.staff import (
        CodeTries,
        Invitation,
        Role,
        RoleProposal,
        find_accounts_with_role,
        get_roles,
    )

__all__ = [
    "HARMLESS_FLAGS",
    "Alert",
    "Appeal",
    "AppealDraft",
    "AppealText",
    "AuditEvent",
    "Batch",
    "BatchAction",
    "BatchOutcome",
    "BatchPart",
    "BatchState",
    "BulkOutcome",
    "BulkRow",
    "BulkUpload",
    "ChangeKind",
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
    "DisputeTopic",
    "Edition",
    "Endorsement",
    "Flag",
    "FlagCode",
    "FollowUp",
    "IntakeFlag",
    "IntakeRow",
    "Invitation",
    "Kind",
    "KnownOrganisation",
    "Level",
    "LinkRequest",
    "MailParagraph",
    "Notice",
    "Origin",
    "Outcome",
    "OutgoingMail",
    "PrivateLink",
    "PublicChange",
    "Purpose",
    "PutBackProposal",
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
    "TimelineEntry",
    "TimelineKind",
    "TimelineText",
    "Verdict",
    "VisitorCount",
    "WorkerFailure",
    "find_accounts_with_role",
    "get_roles",
]
