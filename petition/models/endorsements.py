"""Endorsement: what an organisation submitted. Private; its public part is a Signatory."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from petition.models.choices import ACTIVE, UNDECIDED, Check, Display, Origin, State, Suspicion
from petition.models.encrypted import EncryptedRow

NAME_FIELDS = (
    *("organisation_name", "acronym", "countries", "label", "countries_as_printed", "website", "name_language"),
)
"""What identifies the organisation. All of it is always in `sealed_name`; columns of these names hold it as well only
while the organisation is named and has not withdrawn."""
_CLEAR_COLUMNS = (*NAME_FIELDS, "folded")

LATEST_DECISIONS = 20
"""How many of the latest decisions the usual waiting time is computed from."""


class EndorsementQuerySet(models.QuerySet["Endorsement"]):
    def to_decide(self) -> Self:
        """Return those that wait for a moderator and are not on hold."""
        return self.filter(state=State.CONFIRMED, quarantined_at=None).not_being_withdrawn()

    def on_hold(self) -> Self:
        """Return those that wait until a moderator looks at why they are suspicious."""
        return self.filter(quarantined_at__isnull=False)

    def not_on_hold(self) -> Self:
        return self.filter(quarantined_at=None)

    def undecided_on_hold(self) -> Self:
        """Return those on hold that are neither decided nor being withdrawn."""
        # The subquery makes SQLite use the small partial index; otherwise it reads all undecided endorsements.
        on_hold = Endorsement.objects.filter(quarantined_at__isnull=False, withdrawal_due_at=None)
        return self.filter(pk__in=on_hold.values("pk"), state__in=UNDECIDED)

    def being_withdrawn(self) -> Self:
        """Return those that staff have withdrawn and that any moderator can still restore."""
        return self.filter(withdrawal_due_at__isnull=False)

    def not_being_withdrawn(self) -> Self:
        return self.filter(withdrawal_due_at=None)

    def to_screen(self) -> Self:
        """Return confirmed ones whose present name has not been screened yet."""
        return self.filter(weighed_at=None, confirmed_at__isnull=False).exclude(state=State.WITHDRAWN)

    def to_ask_for_confirmation(self) -> Self:
        """Return submitted forms whose contact has to be sent a confirmation mail."""
        return self.filter(state=State.SUBMITTED, origin=Origin.FORM, asked_at=None, withdrawal_due_at=None)

    def unconfirmed(self) -> Self:
        """Return those that no mailbox has confirmed. Only these may be erased."""
        return self.filter(confirmed_at=None)

    def of_same_organisation(self, endorsement: "Endorsement") -> Self:
        """Return all endorsements of the same appeal by the same mailbox under the same name."""
        return self.filter(
            appeal=endorsement.appeal_id, mailbox_index=endorsement.mailbox_index, name_index=endorsement.name_index
        )

    def latest_waits(self, appeal_id: int) -> list[timedelta]:
        """Return how long the last LATEST_DECISIONS took from confirmation to decision, the newest first."""
        decided = self.filter(
            appeal=appeal_id, origin=Origin.FORM, confirmed_at__isnull=False, decided_at__isnull=False
        )
        moments = decided.order_by("-decided_at").values_list("confirmed_at", "decided_at")[:LATEST_DECISIONS]
        return [decided_at - confirmed_at for confirmed_at, decided_at in moments if confirmed_at and decided_at]


def _only_in(field: str, *states: State) -> Q:
    """Return the condition that the timestamp `field` is set exactly in `states`."""
    return Q(state__in=states, **{f"{field}__isnull": False}) | (~Q(state__in=states) & Q(**{field: None}))


_DECLARED = Q(authority_at__isnull=False, consent_processing_at__isnull=False)
# What the secretariat entered is declared by its contact when it is confirmed.
_UNCONFIRMED = Q(confirmed_at=None)
_HAS_MAILBOX = (~Q(mailbox_index="") & ~Q(fingerprint="")) | Q(contact_erased_at__isnull=False)


class Endorsement(EncryptedRow):
    appeal = models.ForeignKey("Appeal", on_delete=models.PROTECT, related_name="+")
    text = models.ForeignKey("AppealText", on_delete=models.PROTECT, related_name="+")  # immutable: binds its SHA-256
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.FORM)
    state = models.CharField(max_length=10, choices=State, default=State.SUBMITTED)
    display = models.CharField(max_length=10, choices=Display)
    language = models.CharField(max_length=10)

    organisation_name = models.CharField(max_length=300, blank=True)
    acronym = models.CharField(max_length=50, blank=True)
    countries = models.CharField(max_length=60, blank=True)  # ISO 3166-1 alpha-2 codes, a space between
    label = models.CharField(max_length=500, blank=True)  # of an imported entry: exactly as it was printed
    countries_as_printed = models.CharField(max_length=300, blank=True)  # likewise
    website = models.CharField(max_length=200, blank=True)
    name_language = models.CharField(max_length=10, blank=True)  # if a moderator set it
    member_claimed = models.BooleanField(default=False)
    member_confirmed = models.BooleanField(default=False)  # a moderator has checked it
    checked_how = models.CharField(max_length=20, choices=Check, blank=True)  # '' : only by its own mailbox
    folded = models.TextField(blank=True)  # what staff search in; '' until it is screened
    vouched_by = models.ForeignKey("Signatory", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sealed_check_note = models.TextField(blank=True)  # a moderator's note on how it was checked
    sealed_name = models.TextField()  # JSON of NAME_FIELDS, always

    sealed_note = models.TextField(blank=True)  # moderators' notes for each other; erased with the contact

    name_index = models.CharField(max_length=64)  # keyed hash of the folded name: exact matches only
    looks_index = models.CharField(max_length=64, blank=True)  # the same of the name's look-alike form
    sounds_index = models.CharField(max_length=64, blank=True)  # the same of the name's sound-alike form
    mailbox_index = models.CharField(max_length=64, blank=True)  # keyed hash of the mailbox
    fingerprint = models.CharField(max_length=64, blank=True)  # keyed hash of the whole form: finds repeats
    reference_word = models.CharField(max_length=6, blank=True)  # three syllables; they open nothing
    intake_id = models.UUIDField(null=True, blank=True)  # of the row of the intake that it came from

    # What screening/ needs to know of the encrypted mailbox and the network, computed at submission.
    domain_index = models.CharField(max_length=64, blank=True)  # keyed hash of the mailbox's domain
    network_index = models.CharField(max_length=4, blank=True)  # 16 bits of the hash of the /24 or /64; 7 days
    hints = models.JSONField(default=list, blank=True)  # list of codes
    seconds_to_fill = models.PositiveIntegerField(null=True, blank=True)

    authority_at = models.DateTimeField(null=True, blank=True)
    consent_processing_at = models.DateTimeField(null=True, blank=True)
    consent_publication_at = models.DateTimeField(null=True, blank=True)
    wording_version = models.CharField(max_length=20, blank=True)  # of the declarations that were accepted

    submitted_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)  # when the confirmation mail was queued, then sent
    confirmed_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_due_at = models.DateTimeField(null=True, blank=True)  # withdrawn by staff: final at this moment
    # Entry date and note of the public entry when the withdrawal began, to restore it unchanged.
    sealed_listing = models.TextField(blank=True, default="", db_default="")
    counted_at = models.DateTimeField(null=True, blank=True)  # if withheld: when a second moderator checked it
    quarantined_at = models.DateTimeField(null=True, blank=True)  # on hold
    weighed_at = models.DateTimeField(null=True, blank=True)  # when this name was screened
    quarantined_for = models.CharField(max_length=40, choices=Suspicion, blank=True)
    contact_erased_at = models.DateTimeField(null=True, blank=True)
    name_again_at = models.DateTimeField(null=True, blank=True)  # when its contact asked to be named again

    signatory = models.OneToOneField("Signatory", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    explained_by = models.BigIntegerField()  # the audit event of the last change of state (trigger)

    objects = EndorsementQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at", "pk"]
        indexes = [
            models.Index(fields=["state", "id"], name="endorsement_queue"),
            models.Index(fields=["mailbox_index", "appeal"], name="endorsement_mailbox"),
            models.Index(fields=["appeal", "name_index"], name="endorsement_name"),
            models.Index(fields=["submitted_at"], condition=~Q(network_index=""), name="endorsement_with_network"),
            models.Index(fields=["looks_index"], name="endorsement_looks", condition=~Q(looks_index="")),
            models.Index(fields=["sounds_index"], name="endorsement_sounds", condition=~Q(sounds_index="")),
            models.Index(fields=["domain_index"], name="endorsement_domain", condition=~Q(domain_index="")),
            models.Index(fields=["network_index"], name="endorsement_network", condition=~Q(network_index="")),
            models.Index(fields=["appeal", "submitted_at"], name="endorsement_arrival"),
            models.Index(fields=["intake_id"], name="endorsement_intake", condition=Q(intake_id__isnull=False)),
            models.Index(
                fields=["submitted_at"],
                name="endorsement_to_ask",
                condition=Q(state=State.SUBMITTED, origin=Origin.FORM, asked_at=None),
            ),
            models.Index(
                fields=["id"],
                name="endorsement_to_weigh",
                condition=Q(weighed_at=None, confirmed_at__isnull=False) & ~Q(state=State.WITHDRAWN),
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
            models.Index(fields=["id"], name="endorsement_name_again", condition=Q(name_again_at__isnull=False)),
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
                condition=Q(**dict.fromkeys(_CLEAR_COLUMNS, ""))
                | (
                    Q(display=Display.NAMED, withdrawal_due_at=None)
                    & ~Q(state=State.WITHDRAWN)
                    & ~Q(organisation_name="")
                ),
                name="endorsement_unpublished_is_encrypted",
            ),
            models.CheckConstraint(condition=~Q(sealed_name=""), name="endorsement_name_is_always_encrypted"),
            models.CheckConstraint(
                condition=~Q(state=State.APPROVED, display=Display.NAMED, withdrawal_due_at=None)
                | ~Q(organisation_name=""),
                name="endorsement_listed_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(withdrawal_due_at=None, sealed_listing="")
                | (Q(withdrawal_due_at__isnull=False) & ~Q(state=State.WITHDRAWN)),
                name="endorsement_being_withdrawn_is_not_final",
            ),
            models.CheckConstraint(
                condition=Q(origin=Origin.IMPORTED, mailbox_index="", fingerprint="")
                | Q(_HAS_MAILBOX, _DECLARED, origin=Origin.FORM)
                | Q(_HAS_MAILBOX, _DECLARED | _UNCONFIRMED, origin=Origin.EMAIL)
                | Q(_DECLARED | _UNCONFIRMED, origin=Origin.LETTER, mailbox_index=""),
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
                | Q(_UNCONFIRMED, origin__in=[Origin.EMAIL, Origin.LETTER])
                | Q(consent_publication_at__isnull=False),
                name="endorsement_named_has_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"endorsement {self.pk}"

    @property
    def has_clear_name(self) -> bool:
        """Return whether its name is in clear columns: it is named, and has not withdrawn."""
        return bool(self.organisation_name)

    @property
    def is_undecided(self) -> bool:
        """Return whether it waits for its contact, for a moderator or for an answer."""
        return self.state in UNDECIDED

    def has_contact(self) -> bool:
        """Return whether there is a contact to write to. Queries each time, since contacts are erased."""
        return type(self).objects.filter(pk=self.pk, contact__isnull=False).exists()
