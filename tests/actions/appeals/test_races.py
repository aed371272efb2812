"""Several people at once on one appeal, and several workers on one table: each thing happens once, none is lost.

Each race is also run against a copy of the action without its lock: if that did not fail, the race would prove nothing.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, connections

from petition.actions.appeals import opening, states
from petition.actions.appeals.drafts import drafts
from petition.actions.appeals.opening import Opening
from petition.actions.audit import Actor
from petition.actions.bulk_entry import table_files, uploads
from petition.actions.endorsing import confirmation
from petition.actions.intake import accept
from petition.actions.refusals import DraftChanged, NotPossible, SecondPersonNeeded
from petition.models import Appeal, AppealDraft, AuditEvent, BulkOutcome, Endorsement, Origin, OutgoingMail, Role
from petition.models.choices import ACTIVE
from petition.reference import clock
from petition.security.tokens import hash_token
from tests import factories
from tests.evidence.figures import record_figure, sized
from tests.factories import NOON, SLUG
from tests.faults.parallel import run_parallel
from tests.faults.variants import variant

pytestmark = [pytest.mark.long, pytest.mark.both_databases, pytest.mark.usefixtures("committed")]

ROUNDS, ORGANISATIONS = sized(2, 40), sized(8, 100)
REFUSALS = (NotPossible, SecondPersonNeeded, DraftChanged, AppealDraft.DoesNotExist)
SOURCE = (
    "An appeal\n\n9 October 2020\n\nWe are concerned.\n\nSigned by:\n\nMade-up Foundation (Kyrgyzstan)\n"
    "Invented Association (Germany)\n"
)
NO_LOCK = {"select_for_update()": "all()"}
PAUSED_SAVE = "    for name, moment in moments.items():\n"


def deferred(work: Callable[[], Any]) -> Any:
    """Do it as without the lock that SQLite takes at the beginning of a transaction."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        vars(connections["default"])["transaction_mode"] = "DEFERRED"
    return work()


def staff(role: Role, count: int) -> list[Actor]:
    group, _ = Group.objects.get_or_create(name=role)
    accounts = [User.objects.create_user(f"{role}{number}", is_staff=True) for number in range(count)]
    for account in accounts:
        account.groups.add(group)
    return [Actor.staff(account.pk) for account in accounts]


# --- editors and administrators ---


def a_proposed_draft(by: Actor) -> AppealDraft:
    draft = drafts.create_draft(SOURCE, "en", by=by, at=NOON)
    for do in (drafts.lock, drafts.publish_or_propose):
        draft.refresh_from_db()
        do(draft.pk, seen=draft.changes, by=by, at=NOON)
    draft.refresh_from_db()
    return draft


def publish_at_once(copy: Any, actors: list[Actor], *, lock: bool) -> list[str]:
    """Let all publish one draft; return what went wrong."""
    draft = a_proposed_draft(actors[0])
    publish = [
        partial(copy.publish_or_propose, draft.pk, seen=draft.changes, by=actor, at=NOON) for actor in actors[1:]
    ]
    outcomes = run_parallel(publish if lock else [partial(deferred, work) for work in publish])
    wrong = [repr(one) for one in outcomes if isinstance(one, Exception) and not isinstance(one, REFUSALS)]
    if [one for one in outcomes if not isinstance(one, Exception)] != [True]:
        wrong.append(f"published more or less than once: {outcomes}")
    if AppealDraft.objects.filter(pk=draft.pk).exists():
        wrong.append("the draft is left")
    imports = AuditEvent.objects.filter(verb="import", appeal_id=Appeal.objects.get(slug=draft.slug).pk).count()
    return wrong if imports == 1 else [*wrong, f"{imports} imports"]


def test_editors_who_publish_at_once_publish_one_appeal() -> None:
    actors = staff(Role.EDITOR, 4)
    for _ in range(ROUNDS):
        assert publish_at_once(drafts, actors, lock=True) == []
    record_figure("appeal races", f"{ROUNDS} drafts, three editors at once: each published once")


def test_without_the_lock_of_the_draft_they_do_not() -> None:
    publish = "    publication.publish_statement(read_statement(draft)"
    careless = variant(drafts, NO_LOCK | {publish: f"    pause()\n{publish}"})
    actors = staff(Role.EDITOR, 4)
    assert [wrong for _ in range(3) for wrong in publish_at_once(careless, actors, lock=False)] != []


def change_at_once(copy: Any, administrators: list[Actor], *, lock: bool) -> list[str]:
    """Let all close, archive and take down the appeal, then put it back; return what went wrong."""
    slug = "raced"
    appeal = factories.an_appeal(slug)
    before = appeal.revision
    close = partial(opening.set_opening, slug, Opening(None, NOON, "UTC", ""), by=administrators[0], at=NOON)
    down = [partial(copy.take_down, slug, by=actor, at=NOON) for actor in administrators]
    archive = [partial(copy.archive, slug, by=actor, at=NOON) for actor in administrators]
    first = [close, *down, *archive]
    back = [partial(copy.put_back, slug, by=actor, at=NOON) for actor in administrators]
    wrong: list[str] = []
    for works in (first, back):
        outcomes = run_parallel(works if lock else [partial(deferred, work) for work in works])
        wrong += [repr(one) for one in outcomes if isinstance(one, Exception) and not isinstance(one, REFUSALS)]
    appeal.refresh_from_db()
    verbs = Counter(AuditEvent.objects.filter(appeal_id=appeal.pk).values_list("verb", flat=True))
    once = ("set_opening", "take_down", "archive", "propose_put_back", "put_back")
    wrong += [f"{verbs[verb]} times {verb}" for verb in once if verbs[verb] != 1]
    if appeal.revision != before + 4:
        wrong.append(f"{appeal.revision - before} revisions for four changes")
    if appeal.taken_down_at or not (appeal.archived_at and appeal.closes_at):
        wrong.append("a change is lost")
    return wrong


def test_administrators_who_change_one_appeal_at_once_lose_nothing() -> None:
    assert change_at_once(states, staff(Role.ADMINISTRATOR, 2), lock=True) == []


def test_without_the_lock_of_the_appeal_they_do() -> None:
    careless = variant(states, NO_LOCK | {PAUSED_SAVE: f"    pause()\n{PAUSED_SAVE}"})
    assert change_at_once(careless, staff(Role.ADMINISTRATOR, 2), lock=False) != []


# --- a table of endorsements, and the form ---


def enter_at_once(copy: Any, *, lock: bool) -> list[str]:
    """Let two workers add a table while the same organisations confirm their forms; return what went wrong."""
    appeal = factories.an_appeal(SLUG)
    submissions = [factories.a_submission(contact_name="Asel", contact_role="director") for _ in range(ORGANISATIONS)]
    lines = ["organisation_name,countries,display,contact_name,contact_role,contact_email"]
    lines += [f"{one.organisation_name},KG,named,Asel,director,{one.contact_email}" for one in submissions]
    rows = table_files.read_table("\n".join(lines), language="en")
    upload = uploads.create_upload(appeal, rows, origin=Origin.EMAIL, note="x", by=factories.MODERATOR, at=NOON)
    with clock.freeze(NOON):
        while uploads.continue_uploads():
            pass
        for submission in submissions[::2]:  # every second one also fills in the form
            accept.submit(appeal, submission, at=NOON)
            factories.ask_mailboxes()
        sent = [content for message, _, content in factories.mails() if message == "confirm_mailbox"]
        uploads.start(upload.pk, by=factories.MODERATOR, at=NOON)

        def work() -> None:
            while copy.continue_uploads(upload_id=upload.pk):
                pass

        def confirm_all() -> None:
            for content in sent:
                confirmation.confirm(hash_token(factories.token_in(content), "confirm"), at=NOON)

        works: list[Callable[[], None]] = [work, work, confirm_all]
        outcomes = run_parallel(works if lock else [partial(deferred, one) for one in works])
        wrong = [repr(one) for one in outcomes if isinstance(one, Exception)]
        wrong += _confirm_entered()
    outcomes_of_rows = Counter(upload.rows.values_list("outcome", flat=True))
    # By the audit log: the form that its contact confirms erases what was entered for the same organisation.
    entered = AuditEvent.objects.filter(verb="submit", actor_kind="staff").count()
    if outcomes_of_rows[BulkOutcome.ENTERED] != entered:
        wrong.append(f"{outcomes_of_rows[BulkOutcome.ENTERED]} rows say that they were added, {entered} were")
    others = set(outcomes_of_rows) - {BulkOutcome.ENTERED, BulkOutcome.DUPLICATE}
    wrong += [f"rows are {others}"] if others else []
    active = Endorsement.objects.filter(origin__in=[Origin.EMAIL, Origin.FORM], state__in=ACTIVE)
    names = Counter(active.values_list("name_index", flat=True))
    if len(names) != ORGANISATIONS or set(names.values()) != {1}:
        wrong.append(f"{len(names)} organisations endorse, {sum(names.values())} times, of {ORGANISATIONS}")
    return wrong


def _confirm_entered() -> list[str]:
    """Confirm what the workers added, as its contacts do; each has one mail."""
    waiting = OutgoingMail.objects.filter(message="entered")
    twice = waiting.count() - waiting.values("endorsement").distinct().count()
    for message, _, content in factories.mails():
        if message == "entered":
            confirmation.confirm(hash_token(factories.token_in(content), "confirm"), declared=True, at=NOON)
    return [f"{twice} mails twice"] if twice else []


def test_a_table_and_the_form_make_one_endorsement_of_each_organisation() -> None:
    assert enter_at_once(uploads, lock=True) == []
    record_figure(
        "appeal races",
        f"{ORGANISATIONS} organisations in a table, two workers, half with the form at once: each endorses once",
    )


def test_without_the_lock_of_the_row_they_do_not() -> None:
    careless = variant(
        uploads,
        {
            '.select_for_update(of=("self",)).select_related("upload__appeal").filter(pk=row_id).first()': (
                '.select_related("upload__appeal").filter(pk=row_id).first()\n    pause()'
            )
        },
    )
    assert enter_at_once(careless, lock=False) != []
