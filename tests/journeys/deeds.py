"""One deed of the secretariat, in a process of its own on a site that runs; says where the endorsement is then.

python -m tests.journeys.deeds list "Made-up Fund"      python -m tests.journeys.deeds revoke 7
"""

import json
import secrets
import sys

import django


def main(deed: str, of: str) -> None:
    django.setup()
    from petition.actions.listing import editions
    from petition.actions.moderation import decisions  # models can be loaded now
    from petition.models import Appeal, Endorsement, Kind
    from petition.reference import clock
    from tests import factories

    now, by = clock.now(), factories.MODERATOR
    if deed == "list":
        mailbox = f"{secrets.token_hex(8)}@fund.example"  # each process numbers its own from 1, and few mails go to one
        endorsement = factories.approved(Appeal.objects.get(), at=now, organisation_name=of, contact_email=mailbox)
    else:
        endorsement = Endorsement.objects.get(pk=of)
    signatory = endorsement.signatory
    assert signatory
    match deed:
        case "hide":
            decisions.hide(factories.SLUG, Kind(signatory.kind), signatory.number, by=by, at=now)
        case "revoke" | "withdraw":
            getattr(decisions, deed)(endorsement.pk, by=by, at=now)
        case "return":
            decisions.revoke(endorsement.pk, by=by, at=now)
            decisions.ask(endorsement.pk, "Who decided this?", by=by, at=now)
        case "freeze":
            editions.freeze(factories.SLUG, dated=now.date(), addressee="The President", by=by, at=now)
    where: dict[str, object] = {"endorsement": endorsement.pk, "number": signatory.number, "on": str(now.date())}
    if deed == "list":
        where["own_page"] = decisions.issue_own_page(endorsement.pk, by=by, at=now)
    json.dump(where, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
