"""What secretariat and organisations do in the scenario of test_canary.py, done on a running site.

python -m tests.journeys.scenario STAGE < canaries.json
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django


def live(canaries: dict[str, str]) -> None:
    """Bring each endorsement, named after its role, to the state that its name says."""
    # models can be loaded now
    from petition.actions.audit import Actor
    from petition.actions.listing.entries import EntryProposal
    from petition.actions.moderation import decisions, internal_notes, verification
    from petition.actions.moderation.verification import CheckResult
    from petition.actions.self_service import contact_changes, corrections, disputes, own_page, withdrawal
    from petition.models import Appeal, Endorsement, OutgoingMail, PrivateLink, Purpose
    from petition.reference import clock
    from petition.security.encryption import compute_mailbox_index

    now, moderator = clock.now(), Actor.staff(1)

    def of(role: str) -> Endorsement:
        return Endorsement.objects.get(
            mailbox_index=compute_mailbox_index(f"{canaries[f'{role} mailbox']}@fund.example")
        )

    def own(role: str) -> str:
        links = PrivateLink.objects.filter(endorsement=of(role), purpose=Purpose.OWN_PAGE)
        return links.values_list("digest", flat=True)[0]

    for role in ("listed", "withheld", "withdrawn", "hidden"):
        decisions.approve(of(role).pk, by=moderator, at=now)
    withdrawal.withdraw(own("withdrawn"), at=now)
    decisions.reject(of("rejected").pk, by=moderator, at=now)
    decisions.ask_question(of("asked").pk, canaries["question"], by=moderator, at=now)
    own_page.answer_question(own("asked"), canaries["answer"], at=now)
    withdrawal.stop_being_named(own("hidden"), at=now)
    contact_changes.request_contact_change(
        own("listed"),
        name=canaries["proposed person"],
        role=canaries["proposed role"],
        mailbox=f"{canaries['proposed mailbox']}@fund.example",
        at=now,
    )
    for role in ("listed", "forgotten"):
        internal_notes.set_internal_note(of(role).pk, canaries["note"], by=moderator, at=now)
        checked = CheckResult("other", member=False, note=canaries["check note"])
        verification.record_check(of(role).pk, checked, seen=0, by=moderator, at=now)
    decisions.ask_question(of("forgotten").pk, canaries["forgotten question"], by=moderator, at=now)
    own_page.forget_mailbox(own("forgotten"), at=now)
    corrections.propose_correction(own("listed"), EntryProposal(canaries["proposal"], "", ""), at=now)
    disputes.raise_dispute(
        Appeal.objects.get(),
        reference="further-1",
        words=canaries["dispute"],
        mailbox=f"{canaries['dispute mailbox']}@fund.example",
        at=now,
    )
    sys.stdout.write(str(OutgoingMail.objects.owed().count()))


def purge(canaries: dict[str, str]) -> None:
    """Purge as a month and a day later; print all values before and after that, as `dump` does."""
    from petition.actions.operations import retention
    from petition.reference import clock

    before = _read_all()
    retention.purge(at=clock.now() + timedelta(days=31))
    json.dump([before, _read_all()], sys.stdout)


def dump(canaries: dict[str, str]) -> None:
    """Print every value of every row of every table, by table and column, as JSON."""
    json.dump([_read_all()], sys.stdout)


def _read_all() -> dict[str, list[str]]:
    from django.apps import apps

    links: dict[str, list[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.values():
            for column, value in row.items():
                links.setdefault(f"{model.__name__}.{column}", []).append(str(value))
    return links


def main(stage: str) -> None:
    django.setup()
    stages: dict[str, Any] = {"live": live, "purge": purge, "dump": dump}
    stages[stage](json.load(sys.stdin))


if __name__ == "__main__":
    main(sys.argv[1])
