"""A process that submits endorsements until it is killed, and prints the name of each acknowledged one.

python -m tests.faults.submitter SLUG PREFIX
"""

import itertools
import sys
from dataclasses import replace

import django


def main(slug: str, prefix: str) -> None:
    django.setup()
    # After set-up, since models cannot be loaded before it.
    from petition.actions.intake.accept import submit
    from petition.models import Appeal
    from petition.reference import clock
    from tests.factories import SUBMISSION

    appeal = Appeal.objects.get(slug=slug)
    for number in itertools.count():
        name = f"{prefix}-{number}"
        submit(
            appeal, replace(SUBMISSION, organisation_name=name, contact_email=f"{name}@fund.example"), at=clock.now()
        )
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
