"""A mistyped command gives one sentence that says what to do, and no existing file is overwritten."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from petition.models import Appeal
from tests.factories import SLUG
from tests.management.test_error_messages import Operator

SURROGATES = "\udcff\udcfe"
"""Bytes on the command line that are not text, as Python decodes them."""


@pytest.fixture(autouse=True)
def state(settings: Settings, tmp_path: Path) -> Path:
    """Keep the state in a folder of this test, except the database."""
    settings.DATA_DIR = tmp_path / "var"
    settings.DATA_DIR.mkdir()
    return tmp_path


def refusal(*command: str) -> str:
    with pytest.raises(CommandError) as refused:
        call_command(*command)
    message = str(refused.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


@pytest.mark.parametrize("command", ["hide original-1 --appeal", "demo 1 --appeal", "demo --remove --appeal"])
@pytest.mark.parametrize("slug", ["a b/c", "Ñandú", SURROGATES, "x" * 51, "../kyrgyzstan"])
def test_an_invalid_slug_is_refused(appeal: Appeal, command: str, slug: str) -> None:
    assert "is not a slug: use at most 50 letters without accents, digits and hyphens" in refusal(
        *command.split(), slug
    )
    assert Appeal.objects.count() == 1


def test_an_unknown_appeal_is_refused_with_the_known_ones(appeal: Appeal) -> None:
    assert refusal("hide", "original-1", "--appeal", "nowhere") == (
        f"There is no appeal 'nowhere' here: name one of {SLUG}."
    )
    assert refusal("hide", "further-9") == (
        f"The appeal {SLUG!r} has no further-9: find the number on /appeals/{SLUG}/signatories/."
    )


def test_an_empty_site_explains_how_to_publish_an_appeal(db: None) -> None:
    assert "import_statement" in refusal("hide", "original-1")


@pytest.mark.parametrize("count", ["0", "-1", "100001", "9" * 20])
def test_the_size_of_a_demonstration_is_limited(db: None, count: str) -> None:
    assert "from 1 to 100000" in refusal("demo", "--", count)


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_a_backup_needs_a_name(db: None, name: str) -> None:
    assert "name the file to write" in refusal("backup", name)


def _text(place: Path) -> None:
    place.write_text("years of work", encoding="utf-8")


def _archive(place: Path) -> None:
    with zipfile.ZipFile(place, "w") as parts:
        parts.writestr("thesis.txt", "years of work")


@pytest.mark.parametrize("make", [_text, _archive, lambda place: place.symlink_to(place), lambda place: place.mkdir()])
@pytest.mark.parametrize("command", ["backup", "mirror"])
def test_a_file_of_another_program_is_not_overwritten(
    db: None, tmp_path: Path, command: str, make: Callable[[Path], None]
) -> None:
    place = tmp_path / "thesis.zip"
    make(place)
    before = place.lstat().st_ino, place.lstat().st_mtime_ns
    assert f"{place} exists and is not a {command}, so it was not overwritten: name " in refusal(command, str(place))
    assert (place.lstat().st_ino, place.lstat().st_mtime_ns) == before
    assert [path.name for path in tmp_path.iterdir() if "thesis" in path.name] == ["thesis.zip"]


@pytest.mark.parametrize("command", ["backup", "mirror"])
@pytest.mark.parametrize("name", ["file/below.zip", "x" * 300 + ".zip"])
def test_an_impossible_path_is_refused(db: None, tmp_path: Path, command: str, name: str) -> None:
    (tmp_path / "file").touch()
    message = refusal(command, str(tmp_path / name))
    assert message.startswith(f"{tmp_path / name} cannot be written (")
    assert message.endswith("): choose another folder.")


@pytest.mark.parametrize("key", ["abc", "ä", "A" * 44, ""])
def test_without_a_valid_key_no_backup_is_written(db: None, settings: Settings, tmp_path: Path, key: str) -> None:
    settings.BACKUP_PUBLIC_KEY = key
    assert "BACKUP_PUBLIC_KEY is not a valid key" in refusal("backup", str(tmp_path / "one.backup"))
    assert not (tmp_path / "one.backup").exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("nowhere", "No such file"), ("var", "Is a directory"), ("file/below", "Not a directory"), ("", "Is a directory")],
)
@pytest.mark.parametrize("command", ["restore", "import_known"])
def test_an_unreadable_file_is_refused(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    message = refusal(command, name)
    assert expected in message
    assert "): name a" in message


def test_a_file_that_is_no_backup_is_refused(db: None, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam", encoding="utf-8")
    assert "name a file that `manage.py backup` wrote" in refusal("restore", str(tmp_path / "letter.txt"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,domain\n" + "x" * 140_000 + ",b.example\n", "Line 2: field larger than field limit"),
        ("name,domain\nA\n", "Line 2: '' is no mail domain."),
        ("name;domain\nA;b.example\n", "The first line must name the columns"),
        ("", "The first line must name the columns"),
        ('{"name": "A"}', "The first line must name the columns"),
    ],
)
def test_a_list_that_cannot_be_read_changes_nothing(db: None, tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "known.csv").write_text(text, encoding="utf-8")
    message = refusal("import_known", str(tmp_path / "known.csv"))
    assert expected in message
    assert message.endswith("Nothing was changed.")


@pytest.mark.parametrize(
    "line",
    [
        '{"appeal": "a", "kind": "further", "number": 1e400, "at": "2026-11-25T10:00:00+00:00"}',
        '{"appeal": "a", "kind": "further", "number": 1, "at": "2026-11-25T10:00:00"}',
        '{"appeal": "a\\u0000", "kind": "further", "number": 1, "at": "2026-11-25T10:00:00+00:00"}',
        "[" * 100_000,
        "\0" * 100,
    ],
)
def test_a_damaged_journal_is_reported_in_one_sentence(appeal: Appeal, tmp_path: Path, line: str) -> None:
    good = {"appeal": SLUG, "kind": "original", "number": 3, "at": "2026-11-25T10:00:00+00:00"}
    (tmp_path / "removals.jsonl").write_text(f"{json.dumps(good)}\n{line}\n", encoding="utf-8")
    assert "Line 2 of" in refusal("replay_removals", "--journal", str(tmp_path / "removals.jsonl"))


def test_new_keys_needs_no_input_and_stores_nothing(tmp_path: Path) -> None:
    """Without any keys, in any role; and a server must not store keys that are not used."""
    result = Operator.run_alone(["new_keys"], ROLE="public", DATA_DIR=str(tmp_path / "none"))
    assert result.returncode == 0, result.stderr
    assert "CONTACT_INDEX_KEY=" in result.stdout
    assert list((tmp_path / "none").iterdir()) == []
