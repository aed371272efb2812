"""The operator's other commands."""

import io
import stat
from email import message_from_bytes
from email.policy import default

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from petition.actions.moderation import batches
from petition.management.static_files import collect_if_changed
from petition.models import Appeal, AuditEvent, BatchAction, Endorsement, OutgoingMail, Signatory, SiteState
from petition.reference import clock
from petition.security.keys import KEY_NAMES
from tests.factories import NOON, SLUG, an_appeal, approved, mails_left, submitted


def run(*command: str) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_hide_removes_a_name_at_once(appeal: Appeal) -> None:
    approved(appeal)
    assert "no longer listed" in run("hide", "further-1")
    assert Signatory.objects.get(kind="further", number=1).name == ""
    assert AuditEvent.objects.latest("pk").actor_kind == "operator"


@pytest.mark.parametrize(("reference", "expected"), [("further-9", "has no"), ("nonsense", "not a reference")])
def test_hide_explains_a_mistake(appeal: Appeal, reference: str, expected: str) -> None:
    with pytest.raises(CommandError, match=expected):
        run("hide", reference)


def test_hide_asks_which_appeal(appeal: Appeal) -> None:
    an_appeal("another-2020")
    with pytest.raises(CommandError, match="--appeal"):
        run("hide", "original-1")
    run("hide", "original-1", "--appeal", SLUG)
    assert list(Signatory.objects.filter(label="").values_list("appeal__slug", "number")) == [(SLUG, 1)]


def read_block(text: str) -> dict[str, str]:
    """Return the variables that systemd or a shell would read from these lines of an environment file."""
    return dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("#"))


def test_new_keys_prints_a_block_for_each_role() -> None:
    public, staff = map(read_block, run("new_keys").split("\n\n"))
    assert tuple(public) == ("ROLE", "SECRET_KEY", "CODE_KEY", "CONTACT_PUBLIC_KEY")
    assert tuple(staff) == ("ROLE", *KEY_NAMES)
    assert (public["ROLE"], staff["ROLE"]) == ("public", "staff")
    shared = {name for name in public if public[name] == staff[name]}
    assert shared == {"CODE_KEY", "CONTACT_PUBLIC_KEY"}
    assert len({*public.values(), *staff.values()}) == len(KEY_NAMES) + 3  # two roles, and a second SECRET_KEY


def test_new_keys_prints_one_block_for_a_process_that_does_everything() -> None:
    assert tuple(read_block(run("new_keys", "--all"))) == KEY_NAMES
    assert tuple(read_block(run("new_keys", "--backup"))) == ("BACKUP_PUBLIC_KEY", "BACKUP_PRIVATE_KEY")


def test_purge_erases_expired_rows(appeal: Appeal) -> None:
    mails_left(submitted(appeal, at=NOON.replace(month=10))[0], at=NOON.replace(month=10))
    fresh, _ = submitted(appeal, at=clock.now())
    run("purge")
    assert [row.pk for row in Endorsement.objects.filter(origin="form")] == [fresh.pk]


def test_the_worker_delivers_erases_and_reports(appeal: Appeal, capsys: pytest.CaptureFixture[str]) -> None:
    now = clock.now()
    mails_left(submitted(appeal, at=NOON.replace(month=10))[0], at=NOON.replace(month=10))
    endorsement, token = submitted(appeal, at=now)
    run("worker", "--once")
    mail = OutgoingMail.objects.get(mailbox_index=endorsement.mailbox_index)
    assert mail.sent_at is not None
    assert f"/endorsements/{token}/confirm/" in capsys.readouterr().out
    written = {path: message_from_bytes(path.read_bytes(), policy=default) for path in settings.MAIL_DIR.iterdir()}
    (file,) = [path for path, mail in written.items() if token in mail.get_content()]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Endorsement.objects.filter(origin="form").count() == 1
    state = SiteState.objects.get()
    assert state.worker_seen_at is not None
    assert state.worker_seen_at >= now


def test_static_files_are_collected_once() -> None:
    stamp = settings.STATIC_ROOT / ".collected"
    stamp.unlink(missing_ok=True)
    collect_if_changed()
    before = stamp.stat().st_mtime_ns
    collect_if_changed()
    assert stamp.stat().st_mtime_ns == before


def test_level_shows_and_sets_how_the_site_accepts_endorsements(db: None) -> None:
    assert run("level") == "Normal\n"
    assert run("level", "closed").startswith("Closed")
    assert run("level").startswith("Closed")
    assert AuditEvent.objects.get(verb="set_level").actor_kind == "operator"
    with pytest.raises(CommandError, match="panic"):
        run("level", "panic")


def test_the_worker_continues_a_bulk_action(appeal: Appeal) -> None:
    row, _ = submitted(appeal, at=clock.now())
    batches.start(BatchAction.QUARANTINE, [row.pk], by=1, at=clock.now())
    run("worker", "--once")
    assert Endorsement.objects.on_hold().count() == 1
