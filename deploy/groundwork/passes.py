"""The whole suite, once on each database, and where it is asked for, what of our code it ran."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from groundwork.packages import clean_environment
from groundwork.sentences import say
from groundwork.surroundings import kept

if TYPE_CHECKING:
    from collections.abc import Sequence

# What no database can change runs once.
ONCE = (
    "tests/browser", "tests/tooling", "tests/statements", "tests/text", "tests/test_translations.py",
    "tests/test_architecture.py", "tests/mail/test_messages.py", "tests/publishing/charts/test_land.py",
    "tests/publishing/documents/test_pdf.py", "tests/publishing/documents/test_documents.py",
    "tests/publishing/exports/test_spreadsheet.py", "tests/publishing/test_same_facts.py",
    "tests/publishing/cache/test_strangers.py", "tests/publishing/mirror/test_mirror.py",
    "tests/publishing/charts/test_charts.py", "tests/web/middleware/test_naughty.py",
    "tests/web/middleware/test_headers.py", "tests/web/middleware/test_guard.py", "tests/web/endorse/test_preview.py",
    "tests/web/public/test_privacy.py", "tests/admin/test_rights.py", "tests/screening/test_likeness.py",
    "tests/security/test_contacts.py", "tests/security/test_sealed_files.py", "tests/security/test_redaction.py",
    "tests/security/test_keys.py", "tests/security/test_form_stamps.py", "tests/journeys/test_proxy.py",
    "tests/journeys/test_stopping.py", "tests/management/test_plain_troubles.py", "tests/journeys/test_listening.py",
)  # fmt: skip
NOTHING_SELECTED = 5


class Outcome(NamedTuple):
    """How one pass ended."""

    name: str
    code: int

    def __str__(self) -> str:
        """The outcome in two or three words."""
        if self.code == NOTHING_SELECTED:
            return f"{self.name} had no test to run"
        return f"{self.name} passed" if self.code == 0 else f"{self.name} FAILED"


class Suite(NamedTuple):
    """One call of `make test`: where, with what, and what the caller asked for."""

    root: Path
    chromium: str | None
    arguments: Sequence[str]
    coverage: Path | None  # a folder for what is counted; counting costs half the time again, so it is asked for

    @property
    def python(self) -> str:
        """The Python that has pytest."""
        return str(self.root / ".venv" / "bin" / "python")

    def run(self, name: str, database: str | None, ignored: Sequence[str]) -> Outcome:
        """Run pytest once on one database."""
        command = [self.python, "-m", "pytest", "-n", "2", *(f"--ignore={path}" for path in ignored)]
        counted = self.coverage if not database else None  # one pass counts
        if counted:
            command += ["--cov=petition", "--cov-branch", "--cov-report=", "--cov-fail-under=0"]
        say(f"\n===== {name} =====")
        with tempfile.TemporaryDirectory(prefix="petition-test-") as state:
            surroundings = {**site_environment(Path(state)), "TEST_DATA_DIR": state}
            surroundings.pop("TEST_DATABASE_URL", None)  # one pass is on SQLite
            if counted:
                surroundings["COVERAGE_FILE"] = str(counted / ".coverage")
            if database:
                surroundings["TEST_DATABASE_URL"] = database
            if self.chromium:
                surroundings["CHROMIUM"] = self.chromium
            return Outcome(name, run_to_end([*command, *self.arguments], self.root, surroundings))

    def judge_coverage(self, counted: Path, enforced: bool) -> tuple[str, int]:
        """How much of our code ran; in words, and as an exit code when the limit is enforced."""
        surroundings = {**clean_environment(), "COVERAGE_FILE": str(counted / ".coverage")}
        coverage = [self.python, "-m", "coverage"]
        limit = [] if enforced else ["--fail-under=0"]
        code = run_to_end([*coverage, "report", "--skip-covered", "--show-missing", *limit], self.root, surroundings)
        total = subprocess.run(
            [*coverage, "report", "--format=total", "--precision=1", "--fail-under=0"],
            cwd=self.root, env=surroundings, capture_output=True, text=True, check=False,
        ).stdout.strip()  # fmt: skip
        return f"coverage {total or 'unknown'} %{' TOO LOW' if code else ''}{'' if enforced else ' (not judged)'}", code


def site_environment(state: Path) -> dict[str, str]:
    """The environment for the site's own code: nothing of the operator's, and state in a folder of its own."""
    return {**kept(clean_environment()), "DATA_DIR": str(state)}


def run_to_end(command: list[str], root: Path, surroundings: dict[str, str]) -> int:
    """Run a command to its end; on Ctrl-C give it time to clear up, since it has got that signal as well."""
    with subprocess.Popen(command, cwd=root, env=surroundings) as process:
        try:
            return process.wait()
        except BaseException as stop:
            if not isinstance(stop, KeyboardInterrupt):
                process.send_signal(signal.SIGINT)
            _end(process)
            raise


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that has been told to stop, and kill it in the end."""
    for insist in (process.terminate, process.kill):
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            insist()
        else:
            return
