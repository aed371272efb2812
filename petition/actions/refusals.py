"""All exceptions that the use cases raise: why an action was refused, or could not be carried out.

An action that raises one of these has changed nothing.
"""

from datetime import datetime

from petition.models.audit import AuditEvent
from petition.models.choices import State


class AlreadyDecided(Exception):
    """Somebody else was first: `event` is what they did, `state` is what the endorsement is now."""

    def __init__(self, event: AuditEvent, state: State) -> None:
        super().__init__(f"already {state}")
        self.event = event
        self.state = state


class NotPossible(Exception):
    """The endorsement is not in a state that allows this action."""


class OnlyItsAuthor(Exception):
    """Only who uploaded a table of letters adds its rows: another person confirms them."""


class BeingWithdrawn(NotPossible):
    """Staff have withdrawn the endorsement: nothing else can be decided until that is cancelled or final."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed it since it was shown to the person who decides. `event` is what they did."""

    def __init__(self, event: AuditEvent) -> None:
        super().__init__(f"{event.verb} since")
        self.event = event


class DraftChanged(Exception):
    """Somebody else has changed the draft since it was shown."""


class DraftLocked(Exception):
    """The draft's text is fixed: it must be unlocked before it can be changed."""


class DraftNotLocked(Exception):
    """Only a locked draft can be published or read by its private link."""


class DateInTheFuture(Exception):
    """What has not happened yet is no entry of the timeline."""


class NotDelivered(Exception):
    """An answer, or the day on which it is due, would stand before the delivery."""


class SlugTaken(Exception):
    """Another appeal or draft has this slug."""


class SecondPersonNeeded(Exception):
    """The second step must be done by somebody other than the person who did the first."""


class LimitReached(Exception):
    """The staff account has used up its hourly allowance called `limit`."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"hourly limit of {limit}")
        self.limit = limit


# Submitting and confirming


class NotOpen(Exception):
    """The appeal, or the whole site, does not accept endorsements now."""


class CannotBeOpened(Exception):
    """No worker has the private key for what this process encrypts, so nothing is taken in."""


class InvalidRequest(Exception):
    """What the intake holds is no request that a page of this site sends."""


class DeclarationMissing(Exception):
    """The secretariat entered the endorsement, so its contact must still declare what the form asks for."""


class ChoiceRequired(Exception):
    """Several forms wait for this mailbox, and the request does not say which one is meant."""


class NoSuchLink(Exception):
    """There is no live private link or code with this digest."""


class TooManyWaiting(Exception):
    """So many requests wait that came through the links of this endorsement that no other is taken now."""


class DuplicateEndorsement(Exception):
    """This mailbox already has an active endorsement of the appeal under the new name."""


# Moderation


class MailboxNotConfirmed(Exception):
    """The mailbox never confirmed the endorsement, so it cannot return to the queue."""


class EndorsedAgain(Exception):
    """The mailbox has a newer active endorsement under this name, and only one may be active."""


class UnknownReason(Exception):
    """There is no rejection reason with this code."""


class NotChecked(Exception):
    """Nothing but its own mailbox vouches for the organisation."""


class AlreadyEntered(Exception):
    """The same endorsement was entered a moment ago and still waits."""


class NothingToDo(Exception):
    """None of the chosen endorsements is in a state for this bulk action."""


class NothingToUndo(Exception):
    """There is no decision that could be undone."""


class TooLateToUndo(Exception):
    """The minute for undoing is over, or the mail about the decision has left."""


# Appeals and the public list


class StatementRefused(Exception):
    """The statement cannot become this appeal. The message tells the operator why."""


class NotADemonstration(Exception):
    """The appeal is real; only a demonstration may be removed."""


class EditionExists(Exception):
    """There already is an edition of this date, and its address is permanent."""


class DateInThePast(Exception):
    """The list can be frozen for today or a later day, not as it was before."""


class UnreadableList(Exception):
    """The file of known organisations cannot be read. The message says where and why."""


# Mails


class NoLongerTrue(Exception):
    """The mail says something that is no longer true."""


class MailboxLimitReached(Exception):
    """The mailbox has received enough mails. `until` is when the next one may leave."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


# Staff


class NoSuchInvitation(Exception):
    """The invitation was used, replaced, has expired, or never existed."""


class NameTaken(Exception):
    """Another account has this user name."""


class LastAdministrator(Exception):
    """Without this account nobody could manage the staff accounts."""


class LastButOneAdministrator(Exception):
    """One of two administrators would remove the other and then decide alone what takes two people."""


class CodesBlocked(Exception):
    """Too many codes were wrong: no code is checked until the moment `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__("codes are blocked")
        self.until = until


# Operating the site


class BackupFailed(Exception):
    """A backup was not written, or not restored. The message says why and what to do."""


class UnusableJournal(Exception):
    """The file is no usable journal of removals. The message says why and what to do."""


class SiteInUse(Exception):
    """A web process or a worker is running."""


class ClocksDiffer(Exception):
    """The clock of this machine and the site's clock are more than ten minutes apart."""


class ErasingPaused(Exception):
    """Time has jumped within the last day, so nothing is erased."""


class RowsFailed(Exception):
    """Some rows could not be processed; all others were."""


class ParagraphRefused(Exception):
    """The paragraph for a mail has a `link`, or names an `appeal`: `problem` says which."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class RolesRefused(Exception):
    """The logins of the database cannot be set up so; the message says what to do."""
