"""Fifty made-up endorsements for a moderator: forty honest ones, and ten in whom something was planted.

`plant` runs inside the site (`manage.py shell`), so that only actions and the worker make what is shown.
"""

from dataclasses import replace
from typing import Any, Final

from tests.screening.corpus import honest_names

SCRIPT: Final = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"
_LOOKS, _AGAIN = "Look closer: Resembles original-", "Look closer: Resembles №"
PLANTED: Final[tuple[tuple[str, dict[str, Any], str], ...]] = (
    ("Crudе Ассоuntаbility", {}, f"{_LOOKS}29"),
    ("Freedorn N0w", {}, f"{_LOOKS}32"),
    ("ＷＯＲＬＤ Organisation Against Torture", {}, f"{_LOOKS}31"),
    ("Нидерландский Хельсинкский комитет Пример", {}, f"{_AGAIN}"),
    ("Niderlandskii Khelsinkskii Komitet Primer", {}, f"{_AGAIN}"),
    ("Ordinary Sparrow Watch", {"hints": ["disposable_mail"]}, "Look closer: A mailbox of the kind"),
    (f"Quiet Heron {SCRIPT}", {"seconds_to_fill": 2}, "Look closer: The form was filled in within 2 seconds."),
    ("Bright Otter Legal Aid", {"hints": ["free_mail"]}, "Neutral: A free mailbox"),
    ("Молодёжный клуб «Зимородок»", {"hints": ["free_mail"]}, "Neutral: A free mailbox"),
    ("Kestrel Circlе", {}, "Look closer: A word of the name mixes two alphabets."),
)
"""Each with its name, what form and network recorded, and the sentence that a moderator must read."""


def names() -> list[str]:
    """All fifty in the order of their arrival: every fifth is planted."""
    kind = [name for name in honest_names() if "Kestrel" not in name][:40]
    return [name for place in range(10) for name in (*kind[place * 4 : place * 4 + 4], PLANTED[place][0])]


def plant() -> None:
    """The fifty wait to be decided, an hour apart."""
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
    for place, name in enumerate(names()):
        form = replace(SUBMISSION, organisation_name=name, contact_email=f"office{place}@example{place}.example")
        accept.submit(appeal, form, at=now - timedelta(hours=60 - place))
        row = Endorsement.objects.latest("pk")
        digest = hash_token(private_links.create_link(row, Purpose.CONFIRM), Purpose.CONFIRM)
        Endorsement.objects.filter(pk=row.pk).update(**({"seconds_to_fill": 95} | strange.get(name, {})))
        confirmation.confirm(digest, at=now - timedelta(hours=60 - place))
