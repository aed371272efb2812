"""Fill the appeal with listed endorsements quickly: the actions would take hours for 50,000.

`python -m tests.evidence.fill_endorsements 50000`. Each has its encrypted name and contact, its public entry, a private
link and three audit events, as the actions leave them; constraints hold, triggers are off meanwhile.
"""

import sys
from dataclasses import replace
from typing import Any

import django

BATCH = 2000


def main(count: int) -> None:
    django.setup()
    from django.db import connection, transaction
    from django.db.models import F

    from petition.actions.audit import OPERATOR, record, record_each
    from petition.models import Appeal
    from petition.models.database import triggers
    from petition.reference import clock

    appeal = Appeal.objects.get()
    triggers.remove_triggers(connection)
    try:
        for start in range(appeal.last_number + 1, count + 1, BATCH):
            with transaction.atomic():
                event = record("fill", subject=appeal, by=OPERATOR, at=clock.now())
                endorsements = _insert(appeal, range(start, min(start + BATCH, count + 1)), event.pk)
                for verb in ("submit", "confirm", "approve"):
                    record_each(verb, endorsements, by=OPERATOR)
        Appeal.objects.update(
            last_number=count, revision=F("revision") + (count - appeal.last_number), revised_at=clock.now()
        )
    finally:
        triggers.install_triggers(connection)


def _insert(appeal: Any, numbers: range, event_id: int) -> list[Any]:
    from petition.actions.intake import accept
    from petition.models import AppealText, Contact, Endorsement, PrivateLink, Purpose, Signatory, State
    from petition.reference import clock
    from petition.security.tokens import generate_token, hash_token
    from petition.text.names import fold
    from tests.factories import SUBMISSION

    now, text = clock.now(), AppealText.objects.signed(appeal.pk)
    rows = []
    for number in numbers:
        name = f"Made-up Fund «Мисал {number}»"
        form = replace(SUBMISSION, organisation_name=name, contact_email=f"asel{number}@fund.example")
        row = accept.build_endorsement(appeal, text, form, accept.compute_fingerprint(appeal, form), at=now)
        row.state, row.explained_by = State.APPROVED, event_id
        row.asked_at = row.confirmed_at = row.decided_at = row.weighed_at = now
        row.folded = fold(name)
        rows.append((row, accept.build_contact(row, form)))
    entries = [
        Signatory(
            appeal=appeal, kind="further", number=number, label=f"{row.organisation_name} (Kyrgyzstan)",
            name=row.organisation_name, countries="KG", countries_as_printed="Kyrgyzstan", folded=row.folded,
            listed_on=now.date(), explained_by=event_id,
        )
        for number, (row, _contact) in zip(numbers, rows, strict=True)
    ]  # fmt: skip
    Signatory.objects.bulk_create(entries)
    for entry, (row, _contact) in zip(entries, rows, strict=True):
        row.signatory = entry
    endorsements = Endorsement.objects.bulk_create(row for row, _contact in rows)
    for row, contact in rows:
        contact.endorsement_id = row.pk
    Contact.objects.bulk_create(contact for _row, contact in rows)
    PrivateLink.objects.bulk_create(
        PrivateLink(endorsement=row, purpose=Purpose.OWN_PAGE, digest=hash_token(generate_token(), Purpose.OWN_PAGE))
        for row in endorsements
    )
    return endorsements


if __name__ == "__main__":
    main(int(sys.argv[1]))
