"""Describe an error for a log without its message."""

import traceback
from pathlib import Path


def describe_error(error: BaseException) -> str:
    """Return the class of `error`, that of its cause, and the places in our code, innermost last.

    For example `OperationalError (DeadlockDetected) at retention.py:77 expiry.py:57`.
    """
    # Never the message: it may quote a name or an address from the database.
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "petition" in Path(frame.filename).parts] or frames[-1:]
    places = " ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in ours[-4:])
    cause = f" ({type(error.__cause__).__name__})" if error.__cause__ else ""
    return f"{type(error).__name__}{cause} at {places}"
