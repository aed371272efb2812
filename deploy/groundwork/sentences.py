"""How the set-up speaks: whole sentences that say what to do, and never a traceback."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Refusal(Exception):
    """Why the set-up cannot go on, as a sentence for the operator."""


def say(sentence: str) -> None:
    """Print a sentence at once, even when the output goes into a pipe."""
    print(sentence, flush=True)


def speak_plainly(main: Callable[[], int]) -> int:
    """Run a program's `main` and turn whatever stops it into one sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, _leave)
    try:
        return main()
    except Refusal as refusal:
        sentence, code = str(refusal), 1
    except KeyboardInterrupt:
        sentence, code = "Stopped.", 130
    except OSError as error:
        sentence, code = f"This did not work: {error.strerror or error} ({error.filename or 'no file named'}).", 1
    print(sentence, file=sys.stderr, flush=True)
    return code


def _leave(number: int, _frame: object) -> None:
    """End on a signal by an exception, so that whatever was started is also cleared away."""
    raise SystemExit(128 + number)
