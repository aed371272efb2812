"""The secretariat at work in a process of its own, beside the web processes of a running site.

python -m tests.journeys.staff_actions
It reads actions, one line each, and answers each with where the endorsement is then: ["list", "Made-up Fund"],
["revoke", 7]; actions on the appeal with its public paths: ["take_down", ""].
"""

import json
import secrets
import sys
from typing import Any

import django


def act_on_appeal(action: str, words: str) -> dict[str, object]:
    """Carry out one action on the appeal, or none; return its public paths as they were before."""
    from petition.actions.appeals import states, timeline
    from petition.publishing.public_paths import list_public_pages
    from petition.reference import clock
    from tests import factories

    now, by, slug = clock.now(), factories.MODERATOR, factories.SLUG
    paths = [page.path for page in list_public_pages() if slug in page.path]
    if action == "tell":
        told = timeline.EntryContent("update", now.date(), "", "", dict.fromkeys(("en", "ru", "ky"), words))
        timeline.add_entry(slug, told, by=by, at=now)
    elif action == "take_down":
        states.take_down(slug, by=by, at=now)
    return {"paths": paths}


def act(action: str, of: Any) -> dict[str, object]:
    """Carry out one action: `list` the organisation named `of`, or another on the endorsement `of`."""
    from petition.actions.listing import editions
    from petition.actions.moderation import decisions  # models can be loaded now
    from petition.models import Appeal, Endorsement, Kind
    from petition.reference import clock
    from tests import factories

    now, by = clock.now(), factories.MODERATOR
    if action == "list":
        mailbox = f"{secrets.token_hex(8)}@fund.example"  # few mails go to one
        endorsement = factories.approved(Appeal.objects.get(), at=now, organisation_name=of, contact_email=mailbox)
    else:
        endorsement = Endorsement.objects.get(pk=of)
    signatory = endorsement.signatory
    assert signatory
    match action:
        case "hide":
            decisions.hide(factories.SLUG, Kind(signatory.kind), signatory.number, by=by, at=now)
        case "revoke" | "withdraw":
            getattr(decisions, action)(endorsement.pk, by=by, at=now)
        case "return":
            decisions.revoke(endorsement.pk, by=by, at=now)
            decisions.ask_question(endorsement.pk, "Who decided this?", by=by, at=now)
        case "freeze":
            editions.freeze(factories.SLUG, dated=now.date(), addressee="The President", by=by, at=now)
    where: dict[str, object] = {"endorsement": endorsement.pk, "number": signatory.number, "on": str(now.date())}
    if action == "list":
        where["own_page"] = decisions.issue_private_link(endorsement.pk, by=by, at=now)
    return where


if __name__ == "__main__":
    django.setup()
    for line in sys.stdin:
        action, of = json.loads(line)
        done = (act_on_appeal if action in ("paths", "tell", "take_down") else act)(action, of)
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()
