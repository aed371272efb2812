"""Endorsement: what an organisation submitted. Private; the public part of it is a Signatory."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from petition.models.appeals import Appeal, AppealText
from petition.models.hold_reasons import Suspicion
from petition.models.signatories import Check, Signatory


class State(models.TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    CONFIRMED = "confirmed", _("Confirmed, to decide")
    RETURNED = "returned", _("Returned with a question")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


LEGAL_MOVES: dict[State, frozenset[State]] = {
    State.SUBMITTED: frozenset({State.CONFIRMED, State.REJECTED, State.WITHDRAWN}),
    State.CONFIRMED: frozenset({State.APPROVED, State.RETURNED, State.REJECTED, State.WITHDRAWN}),
    State.RETURNED: frozenset({State.CONFIRMED, State.REJECTED, State.WITHDRAWN}),
    # Back to where it came from: a rejection is taken back (actions/moderation/undo.py).
    State.REJECTED: frozenset({State.CONFIRMED, State.WITHDRAWN, State.RETURNED, State.SUBMITTED}),
    State.APPROVED: frozenset({State.CONFIRMED, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset(),
}
"""The one table of what may follow what. The gate (actions/lifecycle.py) and the triggers are made from it."""

UNDECIDED = (State.SUBMITTED, State.CONFIRMED, State.RETURNED)
ACTIVE = (State.CONFIRMED, State.RETURNED, State.APPROVED)


NAME_FIELDS = ("organisation_name", "acronym", "countries", "label", "countries_as_printed", "website")
"""What tells which organisation it is; sealed together."""


class Display(models.TextChoices):
    NAMED = "named", _("Named")
    WITHHELD = "withheld", _("Not named")


class Origin(models.TextChoices):
    FORM = "form", _("the form")
    IMPORTED = "imported", _("the appeal as published")
    EMAIL = "email", _("an e-mail, entered by the secretariat")  # its mailbox declares and confirms all the same
    LETTER = "letter", _("a letter or a call, entered by the secretariat")  # a second moderator stands for a mailbox


LATEST_DECISIONS = 20
"""So many tell how long a decision takes at present."""


class EndorsementQuerySet(models.QuerySet["Endorsement"]):
    def to_decide(self) -> Self:
        """Those that wait for a moderator, and were not set aside."""
        return self.filter(state=State.CONFIRMED, quarantined_at=None).not_being_withdrawn()

    def being_withdrawn(self) -> Self:
        """Those that staff have withdrawn and that any moderator can still bring back."""
        return self.filter(withdrawal_due_at__isnull=False)

    def not_being_withdrawn(self) -> Self:
        return self.filter(withdrawal_due_at=None)

    def set_aside(self) -> Self:
        """Those in quarantine that are not decided; by way of the small index, or SQLite reads all undecided ones."""
        in_quarantine = Endorsement.objects.filter(quarantined_at__isnull=False, withdrawal_due_at=None)
        return self.filter(pk__in=in_quarantine.values("pk"), state__in=UNDECIDED)

    def to_weigh(self) -> Self:
        """Those whose name the evidence has not looked at; who never proved a mailbox is not looked at."""
        return self.filter(weighed_at=None, sealed_name="", confirmed_at__isnull=False)

    def to_ask(self) -> Self:
        """Forms whose mailbox no mail has asked yet, or has to ask again."""
        return self.filter(state=State.SUBMITTED, origin=Origin.FORM, asked_at=None, withdrawal_due_at=None)

    def unproven(self) -> Self:
        """Those whose mailbox never confirmed: nobody stands behind them, so they may be erased."""
        return self.filter(confirmed_at=None)

    def latest_waits(self, appeal: Appeal) -> list[timedelta]:
        """From the proof of the mailbox to the decision, of the LATEST_DECISIONS of `appeal`, the last one first."""
        decided = self.filter(appeal=appeal, origin=Origin.FORM, confirmed_at__isnull=False, decided_at__isnull=False)
        moments = decided.order_by("-decided_at").values_list("confirmed_at", "decided_at")[:LATEST_DECISIONS]
        return [decided_at - confirmed_at for confirmed_at, decided_at in moments if confirmed_at and decided_at]

    def quarantined(self) -> Self:
        """Those set aside until somebody looks."""
        return self.filter(quarantined_at__isnull=False)

    def not_quarantined(self) -> Self:
        return self.filter(quarantined_at=None)


def _only_in(field: str, *states: State) -> Q:
    """The timestamp `field` is set in `states` and in no other."""
    return Q(state__in=states, **{f"{field}__isnull": False}) | (~Q(state__in=states) & Q(**{field: None}))


_AGREED = Q(authority_at__isnull=False, consent_processing_at__isnull=False)
_NOT_YET = Q(confirmed_at=None)
"""Who did not fill in the form declares when it is confirmed."""
_REACHED = (~Q(mailbox_index="") & ~Q(fingerprint="")) | Q(contact_erased_at__isnull=False)


class Endorsement(models.Model):
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+")
    text = models.ForeignKey(AppealText, on_delete=models.PROTECT, related_name="+")  # immutable: binds its SHA-256
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.FORM)
    state = models.CharField(max_length=10, choices=State, default=State.SUBMITTED)
    display = models.CharField(max_length=10, choices=Display)
    language = models.CharField(max_length=10)

    organisation_name = models.CharField(max_length=300, blank=True)
    acronym = models.CharField(max_length=50, blank=True)
    countries = models.CharField(max_length=60, blank=True)  # ISO 3166-1 alpha-2 codes, a space between
    label = models.CharField(max_length=500, blank=True)  # of an imported line: exactly as it was printed
    countries_as_printed = models.CharField(max_length=300, blank=True)  # likewise
    website = models.CharField(max_length=200, blank=True)
    name_language = models.CharField(max_length=10, blank=True)  # where a moderator has said; sealed with the name
    member_claimed = models.BooleanField(default=False)
    member_confirmed = models.BooleanField(default=False)  # a moderator has checked it
    checked_how = models.CharField(max_length=20, choices=Check, blank=True)  # '' : by its own mailbox alone
    folded = models.TextField(blank=True)  # what staff search through; '' until it is weighed
    vouched_by = models.ForeignKey(Signatory, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sealed_check_note = models.TextField(blank=True)  # how it was checked, in a moderator's words
    sealed_name = models.TextField(blank=True)  # all of NAME_FIELDS, once nobody outside may read them

    sealed_note = models.TextField(blank=True)  # what moderators note for each other; erased with the contact

    name_index = models.CharField(max_length=64)  # keyed hash of the folded name: exact matches only
    looks_index = models.CharField(max_length=64, blank=True)  # of the name as it looks, likewise
    sounds_index = models.CharField(max_length=64, blank=True)  # of the name as it sounds, likewise
    mailbox_index = models.CharField(max_length=64, blank=True)  # keyed hash of the mailbox
    fingerprint = models.CharField(max_length=64, blank=True)  # keyed hash of the whole post: a repeat is the same post

    # What evidence needs of the sealed mailbox and the network, taken at submission (screening/ makes sentences of it).
    domain_index = models.CharField(max_length=64, blank=True)  # keyed hash of the mailbox's domain
    network_index = models.CharField(max_length=64, blank=True)  # of the /24 or /64, under the weekly key; 7 days
    hints = models.JSONField(default=list, blank=True)  # list of codes
    seconds_to_fill = models.PositiveIntegerField(null=True, blank=True)

    authority_at = models.DateTimeField(null=True, blank=True)
    consent_processing_at = models.DateTimeField(null=True, blank=True)
    consent_publication_at = models.DateTimeField(null=True, blank=True)
    wording_version = models.CharField(max_length=20, blank=True)  # of the declarations that were agreed to

    submitted_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)  # when the mail that asks its mailbox was made, then left
    confirmed_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_due_at = models.DateTimeField(null=True, blank=True)  # by staff: the name is off, final at this moment
    sealed_listing = models.TextField(
        blank=True, default="", db_default=""
    )  # what its line had when that began: its day, its note
    counted_at = models.DateTimeField(null=True, blank=True)  # of a withheld one: a second moderator has checked it too
    quarantined_at = models.DateTimeField(null=True, blank=True)  # set aside: reviewed all the same
    weighed_at = models.DateTimeField(null=True, blank=True)  # its flags and indexes are of this name
    quarantined_for = models.CharField(max_length=40, choices=Suspicion, blank=True)
    contact_erased_at = models.DateTimeField(null=True, blank=True)
    name_again_at = models.DateTimeField(null=True, blank=True)  # its mailbox asked for the name to be shown again

    signatory = models.OneToOneField(Signatory, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    explained_by = models.BigIntegerField()  # the audit event of the last change of state (trigger)

    objects = EndorsementQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at", "pk"]
        indexes = [
            models.Index(fields=["state", "id"], name="endorsement_queue"),
            models.Index(fields=["appeal", "mailbox_index"], name="endorsement_mailbox"),
            models.Index(fields=["appeal", "name_index"], name="endorsement_name"),
            models.Index(fields=["submitted_at"], condition=~Q(network_index=""), name="endorsement_with_network"),
            models.Index(fields=["looks_index"], name="endorsement_looks", condition=~Q(looks_index="")),
            models.Index(fields=["sounds_index"], name="endorsement_sounds", condition=~Q(sounds_index="")),
            models.Index(fields=["domain_index"], name="endorsement_domain", condition=~Q(domain_index="")),
            models.Index(fields=["network_index"], name="endorsement_network", condition=~Q(network_index="")),
            models.Index(fields=["appeal", "submitted_at"], name="endorsement_arrival"),
            models.Index(
                fields=["submitted_at"],
                name="endorsement_to_ask",
                condition=Q(state=State.SUBMITTED, origin=Origin.FORM, asked_at=None),
            ),
            models.Index(
                fields=["id"],
                name="endorsement_to_weigh",
                condition=Q(weighed_at=None, sealed_name="", confirmed_at__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="endorsement_to_decide",
                condition=Q(state=State.CONFIRMED, quarantined_at=None),
            ),
            models.Index(
                fields=["confirmed_at"],
                name="endorsement_newly_confirmed",
                condition=Q(state=State.CONFIRMED, quarantined_at=None),
            ),
            models.Index(fields=["id"], name="endorsement_quarantined", condition=Q(quarantined_at__isnull=False)),
            models.Index(
                fields=["withdrawal_due_at"],
                name="endorsement_being_withdrawn",
                condition=Q(withdrawal_due_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "mailbox_index", "name_index"],
                condition=Q(state__in=ACTIVE) & ~Q(mailbox_index=""),
                name="endorsement_one_active",
            ),
            models.UniqueConstraint(
                fields=["appeal", "fingerprint"],
                condition=Q(state=State.SUBMITTED),
                name="endorsement_identical_posts_are_one",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values, display__in=Display.values, origin__in=Origin.values),
                name="endorsement_words_known",
            ),
            models.CheckConstraint(
                condition=_only_in("decided_at", State.APPROVED, State.REJECTED), name="endorsement_decided_at"
            ),
            models.CheckConstraint(condition=_only_in("returned_at", State.RETURNED), name="endorsement_returned_at"),
            models.CheckConstraint(
                condition=_only_in("withdrawn_at", State.WITHDRAWN), name="endorsement_withdrawn_at"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=ACTIVE) & Q(confirmed_at__isnull=False))
                | (Q(state=State.SUBMITTED) & Q(confirmed_at=None))
                | Q(state__in=[State.REJECTED, State.WITHDRAWN]),
                name="endorsement_confirmed_at",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.APPROVED, display=Display.NAMED) | Q(signatory__isnull=False),
                name="endorsement_named_has_signatory",
            ),
            models.CheckConstraint(
                condition=Q(sealed_name="") & ~Q(organisation_name="")
                | ~Q(sealed_name="") & Q(**dict.fromkeys((*NAME_FIELDS, "folded"), "")),
                name="endorsement_name_plain_or_sealed",
            ),
            models.CheckConstraint(
                condition=~(Q(state=State.APPROVED, display=Display.WITHHELD) | Q(state=State.WITHDRAWN))
                | ~Q(sealed_name=""),
                name="endorsement_withheld_means_sealed",
            ),
            models.CheckConstraint(
                condition=Q(withdrawal_due_at=None, sealed_listing="")
                | (Q(withdrawal_due_at__isnull=False) & ~Q(state=State.WITHDRAWN) & ~Q(sealed_name="")),
                name="endorsement_being_withdrawn_is_sealed",
            ),
            models.CheckConstraint(
                condition=Q(origin=Origin.IMPORTED, mailbox_index="", fingerprint="")
                | Q(_REACHED, _AGREED, origin=Origin.FORM)
                | Q(_REACHED, _AGREED | _NOT_YET, origin=Origin.EMAIL)
                | Q(_AGREED | _NOT_YET, origin=Origin.LETTER, mailbox_index=""),
                name="endorsement_form_has_mailbox_and_consent",
            ),
            models.CheckConstraint(
                condition=Q(quarantined_at=None, quarantined_for="")
                | (Q(quarantined_at__isnull=False, state__in=UNDECIDED) & ~Q(quarantined_for="")),
                name="endorsement_quarantined_while_undecided",
            ),
            models.CheckConstraint(
                condition=~Q(display=Display.NAMED)
                | Q(origin=Origin.IMPORTED)
                | Q(_NOT_YET, origin__in=[Origin.EMAIL, Origin.LETTER])
                | Q(consent_publication_at__isnull=False),
                name="endorsement_named_has_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"endorsement {self.pk}"

    @property
    def is_undecided(self) -> bool:
        """Whether it waits: for its mailbox, for a moderator, for an answer."""
        return self.state in UNDECIDED
