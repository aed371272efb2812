"""What became of each row the last time, kept in docs/evidence.json, so that one row can be run again alone."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.site import ROOT

FILE = ROOT / "docs" / "evidence.json"


@dataclass(frozen=True)
class Result:
    """One run of a row at full size. `problems` says why it is missed; a row without problems held."""

    at: str
    minutes: float
    machine: str
    figures: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_results(file: Path = FILE) -> dict[str, Result]:
    """Return the last result of each row that was run."""
    if not file.exists():
        return {}
    return {name: Result(**values) for name, values in json.loads(file.read_text(encoding="utf-8")).items()}


def keep_result(name: str, result: Result, file: Path = FILE) -> dict[str, Result]:
    """Store the result of one row, and return those of all."""
    results = read_results(file) | {name: result}
    rows = {name: asdict(one) for name, one in sorted(results.items())}
    file.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return results
