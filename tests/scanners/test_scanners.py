"""The scanners themselves take ten minutes (make scan); here is what decides whether they have found what they must."""

from pathlib import Path

import pytest

from tests.scanners import __main__ as command, planted, scanners


def test_each_flaw_can_still_be_planted(tmp_path: Path) -> None:
    copy = planted.copy_site(tmp_path / "copy", is_broken=True)
    for name, replacements in planted.FLAWS.items():
        text = (copy / name).read_text(encoding="utf-8")
        assert all(new in text for _, new in replacements if new), name


@pytest.fixture
def all_planted() -> dict[str, list[str]]:
    return {scanner.name: list(scanner.planted) for scanner in scanners.SCANNERS}


def test_nothing_in_the_site_and_all_that_was_planted_is_right(all_planted: dict[str, list[str]]) -> None:
    assert command.find_problems({name: [] for name in all_planted}, all_planted) == []


def test_a_finding_and_a_missed_flaw_are_problems(all_planted: dict[str, list[str]]) -> None:
    first, *_ = (scanner for scanner in scanners.SCANNERS if scanner.planted)
    assert len(command.find_problems({first.name: ["something"]}, all_planted)) == 1
    missed = all_planted | {first.name: list(first.planted[1:])}
    assert command.find_problems({}, missed) == [f"{first.name} did not find the planted flaw: {first.planted[0]}"]


def test_the_scanners_are_pinned_with_hashes_and_name_no_address() -> None:
    text = scanners.REQUIREMENTS.read_text(encoding="utf-8")
    assert "wapiti3==" in text
    assert "sqlmap==" in text
    assert "--hash=sha256:" in text
    assert "://" not in text
