"""What the secretariat and organisations do in the life that test_canary.py follows, done to a site that runs.

python -m tests.journeys.life STAGE < canaries.json
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django


def live(canaries: dict[str, str]) -> None:
    """Each endorsement, named after its role in the story, comes where its private texts are worth most."""
    # models can be loaded now
    from petition.actions.audit import Actor
    from petition.actions.moderation import decisions, notes, verification
    from petition.actions.moderation.verification import Checked
    from petition.actions.self_service import contact_changes, corrections, disputes, own_page, withdrawal
    from petition.actions.self_service.corrections import Proposal
    from petition.models import Appeal, Endorsement, OutgoingMail, PrivateLink, Purpose
    from petition.reference import clock
    from petition.security.encryption import mailbox_index

    now, moderator = clock.now(), Actor.staff(1)

    def of(role: str) -> Endorsement:
        return Endorsement.objects.get(mailbox_index=mailbox_index(f"{canaries[f'{role} mailbox']}@fund.example"))

    def own(role: str) -> str:
        links = PrivateLink.objects.filter(endorsement=of(role), purpose=Purpose.OWN_PAGE)
        return links.values_list("digest", flat=True)[0]

    for role in ("listed", "withheld", "withdrawn", "hidden"):
        decisions.approve(of(role).pk, by=moderator, at=now)
    withdrawal.withdraw(own("withdrawn"), at=now)
    decisions.reject(of("rejected").pk, by=moderator, at=now)
    decisions.ask(of("asked").pk, canaries["question"], by=moderator, at=now)
    own_page.answer(own("asked"), canaries["answer"], at=now)
    withdrawal.stop_being_named(own("hidden"), at=now)
    contact_changes.request(
        own("listed"),
        name=canaries["proposed person"],
        role=canaries["proposed role"],
        mailbox=f"{canaries['proposed mailbox']}@fund.example",
        at=now,
    )
    for role in ("listed", "forgotten"):
        notes.note(of(role).pk, canaries["note"], by=moderator, at=now)
        checked = Checked("other", member=False, note=canaries["check note"])
        verification.check(of(role).pk, checked, seen=0, by=moderator, at=now)
    decisions.ask(of("forgotten").pk, canaries["forgotten question"], by=moderator, at=now)
    own_page.forget_mailbox(own("forgotten"), at=now)
    corrections.propose(own("listed"), Proposal(canaries["proposal"], "", ""), at=now)
    disputes.raise_dispute(
        Appeal.objects.get(),
        reference="further-1",
        words=canaries["dispute"],
        mailbox=f"{canaries['dispute mailbox']}@fund.example",
        at=now,
    )
    sys.stdout.write(str(OutgoingMail.objects.owed().count()))


def purge(canaries: dict[str, str]) -> None:
    """A month and a day later."""
    from petition.actions.operations import retention
    from petition.reference import clock

    retention.purge(at=clock.now() + timedelta(days=31))


def dump(canaries: dict[str, str]) -> None:
    """Every value of every row of every table, by table and column, as JSON."""
    from django.apps import apps

    found: dict[str, list[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.values():
            for column, value in row.items():
                found.setdefault(f"{model.__name__}.{column}", []).append(str(value))
    json.dump(found, sys.stdout)


def main(stage: str) -> None:
    django.setup()
    stages: dict[str, Any] = {"live": live, "purge": purge, "dump": dump}
    stages[stage](json.load(sys.stdin))


if __name__ == "__main__":
    main(sys.argv[1])
