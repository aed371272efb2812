"""Takes out of every log line what could name a person or open a link."""

import logging
import re
from pathlib import Path

# A path of a private link, a mailbox, and anything long enough to be one of our tokens (43 characters of base64url).
_PRIVATE = re.compile(r"(?<=/endorsements/)[^/\s\"']+|[^\s<>\"']+@[^\s<>\"']+|[A-Za-z0-9_-]{43,}")


def redacted(text: str) -> str:
    """`text` with tokens and mailboxes replaced by an ellipsis in brackets."""
    return _PRIVATE.sub("[…]", text)


class Redact(logging.Filter):
    """Rewrites each record before it is written. A traceback is cut to its class: locals and SQL carry form values."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if record.exc_info and record.exc_info[0]:
            place = _where(record)
            message = f"{message} ({record.exc_info[0].__name__}{place})"
        record.msg, record.args = redacted(message), None
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def _where(record: logging.LogRecord) -> str:
    """File and line of the innermost frame, and of the innermost of ours, so that an operator can report something."""
    trace = record.exc_info[2] if record.exc_info else None
    inner = ours = ""
    while trace:
        inner = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        if trace.tb_frame.f_globals.get("__name__", "").startswith("petition."):
            ours = inner
        trace = trace.tb_next
    return f" at {inner}, from {ours}" if ours and ours != inner else f" at {inner}"
