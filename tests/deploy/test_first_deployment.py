"""The commands of the page "First deployment" make a site whose checks pass and whose mails leave."""

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.deploy import page
from tests.deploy.machine import Machine, lacking_machine, start_machine
from tests.evidence.figures import record_figure
from tests.programs import lacking_postgresql, lacking_proxy, need
from tests.site import ROOT

TEXT = page.PAGE.read_text(encoding="utf-8")
RUNBOOK = (ROOT / "docs" / "operators" / "runbook.md").read_text(encoding="utf-8")
UNITS = ("petition-public", "petition-staff", "petition-worker")
CERTIFICATE = f"/etc/letsencrypt/live/{page.HOST}/fullchain.pem"
ENVIRONMENT = {
    "DJANGO_SUPERUSER_PASSWORD": page.PASSWORD,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
PREPARE = f"""
[ -L /var/run ] || {{ rm -rf /var/run; ln -s /run /var/run; }}
install -d -o postgres -g postgres /run/postgresql
rm -rf /opt/petition /etc/petition /var/lib/petition-* /etc/postgresql /var/lib/postgresql /var/www/acme
rm -f /etc/nginx/conf.d/* /usr/local/sbin/petition
mkdir -p /var/www/html /var/lib/postgresql /etc/nginx/sites-enabled
chown postgres:postgres /var/lib/postgresql
touch /etc/nginx/sites-enabled/default
echo '127.0.0.1 {page.HOST} localhost' >/etc/hosts
pg_createcluster --start-conf=manual --start $(ls /usr/lib/postgresql | tail -1) main
"""
"""A new machine has PostgreSQL running, nginx, and no file of this site."""


def test_the_page_lists_what_is_not_run() -> None:
    assert page.read_not_run(TEXT) == page.NOT_RUN
    commands = page.read_commands(TEXT)
    programs = {line.split()[0] for lines in commands.values() for line in lines}
    assert set(page.NOT_RUN) <= programs | set(commands)
    assert page.read_not_run(TEXT.replace("- `rsync`", "- `cp`")) != page.NOT_RUN


def test_each_substitution_is_of_something_on_the_page() -> None:
    lines = [line for text in (TEXT, RUNBOOK) for lines in page.read_commands(text).values() for line in lines]
    for written in page.SUBSTITUTED:
        assert any(written in line for line in lines), written
    for begin in page.INSTEAD:
        assert any(line.startswith(begin) for line in lines), begin


def test_each_line_is_a_whole_command() -> None:
    """So that a person can copy one after the other, and the test can run it alone."""
    for lines in page.read_commands(TEXT).values():
        for line in lines:
            assert not line.endswith("\\"), line
            assert not line.startswith(("cd ", "sudo ", "#", " ")), line


@pytest.mark.long
def test_its_commands_make_a_site_that_answers(tmp_path: Path) -> None:
    """Over a minute: it installs the packages, starts PostgreSQL, nginx and the processes, and ends the site."""
    need(lacking_postgresql() or lacking_proxy())
    if lacking := lacking_machine():
        pytest.skip(lacking)  # also where nothing may be skipped: no package gives these rights
    checkout = copy_checkout(tmp_path)
    began = time.monotonic()
    with start_machine() as machine:
        assert_runs(machine, PREPARE)
        machine.copy(checkout, "/tmp/checkout")
        machine.start([f"{ROOT}/.venv/bin/python", "-m", "aiosmtpd", "-n", "-l", "127.0.0.1:2525",
                       "-c", "aiosmtpd.handlers.Mailbox", "/tmp/mails"], {"HOME": "/root"})  # fmt: skip
        counts = run_page(machine)
        end_site(machine)
    seconds = time.monotonic() - began
    record_figure("first deployment", f"{counts[0]} of {sum(counts)} commands run in {seconds:.0f} s")


def copy_checkout(folder: Path) -> Path:
    """Return a copy of what a person gets who clones the repository as it is now."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in names.split("\0"):
        if name and not name.startswith("tests/") and (ROOT / name).exists():
            (folder / "checkout" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / "checkout" / name)
    return folder / "checkout"


def run_page(machine: Machine) -> tuple[int, int]:
    """Run all commands in order; return how many were run, and how many were not."""
    run = left_out = 0
    for heading, lines in page.read_commands(TEXT).items():
        for line in lines:
            if not page.explain_not_run(heading, line):
                run += 1
                trusted = {"CURL_CA_BUNDLE": CERTIFICATE} if line.startswith("curl") else {}
                output = assert_runs(machine, page.substitute(line), trusted, is_online="pip install" in line)
                if " check --deploy" in line:
                    wanted = "1 issue" if " staff " in line else "no issues"
                    assert f"identified {wanted}" in output, f"{line}\n{output}"
                continue
            left_out += 1
            for begin, script in page.INSTEAD.items():
                if line.startswith(begin) and heading != "In containers":
                    assert_runs(machine, script)
            if line.startswith("systemctl enable"):
                start_units(machine)
    return run, left_out


def end_site(machine: Machine) -> None:
    """Run the commands of the runbook that delete everything, and those that prove it."""
    lines = page.read_commands(RUNBOOK)["Ending the site"]
    proofs = [line for line in lines if line.startswith("! ")]
    assert len(proofs) == 4
    for proof in proofs:  # while the site is there, each must find it
        assert machine.run(f"{page.substitute(proof)} || exit 7").code == 7, proof
    for line in lines:
        if line.startswith("systemctl"):
            assert_runs(machine, f"pkill --uid {','.join(UNITS)}; nginx -s stop; sleep 3")
            continue
        output = assert_runs(machine, page.substitute(line))
        assert line not in proofs or not output, f"{line}\n{output}"


def assert_runs(
    machine: Machine, script: str, environment: dict[str, str] | None = None, *, is_online: bool = False
) -> str:
    result = machine.run(script, ENVIRONMENT | (environment or {}), is_online=is_online)
    assert result.code == 0, f"{script}\n{result.output}"
    return result.output


def start_units(machine: Machine) -> None:
    """Start the processes as systemd would: the user, environment and command of each installed unit."""
    for name in UNITS:
        unit = machine.run(f"cat /etc/systemd/system/{name}.service").output.replace("\\\n", "")
        (user,) = re.findall(r"^User=(.+)$", unit, re.M)
        (command,) = re.findall(r"^ExecStart=(.+)$", unit, re.M)
        (folder,) = re.findall(r"^WorkingDirectory=(.+)$", unit, re.M)
        files = " ".join(re.findall(r"^EnvironmentFile=(.+)$", unit, re.M))
        variables = dict(re.findall(r"^([A-Z_]+)=(.+)$", machine.run(f"cat {files}").output, re.M))
        machine.start(["sh", "-c", f"umask 077 && cd {folder} && exec {command}"], variables, user=user)
