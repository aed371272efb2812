"""Print the figures of ARCHITECTURE.md, "Figures": sizes of files and folders, length of import chains.

`python -m tests.tooling.measure_structure` prints a Markdown table; the time of `make test` is written there by hand.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
FREE = ("petition/migrations", "petition/management/commands")  # Django fixes where these lie, one file for each


def source_files() -> list[Path]:
    """Return the Python files of the application, without migrations."""
    files = (path for path in (ROOT / "petition").rglob("*.py") if "migrations" not in path.parts)
    return sorted(files)


def module_name(path: Path) -> str:
    """Return the dotted name under which `path` is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, modules: set[str]) -> set[str]:
    """Return the modules of this project that `path` imports, those inside functions included."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    mine = module_name(path)
    # A name from a package's __init__ is an import of that package; a submodule is one of the submodule alone.
    submodules = {name for name in names & modules if any(name.startswith(f"{other}.") for other in names & modules)}
    packages = {name.rsplit(".", 1)[0] for name in submodules}
    return (names & modules) - {mine} - {package for package in packages if not _takes_names(path, package, modules)}


def _takes_names(path: Path, package: str, modules: set[str]) -> bool:
    """Return whether `path` imports something from `package` that is no submodule."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            return any(f"{package}.{alias.name}" not in modules for alias in node.names)
    return False


def import_graph() -> dict[str, set[str]]:
    """Return for each module the modules that it imports."""
    files = {module_name(path): path for path in source_files()}
    return {name: imports_of(path, set(files)) for name, path in files.items()}


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other in a circle (Tarjan's algorithm)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in graph[name]:
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                groups.append(sorted(group))

    sys.setrecursionlimit(10_000)
    for name in graph:
        if name not in index:
            visit(name)
    return groups


def longest_chain(graph: dict[str, set[str]]) -> list[str]:
    """Return the longest path through the imports; there must be no cycle."""

    @cache
    def chain(name: str) -> tuple[str, ...]:
        longest: tuple[str, ...] = ()
        for other in sorted(graph[name]):
            candidate: tuple[str, ...] = chain(other)
            if len(candidate) > len(longest):
                longest = candidate
        return (name, *longest)

    chains: list[tuple[str, ...]] = [chain(name) for name in graph]
    longest = max(chains, key=len)
    return list(longest)


def functions() -> Iterator[int]:
    """Yield the length of each function in lines."""
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1


def folder_sizes() -> Counter[str]:
    """Return how many files lie in each folder of the application, its templates and its tests."""
    sizes: Counter[str] = Counter()
    for root in ("petition", "templates", "static", "tests", "deploy", "docs"):
        for path in (ROOT / root).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                sizes[path.parent.relative_to(ROOT).as_posix()] += 1
    return Counter({folder: size for folder, size in sizes.items() if folder not in FREE})


def longest_template_line() -> tuple[str, int]:
    """Return the template with the longest line, and the characters of that line."""
    longest = ("", 0)
    for path in sorted((ROOT / "templates").rglob("*.*")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if len(line) > longest[1]:
                longest = (path.relative_to(ROOT).as_posix(), len(line))
    return longest


def rows() -> Iterator[tuple[str, str]]:
    """Yield each figure with its name."""
    files = source_files()
    lengths = [len(path.read_text(encoding="utf-8").splitlines()) for path in files]
    in_functions = list(functions())
    graph = import_graph()
    circles = cycles(graph)
    folder, size = folder_sizes().most_common(1)[0]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    comments = sum(line.lstrip().startswith("#") for line in lines)
    commented = sum(line.lstrip().startswith("#") or "  # " in line for line in lines)
    template, width = longest_template_line()
    yield "files in the fullest folder", f"{size} ({folder})"
    yield "lines of a file, median and most", f"{median(lengths):.0f} and {max(lengths)}"
    yield "lines of a function, median and most", f"{median(in_functions):.0f} and {max(in_functions)}"
    if circles:
        yield "longest import chain", "unknown while there are cycles"
    else:
        yield "longest import chain, modules", str(len(longest_chain(graph)))
    yield "import cycles", str(len(circles))
    yield "lines of Python in `petition/`, without migrations", f"{sum(lengths):,}"
    yield "longest line of a template, characters", f"{width} ({template})"
    yield "share of comment lines", f"{100 * comments / len(lines):.1f} %"
    yield "share of lines with a comment", f"{100 * commented / len(lines):.1f} %"


def main() -> None:
    """Print the table, or with `--chain` the longest import chain."""
    if "--chain" in sys.argv:
        sys.stdout.write("\n".join(longest_chain(import_graph())) + "\n")
        return
    sys.stdout.write("| figure | value |\n|---|---|\n")
    sys.stdout.writelines(f"| {name} | {value} |\n" for name, value in rows())


if __name__ == "__main__":
    main()
