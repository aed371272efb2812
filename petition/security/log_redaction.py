"""Remove from every log line what could name a person or open a link."""

import logging
import re
from pathlib import Path

from petition.security import request_log

# A path of a private link, a mailbox, and anything long enough to be one of our tokens (43 characters of base64url).
_PRIVATE = re.compile(r"(?<=/endorsements/)[^/\s\"']+|[^\s<>\"']+@[^\s<>\"']+|[A-Za-z0-9_-]{43,}")


def redact(text: str) -> str:
    """Return `text` with tokens and mailboxes replaced by an ellipsis in brackets."""
    return _PRIVATE.sub("[…]", text)


class RedactionFilter(logging.Filter):
    """Redact each record before it is written, and say which request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.about_request = request_log.describe_request(record)
        request_log.hide_path(record)
        message = record.getMessage()
        # Of an exception only class and place are logged: its text and traceback can carry form values and SQL.
        if record.exc_info and record.exc_info[0]:
            message = f"{message} ({record.exc_info[0].__name__}{_describe_place(record)})"
        record.msg, record.args = redact(message), None
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def _describe_place(record: logging.LogRecord) -> str:
    """Return file and line of the innermost frame, and of our own innermost one, for an operator to report."""
    trace = record.exc_info[2] if record.exc_info else None
    inner = ours = ""
    while trace:
        inner = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        if trace.tb_frame.f_globals.get("__name__", "").startswith("petition."):
            ours = inner
        trace = trace.tb_next
    return f" at {inner}, from {ours}" if ours and ours != inner else f" at {inner}"
