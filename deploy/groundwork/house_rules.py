"""The house rules: what each is called, and how it is checked."""

from __future__ import annotations

import secrets
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from groundwork import markup, pins
from groundwork.passes import site_environment
from groundwork.sentences import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

DJANGO = "5.2"


class Verdict(NamedTuple):
    """What a check found: nothing wrong, or what it says."""

    passed: bool
    words: str = ""


class Rules(NamedTuple):
    """The checks of one checkout; `state` is a folder for whatever the site writes meanwhile."""

    root: Path
    state: Path

    def checks(self) -> dict[str, Callable[[], Verdict]]:
        """All of them, in the order in which they are told."""
        return {
            "ruff check": lambda: self._tool("ruff", "check", "--output-format", "concise"),
            "ruff format": lambda: self._tool("ruff", "format", "--check", "--output-format", "concise"),
            "mypy": lambda: self._tool("mypy"),
            "import layers": lambda: self._tool("lint-imports"),
            "migrations are complete": lambda: self._manage("makemigrations", "--check", "--dry-run"),
            "check --deploy": self._check_deployed,
            "template format": self._check_templates,
            "requirements are fresh": self._check_pins,
            "nothing inline, nothing outside": self._check_markup,
        }

    def _program(self, name: str) -> str:
        return str(self.root / ".venv" / "bin" / name)

    def _run(self, command: list[str], settings: dict[str, str] | None = None) -> Verdict:
        """Run a program in the checkout; what it says counts when it fails."""
        surroundings = {**site_environment(self.state), **(settings or {})}
        done = subprocess.run(
            command, cwd=self.root, env=surroundings, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
        )  # fmt: skip
        return Verdict(done.returncode == 0, done.stdout)

    def _tool(self, name: str, *arguments: str) -> Verdict:
        return self._run([self._program(name), *arguments])

    def _manage(self, *arguments: str, settings: dict[str, str] | None = None) -> Verdict:
        return self._run([self._program("python"), "manage.py", *arguments], settings)

    def _check_deployed(self) -> Verdict:
        """Django's own list for production, on a configuration as an operator would write it."""
        made = self._manage("new_keys")
        if not made.passed:
            return made
        pairs = (line.split("=", 1) for line in made.words.splitlines() if "=" in line)
        keys = {name.strip(): value.strip() for name, value in pairs if name.strip().isidentifier()}
        settings = keys | {
            "SITE_URL": "https://appeal.example", "ALLOWED_HOSTS": "appeal.example", "ROLE": "all",
            "SECRET_KEY": secrets.token_urlsafe(45), "EMAIL_URL": "smtp://127.0.0.1:25",
        }  # fmt: skip
        return self._manage("check", "--deploy", "--fail-level", "WARNING", settings=settings)

    def _check_templates(self) -> Verdict:
        """The format of templates."""
        names = sorted(str(path.relative_to(self.root)) for path in (self.root / "templates").rglob("*.html"))
        return self._tool("djade", "--check", "--target-version", DJANGO, *names) if names else Verdict(passed=True)

    def _check_pins(self) -> Verdict:
        """The requirements files against pyproject.toml."""
        try:
            found = pins.stale_pins(self.root, Path(self._program("uv")))
        except Refusal as refusal:
            found = [str(refusal)]
        return Verdict(not found, "\n".join(found))

    def _check_markup(self) -> Verdict:
        """Templates and static files against what a strict policy allows."""
        found = markup.offences(self.root)
        return Verdict(not found, "\n".join(found))
