"""Copies of a module with some of its source replaced: deliberately broken variants that a test must catch."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.faults.parallel import pause


def variant(module: ModuleType, replacements: Mapping[str, str], **names: Any) -> Any:
    """Return a copy of `module` with each text in its source replaced; it sees `names` and `pause` as globals.

    Each text must be there: a control that no longer removes the lock would prove nothing. Typed as Any, since it is
    called like the module that it copies.
    """
    assert module.__file__
    source = Path(module.__file__).read_text(encoding="utf-8")
    for old, new in replacements.items():
        assert old in source, f"{module.__name__} no longer says {old!r}"
        source = source.replace(old, new)
    copy = ModuleType(module.__name__)
    copy.__dict__["pause"] = pause
    exec(compile(source, f"<variant of {module.__name__}>", "exec"), copy.__dict__)
    copy.__dict__.update(names)
    return copy
