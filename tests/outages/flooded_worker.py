"""A slow worker on a site that was flooded, with time moved on: prints after how many hours each honest mail had left.

python -m tests.outages.flooded_worker ROWS_PER_STEP HONEST... [--first-come]

`--first-come` is a broken variant: what came first is done first.
"""

import json
import sys
from datetime import timedelta

import django

STEP = timedelta(minutes=14)
MOST_HOURS = 24
"""A hundred steps take 23 hours."""


def main(rows: int, names: list[str], *, first_come: bool) -> None:
    django.setup()
    from petition.actions.intake import plan, take
    from petition.models import Endorsement, OutgoingMail, Signatory, State
    from petition.reference import clock
    from tests.faults.variants import variant

    if first_come:
        vars(take)["_plan"] = variant(plan, {"places[key], len(turns)": "0, len(turns)"}).Plan()
    start, hours = clock.now(), list[float]()
    for step in range(int(timedelta(hours=MOST_HOURS) / STEP)):
        with clock.freeze(start + step * STEP):
            _work(rows * (step + 1), rows)
        mailboxes = Endorsement.objects.filter(organisation_name__in=names).values("mailbox_index")
        sent = OutgoingMail.objects.filter(mailbox_index__in=mailboxes, sent_at__isnull=False)
        left = sent.values("mailbox_index").distinct().count()
        hours += [(step + 1) * STEP / timedelta(hours=1)] * (left - len(hours))
        if left == len(names):
            break
    listed = Signatory.objects.filter(kind="further").count()
    confirmed = Endorsement.objects.filter(origin="form").exclude(state=State.SUBMITTED).count()
    taken = Endorsement.objects.filter(origin="form").count()
    result = {"hours": hours, "taken": taken, "listed": listed, "confirmed": confirmed}
    sys.stdout.write(json.dumps(result) + "\n")


def _work(until: int, mails: int) -> None:
    """Take forms until so many are done since the start, and deliver so many mails."""
    from petition.actions.intake import take
    from petition.actions.mailing.delivery import deliver_due
    from petition.models import IntakeRow
    from petition.reference import clock

    done = IntakeRow.objects.exclude(done_at=None)
    while done.count() < until and take.process_intake(at=clock.now()):
        pass
    deliver_due(most=mails)


if __name__ == "__main__":
    words = sys.argv[1:]
    main(int(words[0]), [word for word in words[1:] if word != "--first-come"], first_come="--first-come" in words)
