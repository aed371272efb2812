"""Made-up endorsements for a moderator: ten honest ones and ten in which something was planted.

With EVIDENCE_FULL=1 in the environment of the tests, forty are honest: fifty in all.

`plant` runs inside the site (`manage.py shell`), so that only actions and the worker make what is shown.
"""

import os
from dataclasses import replace
from typing import Any, Final

from tests.screening.corpus import honest_names
from tests.site import SECONDS

SCRIPT: Final = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"
_LOOKS, _AGAIN = "Look closer: Resembles original-", "Look closer: Resembles №"
PLANTED: Final[tuple[tuple[str, dict[str, Any], str], ...]] = (
    ("Crudе Ассоuntаbility", {}, f"{_LOOKS}29"),
    ("Freedorn N0w", {}, f"{_LOOKS}32"),
    ("ＷＯＲＬＤ Organisation Against Torture", {}, f"{_LOOKS}31"),
    ("Нидерландский Хельсинкский комитет Пример", {}, f"{_AGAIN}"),
    ("Niderlandskii Khelsinkskii Komitet Primer", {}, f"{_AGAIN}"),
    ("Ordinary Sparrow Watch", {"hints": ["disposable_mail"]}, "Look closer: A disposable e-mail address"),
    (f"Quiet Heron {SCRIPT}", {"seconds_to_fill": 2}, "Look closer: The form was filled in within 2 seconds."),
    ("Bright Otter Legal Aid", {"hints": ["free_mail"]}, "A free e-mail service"),
    ("Молодёжный клуб «Зимородок»", {"hints": ["free_mail"]}, "A free e-mail service"),
    ("Kestrel Circlе", {}, "Look closer: A word of the name mixes two alphabets."),
)
"""Each with its name, what form and network recorded, and the sentence that a moderator must read."""


HONEST = 4 if os.environ.get("EVIDENCE_FULL") else 1
"""Honest ones before each planted one."""


def names(honest: int = HONEST) -> list[str]:
    """Return all names in the order of their arrival: `honest` ones, a planted one, and so on."""
    kind = [name for name in honest_names() if "Kestrel" not in name]
    return [
        name
        for place, (planted, _, _) in enumerate(PLANTED)
        for name in (*kind[place * honest : (place + 1) * honest], planted)
    ]


def plant(honest: int) -> None:
    """Make the endorsements of `names(honest)`, which wait to be decided, an hour apart; wait until the running worker
    has screened them."""
    import time
    from datetime import timedelta

    from petition.actions.endorsing import confirmation
    from petition.actions.intake import accept
    from petition.actions.self_service import private_links
    from petition.models import Appeal, Endorsement, Purpose
    from petition.reference import clock
    from petition.security.tokens import hash_token
    from tests.factories import SLUG, SUBMISSION

    appeal, now = Appeal.objects.get(slug=SLUG), clock.now()
    strange = {name: columns for name, columns, _ in PLANTED}
    for place, name in enumerate(names(honest)):
        form = replace(SUBMISSION, organisation_name=name, contact_email=f"office{place}@example{place}.example")
        accept.submit(appeal, form, at=now - timedelta(hours=60 - place))
        row = Endorsement.objects.latest("pk")
        digest = hash_token(private_links.create_link(row, Purpose.CONFIRM), Purpose.CONFIRM)
        Endorsement.objects.filter(pk=row.pk).update(**({"seconds_to_fill": 95} | strange.get(name, {})))
        confirmation.confirm(digest, at=now - timedelta(hours=60 - place))
    until = time.monotonic() + SECONDS
    while Endorsement.objects.to_screen().exists():
        assert time.monotonic() < until
        time.sleep(0.1)
