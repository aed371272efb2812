"""What the secretariat does in the scenario of test_canary.py, done on a running site, and what its tables hold.

python -m tests.journeys.scenario STAGE < canaries.json
"""

import json
import sys
import time
from datetime import timedelta
from typing import Any

import django


def decide(canaries: dict[str, str]) -> None:
    """Bring each endorsement, named after its role, as far as the secretariat does."""
    # models can be loaded now
    from petition.actions.audit import Actor
    from petition.actions.moderation import decisions, internal_notes, verification
    from petition.actions.moderation.verification import CheckResult
    from petition.models import Endorsement
    from petition.reference import clock
    from petition.security.encryption import compute_mailbox_index

    now, moderator = clock.now(), Actor.staff(1)

    def of(role: str) -> Endorsement:
        return Endorsement.objects.get(
            mailbox_index=compute_mailbox_index(f"{canaries[f'{role} mailbox']}@fund.example")
        )

    for role in ("listed", "withheld", "withdrawn", "hidden"):
        decisions.approve(of(role).pk, by=moderator, at=now)
    decisions.reject(of("rejected").pk, by=moderator, at=now)
    decisions.ask_question(of("asked").pk, canaries["question"], by=moderator, at=now)
    for role in ("listed", "forgotten"):
        internal_notes.set_internal_note(of(role).pk, canaries["note"], by=moderator, at=now)
        checked = CheckResult("other", member=False, note=canaries["check note"])
        verification.record_check(of(role).pk, checked, seen=0, by=moderator, at=now)
    decisions.ask_question(of("forgotten").pk, canaries["forgotten question"], by=moderator, at=now)
    _prepare(canaries, by=moderator)


def _prepare(canaries: dict[str, str], *, by: Any) -> None:
    """Upload a table that nobody adds, and begin an appeal that nobody publishes."""
    from petition.actions.appeals.drafts import drafts
    from petition.actions.bulk_entry import table_files, uploads
    from petition.models import Appeal, Origin
    from petition.reference import clock

    row = {name: canaries[f"table {name}"] for name in ("name", "person", "role", "mailbox")}
    cells = f"{row['name']},KG,named,{row['person']},{row['role']},{row['mailbox']}@fund.example"
    header = "organisation_name,countries,display,contact_name,contact_role,contact_email"
    rows = table_files.read_table(f"{header}\n{cells}", language="en")
    note = canaries["table note"]
    uploads.create_upload(Appeal.objects.get(), rows, origin=Origin.EMAIL, note=note, by=by, at=clock.now())
    source = (
        f"{canaries['draft title']} of us\n\n9 October 2020\n\nWe say {canaries['draft paragraph']}.\n\n"
        f"Signed by:\n\n{canaries['draft signatory']} Foundation\n"
    )
    drafts.create_draft(source, "en", by=by, at=clock.now())


def answer(canaries: dict[str, str]) -> None:
    """Answer the message about a name, as soon as the worker has taken it in."""
    from petition.actions.audit import Actor
    from petition.actions.self_service import disputes
    from petition.models import Dispute
    from petition.reference import clock

    until = time.monotonic() + 30
    while (message := Dispute.objects.open().first()) is None:
        assert time.monotonic() < until, "The worker has taken no message in."
        time.sleep(0.1)
    disputes.answer_dispute(message.pk, canaries["message answer"], language="en", by=Actor.staff(1), at=clock.now())


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

    values: dict[str, list[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.values():
            for column, value in row.items():
                text = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                values.setdefault(f"{model.__name__}.{column}", []).append(text)
    return values


def main(stage: str) -> None:
    django.setup()
    stages: dict[str, Any] = {"decide": decide, "answer": answer, "purge": purge, "dump": dump}
    stages[stage](json.load(sys.stdin))


if __name__ == "__main__":
    main(sys.argv[1])
