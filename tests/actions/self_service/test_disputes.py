"""Which disputes are marked as above a limit, and which claim an address of the contact."""

from datetime import timedelta

import pytest

from petition.actions.audit import record
from petition.actions.moderation import decisions
from petition.actions.self_service import disputes
from petition.models import Appeal, AuditEvent, Claim, Dispute, DisputeTopic, Kind, KnownOrganisation
from petition.security import encryption, rate_limits
from tests.factories import MODERATOR, NOON, SECOND, an_appeal, approved

pytestmark = pytest.mark.both_databases

ABOUT_ONE = rate_limits.MESSAGES_ABOUT_ONE_ENTRY.most
FROM_ONE = rate_limits.MANY_MESSAGES_FROM_ONE_NETWORK.most


def send_message(
    appeal: Appeal, reference: str = "further-1", mailbox: str = "", network: str | None = "192.0.2.0/24"
) -> Dispute:
    disputes.raise_dispute(appeal, reference=reference, words="Not us", mailbox=mailbox, network=network, at=NOON)
    return Dispute.objects.latest("pk")


def make_networks(count: int) -> list[str]:
    return [f"10.0.{number}.0/24" for number in range(count)]


# --- limits ---


def test_messages_about_one_entry_are_marked_above_the_limit_and_none_is_lost(appeal: Appeal) -> None:
    marks = [send_message(appeal, network=network).above_limit for network in make_networks(ABOUT_ONE + 3)]
    assert marks == [False] * ABOUT_ONE + [True] * 3
    assert not send_message(appeal, reference="further-2").above_limit, "another entry is counted separately"
    assert not send_message(an_appeal("another"), network="10.9.9.0/24").above_limit, "and so is another appeal"
    assert Dispute.objects.open().count() == ABOUT_ONE + 5
    assert AuditEvent.objects.filter(verb="dispute").count() == ABOUT_ONE + 5


def test_messages_from_one_network_are_marked_above_the_limit(appeal: Appeal) -> None:
    marks = [send_message(appeal, reference=f"original-{number + 1}").above_limit for number in range(FROM_ONE + 2)]
    assert marks == [False] * FROM_ONE + [True] * 2
    assert not send_message(appeal, reference="original-20", network="198.51.100.0/24").above_limit


def test_messages_without_form_or_network_count_for_no_network(appeal: Appeal) -> None:
    assert not any(send_message(appeal, network=None).above_limit for _ in range(ABOUT_ONE + 3))
    marks = [send_message(appeal, network="").above_limit for _ in range(ABOUT_ONE + 1)]
    assert marks == [False] * ABOUT_ONE + [True]


def test_the_count_restarts_a_day_later(appeal: Appeal) -> None:
    for network in make_networks(ABOUT_ONE + 1):
        send_message(appeal, network=network)
    later = NOON + timedelta(days=1)
    disputes.raise_dispute(appeal, reference="further-1", words="x", mailbox="", network="192.0.2.0/24", at=later)
    assert not Dispute.objects.latest("pk").above_limit


def test_strangers_cannot_use_up_the_limit_of_the_organisation_itself(appeal: Appeal) -> None:
    approved(appeal, contact_email="asel@ngo.example")
    for network in make_networks(ABOUT_ONE + 5):
        send_message(appeal, network=network, mailbox="stranger@elsewhere.example")
    row = send_message(appeal, network="198.51.100.0/24", mailbox="office@ngo.example")
    assert (row.claim, row.above_limit) == (Claim.DOMAIN, False)
    for network in make_networks(ABOUT_ONE + 5):
        send_message(appeal, network=network, mailbox="anybody@ngo.example")
    assert send_message(appeal, network="198.51.101.0/24", mailbox="x@ngo.example").above_limit, (
        "a domain can be guessed"
    )
    row = send_message(appeal, network="198.51.102.0/24", mailbox="Asel@ngo.example")
    assert (row.claim, row.above_limit) == (Claim.MAILBOX, False)


# --- whose address is given ---


@pytest.mark.parametrize(
    ("reference", "mailbox", "claim"),
    [
        ("further-1", "asel@ngo.example", Claim.MAILBOX),
        ("further-1", "ASEL@ngo.example", Claim.MAILBOX),
        ("further-1", "office@ngo.example", Claim.DOMAIN),
        ("further-1", "asel@other.example", ""),
        ("further-1", "", ""),
        ("further-2", "asel@ngo.example", ""),
        ("further-2", "asel@gmail.com", Claim.MAILBOX),
        ("further-2", "bermet@gmail.com", ""),
        ("original-1", "asel@ngo.example", ""),
        ("further-99", "asel@ngo.example", ""),
        ("", "asel@ngo.example", Claim.MAILBOX),
        ("", "office@ngo.example", Claim.DOMAIN),
        ("", "office@elsewhere.example", ""),
        ("further-x", "asel@ngo.example", ""),
    ],
)
def test_an_address_of_the_contact_is_recognised(appeal: Appeal, reference: str, mailbox: str, claim: str) -> None:
    approved(appeal, contact_email="asel@ngo.example")
    approved(appeal, contact_email="asel@gmail.com")
    row = send_message(appeal, reference, mailbox)
    assert row.claim == claim
    assert mailbox not in (row.sealed_mailbox, row.sealed_message) or not mailbox


def test_the_domain_counts_for_a_hidden_original_too(appeal: Appeal) -> None:
    entry = appeal.signatories.get(kind="original", number=1)
    domain_index = encryption.compute_index("domain", "known.example")
    KnownOrganisation.objects.create(name=entry.name, domain_index=domain_index)
    decisions.hide(appeal.slug, Kind.ORIGINAL, 1, by=MODERATOR, at=NOON)
    assert send_message(appeal, "original-1", "office@known.example").claim == Claim.DOMAIN
    assert send_message(appeal, "original-2", "office@known.example").claim == ""


def test_for_an_original_the_domain_known_to_the_secretariat_counts(appeal: Appeal) -> None:
    line = appeal.signatories.get(kind="original", number=1)
    KnownOrganisation.objects.create(name=line.name, domain_index=encryption.compute_index("domain", "known.example"))
    KnownOrganisation.objects.create(
        name="Quite another", domain_index=encryption.compute_index("domain", "other.example")
    )
    assert send_message(appeal, "original-1", "office@known.example").claim == Claim.DOMAIN
    assert send_message(appeal, "original-1", "office@other.example").claim == ""
    assert send_message(appeal, "original-2", "office@known.example").claim == ""
    assert send_message(appeal, "", "office@other.example").claim == Claim.DOMAIN


# --- settling ---


def test_many_are_settled_each_with_its_audit_event(appeal: Appeal) -> None:
    rows = [send_message(appeal, network=None) for _ in range(5)]
    disputes.settle_dispute(rows[0].pk, by=SECOND, at=NOON)
    later = NOON + timedelta(hours=1)
    assert disputes.settle_many([row.pk for row in rows] + [10**9], by=MODERATOR, at=later) == 4
    assert disputes.settle_many([row.pk for row in rows], by=MODERATOR, at=later) == 0
    events = AuditEvent.objects.filter(verb="settle", subject_kind="dispute", appeal_id=appeal.pk)
    settled = set(events.values_list("subject_id", "actor_id", "at"))
    assert settled == {(rows[0].pk, SECOND.id, NOON)} | {(row.pk, MODERATOR.id, later) for row in rows[1:]}
    assert not Dispute.objects.open().exists()
    assert disputes.settle_dispute(rows[1].pk, by=SECOND, at=NOON).actor_id == MODERATOR.id, "who was first"


def test_older_events_of_settling_are_still_found(appeal: Appeal) -> None:
    row = send_message(appeal, network=None)
    event = record("settle", subject=appeal, by=SECOND, at=NOON)
    Dispute.objects.update(settled_at=NOON)
    assert disputes.settle_dispute(row.pk, by=MODERATOR, at=NOON + timedelta(hours=1)) == event


def test_unopened_ones_are_counted_by_the_audit_log(appeal: Appeal) -> None:
    rows = [send_message(appeal, network=None) for _ in range(3)]
    for _ in range(2):
        disputes.open_dispute(rows[0].pk, by=MODERATOR, at=NOON)
    assert disputes.count_unopened([row.pk for row in rows]) == 2
    assert disputes.count_unopened([]) == 0


def test_the_order_is_by_limit_then_claim_then_topic_then_newest(appeal: Appeal) -> None:
    kinds = [
        (claim, flood, about)
        for flood in (0, 1)
        for claim in ("mailbox", "domain", "")
        for about in DisputeTopic.values
    ]
    made = {}
    for number, (claim, flood, about) in enumerate(kinds[::-1]):
        for hour in (0, 1):
            row = send_message(appeal, network=None)
            at = NOON + timedelta(days=number, hours=hour)
            Dispute.objects.filter(pk=row.pk).update(claim=claim, above_limit=flood, about=about, raised_at=at)
            made[row.pk] = (claim, flood, about == DisputeTopic.NOT_AGREED, at)
    rank = {"mailbox": 0, "domain": 1, "": 2}
    wanted = sorted(made, key=lambda pk: made[pk][3], reverse=True)
    wanted.sort(key=lambda pk: (made[pk][1], rank[made[pk][0]], not made[pk][2]))
    assert list(Dispute.objects.by_priority().values_list("pk", flat=True)) == wanted
    assert [row.pk for row in Dispute.objects.first_of_each_entry(4)] == wanted[:4]
