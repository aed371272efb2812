"""What the caller of a target wrote into ARGS."""

from __future__ import annotations

import os
import shlex

from groundwork.sentences import Refusal


def wanted_arguments() -> list[str]:
    """The words of ARGS, split as a shell would."""
    try:
        return shlex.split(os.environ.get("ARGS", ""))
    except ValueError as error:
        raise Refusal(f"ARGS cannot be read ({error}): mind the quotation marks.") from None
