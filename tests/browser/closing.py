"""Close the appeal as of three days ago, let it open in three days ("upcoming"), or open it again.

python -m tests.browser.closing kyrgyzstan-2020 closed
"""

import os
import sys
from datetime import timedelta

import django


def main(slug: str, how: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "petition.settings")
    django.setup()
    from petition.models import Appeal
    from petition.reference import clock

    days = timedelta(days=3)
    opens_at = clock.now() + days if how == "upcoming" else None
    closes_at = clock.now() - days if how == "closed" else None
    Appeal.objects.filter(slug=slug).update(opens_at=opens_at, closes_at=closes_at)


if __name__ == "__main__":
    main(*sys.argv[1:])
