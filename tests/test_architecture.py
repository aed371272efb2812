"""Rules of ARCHITECTURE.md that no linter knows."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.contrib import admin
from django.urls import get_resolver

from tests.tooling import measure_structure

ROOT = Path(__file__).parent.parent
PETITION = ROOT / "petition"
SOURCES = [path for path in sorted(PETITION.rglob("*.py")) if "migrations" not in path.parts]
ORM_WRITES = {"save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create"}
READERS = ("web/", "admin/", "management/", "models/", "publishing/", "templatetags/")
STATE_FIELDS = {"state", "status", "display", "explained_by", "revision", "last_number"}
DOCUMENTS = (
    "ARCHITECTURE.md",
    "README.md",
    *(f"docs/{name}.md" for name in ("CONTRIBUTING", "SECURITY", "decisions", "operating")),
    *(f"docs/operators/{name}.md" for name in ("first-deployment", "monitoring")),
)


def short(path: Path) -> str:
    return path.relative_to(PETITION).as_posix()


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def find_nodes(path: Path, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
    return (node for node in ast.walk(parse(path)) if isinstance(node, kinds))


def test_files_functions_and_folders_are_small() -> None:
    too_long = [short(path) for path in SOURCES if len(path.read_text(encoding="utf-8").splitlines()) > 300]
    assert too_long == []
    for path in SOURCES:
        for node in find_nodes(path, ast.FunctionDef, ast.AsyncFunctionDef):
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            assert (node.end_lineno or 0) - node.lineno < 50, f"{short(path)}: {node.name}"
    assert {folder: size for folder, size in measure_structure.folder_sizes().items() if size > 15} == {}


def test_template_lines_are_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 160
    ]
    assert long == []


def test_imports_have_no_cycle_and_short_chains() -> None:
    graph = measure_structure.import_graph()
    assert measure_structure.cycles(graph) == []
    assert len(measure_structure.longest_chain(graph)) <= 12, measure_structure.longest_chain(graph)


def test_documents_name_files_that_exist() -> None:
    """A path in backquotes is one below the repository or below petition/."""
    missing = []
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        for name in re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|html|txt|css|js|json|conf|cfg|typ))`", text):
            if name.split("/")[0] not in ("var", "DATA_DIR") and not any(
                (folder / name).exists() for folder in (ROOT, PETITION)
            ):
                missing.append(f"{document}: {name}")
    assert missing == []


def find_writes(path: Path) -> list[str]:
    """Return the calls of ORM methods that write. `set.update` and the like look the same: the exceptions below."""
    return [
        node.func.attr
        for node in find_nodes(path, ast.Call)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ORM_WRITES
    ]


def test_only_actions_write() -> None:
    readers = [path for path in SOURCES if short(path).startswith(READERS)]
    assert {short(path): find_writes(path) for path in readers if find_writes(path)} == {
        "management/commands/worker.py": ["update", "update"],  # of the journal's file and of the mirror
        "management/static_files.py": ["update", "update"],  # of a hash
        "publishing/documents/docx_parts.py": ["save"],  # of a file in memory
    }


def test_only_actions_set_a_state() -> None:
    setters = set()
    for path in SOURCES:
        for node in find_nodes(path, ast.Assign, ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if any(isinstance(target, ast.Attribute) and target.attr in STATE_FIELDS for target in targets):
                setters.add(short(path))
    assert setters == {
        "actions/intake/accept.py",
        "actions/lifecycle.py",
        "actions/listing/entries.py",
        "actions/listing/revision.py",
        "actions/moderation/batches.py",
        "actions/refusals.py",  # an exception that carries the state
    }


def test_the_state_of_an_endorsement_changes_in_one_place() -> None:
    setters = {
        short(path)
        for path in SOURCES
        for node in find_nodes(path, ast.Assign)
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
    """`from petition.models import Endorsement` would pass the import contract, which knows modules alone."""
    modules = {path.stem for path in (PETITION / "models").glob("*.py")}
    for path in (PETITION / "publishing").rglob("*.py"):
        for node in find_nodes(path, ast.ImportFrom):
            assert isinstance(node, ast.ImportFrom)
            if node.module == "petition.models":
                assert {alias.name for alias in node.names} <= modules, short(path)


def test_the_admin_shows_the_audit_log_and_no_other_table() -> None:
    get_resolver().url_patterns  # noqa: B018  (tables are registered where the addresses are)
    assert [model.__name__ for model in admin.site._registry] == ["AuditEvent"]


def test_public_functions_of_actions_have_docstrings() -> None:
    silent = [
        f"{short(path)}: {node.name}"
        for path in (PETITION / "actions").rglob("*.py")
        for node in parse(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []
