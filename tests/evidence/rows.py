"""The rows of docs/evidence.md: what is promised, how much was asked, and what measures it."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
BOTH: Final = (SQLITE, POSTGRESQL)


@dataclass(frozen=True)
class Row:
    """`tests` are files or test ids for pytest, run on each of `databases`; `commands` are other proofs.

    A proof calls `record_figure` with the `name`. `broken` are the tests of broken variants: each must have passed.
    """

    name: str
    promise: str
    asked: str
    tests: tuple[str, ...] = ()
    databases: tuple[str, ...] = BOTH
    commands: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def argument(self) -> str:
        """The name as a word of a command."""
        return self.name.replace(" ", "-")

    def find_missing(self) -> list[str]:
        """Return what of its tests and modules is not there."""
        files = [name for name in self.tests if not (ROOT / name.partition("::")[0]).exists()]
        modules = [command.partition(" -m ")[2].split()[0] for command in self.commands]
        return files + [name for name in modules if not _is_module(name)]


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


ROWS: Final = (
    Row(
        "kills",
        "After a kill of web, worker or PostgreSQL at any moment, what was acknowledged is there exactly once.",
        "100 kills of web and worker on both databases, 50 of PostgreSQL; 0 lost, 0 doubled",
        ("tests/faults/test_kills.py",),
        broken=(
            "test_a_worker_that_marks_rows_done_before_storing_is_noticed",
            "test_a_web_process_that_acknowledges_before_storing_is_noticed",
        ),
    ),
    Row(
        "database outages",
        "While the database is down, frozen, locked or out of connections, pages in memory are served, "
        "and no form is acknowledged that is not stored.",
        "each kind; forms 503 with what was typed, accepted again afterwards",
        ("tests/faults/test_hanging_database.py",),
        broken=("test_without_limits_nothing_would_be_served",),
    ),
    Row(
        "postgresql outages",
        "When PostgreSQL is killed, gone, out of connections or out of disk, no acknowledged form is lost.",
        "50 kills, 20 outages, 10 full disks while forms arrive; 0 lost, no 500",
        ("tests/outages/test_postgresql.py",),
        (SQLITE,),
        broken=(
            "test_a_server_that_commits_before_writing_loses_some",
            "test_a_site_that_thanks_before_storing_is_noticed_on_a_full_disk",
        ),
    ),
    Row(
        "disk full",
        "On a full disk (data, log, temporary files) nothing acknowledged is lost, and the site recovers by itself.",
        "20 full disks while forms arrive; 503 and never 500, 0 lost",
        ("tests/outages/test_full_disk.py",),
        (SQLITE,),
        broken=("test_a_site_that_thanks_before_storing_is_noticed",),
    ),
    Row(
        "double submits",
        "The same form sent many times at one moment is one endorsement and one mail.",
        "50 at once, 200 times, on both databases",
        ("tests/faults/test_submitting.py",),
        broken=("test_without_lookup_and_fingerprint_there_are_more",),
    ),
    Row(
        "intake races",
        "Several workers at once do each waiting form and message once.",
        "8 workers, 400 forms, 100 messages, on both databases",
        ("tests/faults/test_intake_races.py",),
        broken=(
            "test_without_leases_and_without_looking_messages_are_there_twice",
            "test_without_looking_it_does_both_twice",
        ),
    ),
    Row(
        "moderators",
        "Each endorsement is decided once: the first decision wins, and numbers have no gap.",
        "8 moderators decide on the same 500 endorsements at once, on both databases",
        ("tests/faults/test_approving.py",),
        broken=(
            "test_without_locks_two_moderators_at_once_fail",
            "test_without_locks_the_same_race_fails",
            "test_without_locks_numbers_collide",
        ),
    ),
    Row(
        "mail server",
        "Every mail leaves, whatever the mail server does: none is lost, and none is forgotten that was refused.",
        "refusing, cutting, 4xx, 5xx, slow, down for an hour; 100 mails each",
        ("tests/outages/test_mail_server.py",),
        broken=("test_a_queue_that_marks_mails_first_loses_some",),
    ),
    Row(
        "clocks",
        "If a clock is a day wrong, nothing is deleted, no mail is sent early, and everybody can still sign in.",
        "web, worker and database, each a day ahead",
        ("tests/actions/operations/test_clock_checks.py",),
        broken=("test_a_worker_that_uses_its_machine_clock_does_both",),
    ),
    Row(
        "state machine",
        "The rules of numbers, states, names and records hold in any order of actions, crashes and restores.",
        "every action; 200 histories of 40 steps on each database",
        ("tests/actions/test_crashes.py", "tests/actions/test_any_order.py"),
        broken=(
            "test_an_action_that_is_not_one_transaction_is_noticed",
            "test_a_restore_without_the_journal_is_noticed",
        ),
    ),
    Row(
        "flood",
        "A flood of forms neither delays nor hides honest organisations, and lists nobody.",
        "20,000 forms from 5,000 addresses; 50 honest mailboxes get their mail within 24 hours, 0 fake listed",
        ("tests/outages/test_flood.py",),
        (SQLITE,),
        broken=("test_without_the_fair_order_honest_mails_are_late",),
    ),
    Row(
        "public process",
        "An attacker in the public process reads no contact and no unpublished name, and changes nothing.",
        "every table, function and trigger with its login of PostgreSQL; every attempt refused",
        ("tests/security/test_database_roles.py", "tests/security/test_public_process.py"),
        (POSTGRESQL,),
        broken=("test_one_right_too_many_or_too_few_is_reported_and_mended",),
    ),
    Row(
        "moderators session",
        "A moderator's stolen session cannot exceed the hourly limits, and the other staff are told by mail.",
        "each limit at its default value",
        ("tests/admin/team/test_stolen_session.py",),
        broken=("test_without_limits_the_thief_goes_on",),
    ),
    Row(
        "canary",
        "Private texts are nowhere but where the list of columns allows: pages, files, mails, logs, rows.",
        "a text in every private field, a whole scenario, every page and file",
        ("tests/journeys/test_canary.py",),
        (SQLITE,),
        broken=("test_leaks_that_were_planted_are_found",),
    ),
    Row(
        "slow clients",
        "Slow headers, bodies and readers do not keep others from the site behind the nginx that we ship.",
        "200 slow clients of each kind; pages and forms answered meanwhile",
        ("tests/deploy/nginx/test_slow_clients.py",),
        (SQLITE,),
        broken=("test_a_proxy_with_too_few_connections_is_taken_by_slow_visitors",),
    ),
    Row(
        "removal through nginx",
        "A removed name is gone from what nginx keeps within two seconds.",
        "≤ 2 s",
        ("tests/deploy/nginx/test_page_cache.py",),
        (SQLITE,),
        broken=("test_a_proxy_that_decides_by_itself_keeps_a_removed_name",),
    ),
    Row(
        "appeals without a shell",
        "An editor makes a published appeal of a statement in the browser; none of its words is lost or invented.",
        "this appeal, and three with two lists, with people among organisations, with quotations; without JavaScript",
        ("tests/browser/test_new_appeal.py",),
        (SQLITE,),
    ),
    Row(
        "appeal races",
        "When several people publish, close, archive, take down or put back at once, or add a table while the form "
        "is sent: each thing happens once, and nothing is lost.",
        "40 drafts, 2 administrators, a table of 100 organisations, 40 kills in one of 400, on both databases",
        ("tests/actions/appeals/test_races.py", "tests/actions/bulk_entry/test_kills.py"),
        broken=(
            "test_a_worker_with_two_commits_for_a_row_is_noticed",
            "test_without_the_lock_of_the_draft_they_do_not",
            "test_without_the_lock_of_the_appeal_they_do",
            "test_without_the_lock_of_the_row_they_do_not",
        ),
    ),
    Row(
        "taking down",
        "An appeal that is taken down is gone in every format within a second, and from the mirror within a minute.",
        "every former path in three languages, two web processes and the worker's mirror, on both databases",
        ("tests/journeys/test_taking_down.py",),
    ),
    Row(
        "restore drill",
        "A backup on an empty machine gives the same public bytes, less what was removed since.",
        "50,000 endorsements within 15 minutes, with the roles apart",
        ("tests/evidence/test_restore_drill.py",),
    ),
    Row(
        "key rotation",
        "Every key is replaced without downtime; links, codes, forms and sessions go on.",
        "all keys, while requests are answered",
        ("tests/evidence/test_key_rotation.py",),
    ),
    Row(
        "first deployment",
        "The commands of the page for a first deployment work as they are written.",
        "every command that this kind of machine allows",
        ("tests/deploy/test_first_deployment.py",),
        (SQLITE,),
    ),
    Row(
        "failover",
        "When machines of the database, the web, the worker or the cache die, nothing acknowledged is lost.",
        "≥ 2,000 acknowledged, 5 kills and 5 freezes of the primary; 0 lost, pages within 2 s, "
        "writing within 30 s after a kill and 60 s after a freeze",
        commands=("python -m tests.ha", "python -m tests.ha --broken"),
    ),
    Row(
        "load day",
        "One small machine holds the day that took Parliament's petition site down.",
        "33 forms and 5,000 page requests a second for 10 minutes; no 5xx, p99 of a form ≤ 500 ms, removal ≤ 2 s",
        commands=("tests/with_postgresql LOAD_DATABASE_URL python -m tests.load --part day",),
    ),
    Row(
        "long queue",
        "Staff work as quickly with 100,000 listed and 100,000 waiting.",
        "queue p99 ≤ 300 ms, a decision ≤ 150 ms, worker ≤ 150 MB",
        commands=("tests/with_postgresql LOAD_DATABASE_URL python -m tests.load --part queue",),
    ),
    Row(
        "speed",
        "Pages come from memory nearly as fast as files from nginx.",
        "the ratios of docs/benchmark.md",
        commands=("tests/with_postgresql SEARCHED_DATABASE_URL python -m tests.benchmarks",),
    ),
    Row(
        "scanners",
        "Other people's scanners find nothing, and find what is planted in a broken copy.",
        "wapiti, bandit, sqlmap",
        commands=("python -m tests.scanners",),
    ),
)
