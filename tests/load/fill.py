"""python -m tests.load.fill LISTED WAITING: fills the appeal with endorsements; the actions would take hours.

Each has its encrypted name and contact and three audit events, as the actions leave them. A quarter of those that wait
are not named. Constraints hold; triggers are off meanwhile.
"""

import sys
from dataclasses import replace
from typing import Any

import django

BATCH = 2_000
UNSCREENED = 200
"""How many of those that wait were not screened yet: the worker has something to do."""


def main(listed: int, waiting: int) -> None:
    django.setup()
    from django.db import connection

    from petition.models import Appeal
    from petition.models.database import triggers

    triggers.remove_triggers(connection)
    try:
        appeal = Appeal.objects.get()
        for first in range(1, listed + 1, BATCH):
            _fill(appeal, range(first, min(first + BATCH, listed + 1)), is_listed=True)
        Appeal.objects.update(last_number=listed, revision=appeal.revision + listed)
        numbers = range(listed + 1, listed + waiting + 1)
        for start in range(0, waiting, BATCH):
            _fill(appeal, numbers[start : start + BATCH], is_listed=False, unscreened=numbers[-UNSCREENED:])
    finally:
        triggers.install_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _fill(appeal: Any, numbers: range, *, is_listed: bool, unscreened: range = range(0)) -> None:
    from django.db import transaction

    from petition.actions.audit import OPERATOR, record, record_each
    from petition.models import Contact, Endorsement
    from petition.reference import clock

    with transaction.atomic():
        event = record("fill", subject=appeal, by=OPERATOR, at=clock.now())
        rows = [
            _build(appeal, number, event.pk, is_listed=is_listed, is_screened=number not in unscreened)
            for number in numbers
        ]
        if is_listed:
            _list(appeal, [row for row, _contact in rows], numbers, event.pk)
        stored = Endorsement.objects.bulk_create(row for row, _contact in rows)
        for row, contact in rows:
            contact.endorsement_id = row.pk
        Contact.objects.bulk_create(contact for _row, contact in rows)
        for verb in ("submit", "confirm", "approve") if is_listed else ("submit", "confirm"):
            record_each(verb, stored, by=OPERATOR)


def _build(appeal: Any, number: int, event: int, *, is_listed: bool, is_screened: bool) -> tuple[Any, Any]:
    from petition.actions.intake import accept
    from petition.models import AppealText, State
    from petition.reference import clock
    from petition.screening.similarity import build_search_key
    from tests.benchmarks.rows import NAMES
    from tests.factories import SUBMISSION

    now, name = clock.now(), NAMES[number % len(NAMES)].format(number)
    form = replace(
        SUBMISSION,
        organisation_name=name,
        contact_email=f"person{number}@fund{number}.example",
        display="withheld" if number % 4 == 0 and not is_listed else "named",
    )
    text = AppealText.objects.signed(appeal.pk)
    row = accept.build_endorsement(appeal, text, form, accept.compute_fingerprint(appeal, form), at=now)
    row.explained_by = event
    row.asked_at = row.confirmed_at = now
    row.weighed_at = now if is_screened else None
    row.state = State.CONFIRMED
    if row.organisation_name and is_screened:
        row.folded = build_search_key(row.organisation_name, row.acronym)
    if is_listed:
        row.state, row.decided_at = State.APPROVED, now
    return row, accept.build_contact(row, form)


def _list(appeal: Any, rows: list[Any], numbers: range, event: int) -> None:
    from petition.models import Signatory
    from petition.reference import clock
    from petition.text.names import fold, fold_to_latin

    entries = [
        Signatory(
            appeal=appeal, kind="further", number=number, label=f"{row.organisation_name} (Kyrgyzstan)",
            name=row.organisation_name, countries="KG", countries_as_printed="Kyrgyzstan",
            folded=fold(row.organisation_name), latin=fold_to_latin(row.organisation_name),
            listed_on=clock.now().date(), explained_by=event,
        )
        for number, row in zip(numbers, rows, strict=True)
    ]  # fmt: skip
    Signatory.objects.bulk_create(entries)
    for entry, row in zip(entries, rows, strict=True):
        row.signatory = entry


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
