"""`make lint`: every house rule, one line each; all of them are checked even when one is broken."""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from groundwork import environment, folders, interpreter
from groundwork.house_rules import Rules
from groundwork.sentences import say, speak_plainly


def main() -> int:
    """Install the tools if need be, check two rules at a time and tell the verdicts in order."""
    interpreter.require()
    mask = folders.keep_private()
    environment.prepare(folders.ROOT, [environment.RUN, environment.DEV], mask)
    broken = 0
    with tempfile.TemporaryDirectory(prefix="petition-lint-") as state, ThreadPoolExecutor(max_workers=2) as crew:
        checks = Rules(folders.ROOT, Path(state)).checks()
        verdicts = {name: crew.submit(check) for name, check in checks.items()}
        for name, verdict in verdicts.items():
            passed, words = verdict.result()
            say(f"{'ok    ' if passed else 'FAILED'}  {name}")
            if not passed:
                broken += 1
                say(words.strip() + "\n")
    say(f"{broken} of {len(checks)} house rules are broken." if broken else f"All {len(checks)} house rules hold.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(speak_plainly(main))
