"""House rules that no linter knows (ARCHITECTURE.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib import admin
from django.urls import get_resolver

PETITION = Path(__file__).parent.parent / "petition"
SOURCES = [path for path in sorted(PETITION.rglob("*.py")) if "migrations" not in path.parts]
WRITERS = {"save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create"}
READERS = ("web/", "admin/", "management/", "models/", "publishing/", "templatetags/")
STATE = {"state", "status", "display", "explained_by", "revision", "last_number"}


def room(path: Path) -> str:
    return path.relative_to(PETITION).as_posix()


def nodes(path: Path, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
    return (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, kinds))


@pytest.mark.parametrize("path", SOURCES, ids=room)
def test_files_and_functions_are_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    for node in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef):
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        assert (node.end_lineno or 0) - node.lineno < 50, node.name


def writes(path: Path) -> list[str]:
    """Calls of the ORM's writing methods on managers and rows. `set.update` and the like are not told apart: few."""
    return [
        node.func.attr
        for node in nodes(path, ast.Call)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITERS
    ]


def test_only_deeds_write() -> None:
    doors_and_facts = [path for path in SOURCES if room(path).startswith(READERS)]
    assert {room(path): writes(path) for path in doors_and_facts if writes(path)} == {
        "management/static_files.py": ["update", "update"],  # of a hash
        "publishing/documents/docx.py": ["save"],  # of a file in memory
    }


def test_only_deeds_set_a_state() -> None:
    found = set()
    for path in SOURCES:
        for node in nodes(path, ast.Assign, ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if any(isinstance(target, ast.Attribute) and target.attr in STATE for target in targets):
                found.add(room(path))
    assert found == {
        "actions/appeals/publication.py",
        "actions/moderation/batches.py",
        "actions/intake/accept.py",
        "actions/lifecycle.py",
        "actions/listing/entries.py",
    }


def test_the_state_of_an_endorsement_changes_in_one_place() -> None:
    setters = {
        room(path)
        for path in SOURCES
        for node in nodes(path, ast.Assign)
        if isinstance(node, ast.Assign)
        and any(
            isinstance(target, ast.Attribute)
            and target.attr == "state"
            and getattr(target.value, "id", "") == "endorsement"
            for target in node.targets
        )
    }
    assert setters == {"actions/lifecycle.py"}


def test_publishing_names_the_tables_it_reads() -> None:
    """`from petition.models import …` would hand it Endorsement as well."""
    for path in (PETITION / "publishing").rglob("*.py"):
        for node in nodes(path, ast.ImportFrom):
            assert isinstance(node, ast.ImportFrom)
            assert node.module != "petition.models", room(path)


def test_the_admin_shows_the_trail_and_no_other_table() -> None:
    get_resolver().url_patterns  # noqa: B018  (tables are registered where the addresses are)
    assert [model.__name__ for model in admin.site._registry] == ["AuditEvent"]


def test_every_public_function_of_the_deeds_says_what_becomes_true() -> None:
    silent = [
        f"{room(path)}: {node.name}"
        for path in (PETITION / "actions").rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []
