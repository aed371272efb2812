"""No log line names a person or opens a link."""

import io
import logging
import sys
from collections.abc import Iterator

import pytest

from petition.reference import clock
from petition.security.log_redaction import RedactionFilter, redact
from petition.security.tokens import generate_token

MAILBOX = "asel.made-up+appeal@fund.example"


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """Return a logger that writes into memory with the site's format."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(RedactionFilter())
    logger = logging.Logger("made-up")
    logger.addHandler(handler)
    yield logger, written
    handler.close()


@pytest.mark.parametrize("path", ["/endorsements/{}/", "/ru/endorsements/{}/confirm/", "GET /endorsements/{}", "{}"])
def test_a_token_is_redacted_anywhere(path: str) -> None:
    token = generate_token()
    line = redact(path.format(token))
    assert token not in line
    assert "[…]" in line


def test_even_a_short_forged_token_in_a_path_is_redacted_and_the_rest_stays() -> None:
    assert redact("Not Found: /ru/endorsements/abc/confirm/") == "Not Found: /ru/endorsements/[…]/confirm/"


@pytest.mark.parametrize("text", ["to {}.", "<{}>", '"{}"', "mailto:{}", "({})", "Асель {} Bishkek"])
def test_a_mailbox_is_redacted_anywhere(text: str) -> None:
    line = redact(text.format(MAILBOX))
    assert "asel" not in line
    assert "fund.example" not in line


def test_ordinary_words_stay() -> None:
    line = "Listening at: http://127.0.0.1:8000 (12 endorsements/h, 3 @ once)"
    assert redact(line) == line


def test_arguments_are_redacted_too(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.warning("Not delivered to %s (%d)", MAILBOX, 450)
    assert written.getvalue() == "Not delivered to […] (450)\n"


def test_only_class_and_location_of_a_traceback_are_logged(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    try:
        raise ValueError(f"DETAIL: Failing row contains ({MAILBOX}, Asel)")
    except ValueError:
        logger.exception("It failed", stack_info=True)
    line = written.getvalue()
    assert line.startswith("It failed (ValueError at test_log_redaction.py:")
    assert line.count("\n") == 1
    assert "Asel" not in line


def test_an_error_deep_in_a_library_names_our_place_too(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    try:
        with clock.use(lambda: int("Asel")):  # type: ignore[arg-type, return-value]
            clock.now()
    except ValueError:
        logger.exception("It failed")
    assert "(ValueError at test_log_redaction.py:" in written.getvalue()
    assert ", from clock.py:" in written.getvalue()
    assert "Asel" not in written.getvalue()


def test_an_exception_that_was_never_raised_has_no_place(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.error("It failed", exc_info=ValueError("Asel"))
    logger.error("No error", exc_info=sys.exc_info())
    assert written.getvalue() == "It failed (ValueError at )\nNo error\n"


def test_every_handler_of_the_site_redacts() -> None:
    handlers = logging.getLogger().handlers
    ours = [handler for handler in handlers if any(isinstance(entry, RedactionFilter) for entry in handler.filters)]
    assert ours, "the settings' handler is installed on the root logger"
