"""A worker that adds the rows of a table until it is killed, or one that stores what it did in two commits.

python -m tests.actions.bulk_entry.killed_worker [careless]
It prints a line when it begins.
"""

import sys
import time

import django


def main(kind: str = "") -> None:
    django.setup()
    from petition.actions.bulk_entry import uploads
    from tests.faults.variants import variant

    copy = uploads
    if kind == "careless":
        changes = {
            "@transaction.atomic\ndef _do_row": "def _do_row",
            '.select_for_update(of=("self",)).select_related("upload__appeal").filter': (
                '.select_related("upload__appeal").filter'
            ),
            "        row.outcome, row.sealed_fields, row.alike = BulkOutcome.ENTERED": (
                "        wait()\n        row.outcome, row.sealed_fields, row.alike = BulkOutcome.ENTERED"
            ),
        }
        copy = variant(uploads, changes, wait=lambda: time.sleep(0.3))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while copy.continue_uploads():
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
