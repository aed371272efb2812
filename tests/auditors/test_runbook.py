"""Every command, option, page and unit in the pages for operators exists; the runbook can be followed at night."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from tests.site import ROOT

FOLDER = ROOT / "docs" / "operators"
RUNBOOK = (FOLDER / "runbook.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (.+)\n\n((?:(?!^## ).*\n)*)", RUNBOOK, re.M)
MOST_LINES = 15


def find_unknown(text: str) -> set[str]:
    """Return the commands and options of `manage.py` in the text that do not exist."""
    unknown = set()
    for name, rest in re.findall(r"manage\.py ([a-z_]+)([^`\n]*)", text):
        application = get_commands().get(name)
        if application is None:
            unknown.add(name)
            continue
        command = application if not isinstance(application, str) else load_command_class(application, name)
        known = command.create_parser("manage.py", name)._option_string_actions
        unknown |= {f"{name} {option}" for option in re.findall(r"--[a-z-]+", rest) if option not in known}
    return unknown


def find_dead_links(page: Path) -> list[str]:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    return [link for link in links if "://" not in link and not (page.parent / link).exists()]


def test_every_command_and_option_exists() -> None:
    for page in FOLDER.glob("*.md"):
        assert find_unknown(page.read_text(encoding="utf-8")) == set(), page.name


def test_what_does_not_exist_is_found() -> None:
    text = "`manage.py gone x`, `manage.py hide further-1 --gone`, `manage.py hide further-1 --appeal x`"
    assert find_unknown(text) == {"gone", "hide --gone"}


@pytest.mark.parametrize("folder", ["operators", "auditors"])
def test_every_link_leads_to_a_page(folder: str, tmp_path: Path) -> None:
    assert {
        page.name: find_dead_links(page) for page in (ROOT / "docs" / folder).glob("*.md") if find_dead_links(page)
    } == {}
    (tmp_path / "page.md").write_text("[gone](gone.md#part)", encoding="utf-8")
    assert find_dead_links(tmp_path / "page.md") == ["gone.md"]


def test_each_section_is_short_and_begins_with_what_to_do_first() -> None:
    assert len(SECTIONS) >= 10
    for title, body in SECTIONS:
        assert body.startswith("First "), title
        # The end of a site has a block of commands to paste.
        lines = [line for line in re.sub(r"```sh\n.*?```", "", body, flags=re.S).splitlines() if line.strip()]
        assert len(lines) <= MOST_LINES, title


def test_its_units_are_shipped() -> None:
    shipped = {path.stem for path in (ROOT / "deploy" / "systemd").iterdir()}
    assert set(re.findall(r"petition-(?:public|staff|worker|backup|rewrite)\b(?!_)", RUNBOOK)) <= shipped
