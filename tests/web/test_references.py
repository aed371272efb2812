"""Pages about an error of ours carry a reference that the log has too; it is ours, and pages from memory have none."""

import json
import logging
import re
from typing import Any

import pytest
from django.test import Client

from petition.actions.intake import post as intake_post
from petition.models import Appeal
from petition.security import request_log
from petition.security.log_redaction import RedactionFilter
from petition.security.request_log import JsonFormatter, TextFormatter
from tests.factories import SLUG
from tests.web.endorse.test_endorse import FORM, RIGHT
from tests.web.endorse.test_sending_again import BUSY

SENTENCES = {
    "": "If you write to us about this, add this reference:",
    "/ru": "Если напишете нам об этом, укажите этот код:",
    "/ky": "Бул тууралуу бизге жазсаңыз, ушул кодду кошуңуз:",
}


def get_reference(response: Any) -> str:
    """Return the reference in the header, which the page must show as well."""
    reference = str(response["X-Request-ID"])
    assert re.fullmatch("[0-9a-f]{8}", reference)
    assert f"<code>{reference}</code>" in response.content.decode()
    return reference


@pytest.mark.parametrize("prefix", SENTENCES)
def test_a_server_error_has_a_reference_that_the_log_has(
    client: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, prefix: str
) -> None:
    caplog.handler.addFilter(RedactionFilter())
    caplog.handler.setFormatter(TextFormatter())
    monkeypatch.setattr(intake_post, "post_form", lambda *args, **kwargs: 1 / 0)
    client.raise_request_exception = False
    response = client.post(prefix + FORM, RIGHT)
    assert response.status_code == 500
    reference = get_reference(response)
    assert SENTENCES[prefix] in response.content.decode()
    (line,) = [line for line in caplog.text.splitlines() if "ZeroDivisionError" in line]
    assert line.startswith("Internal Server Error: endorse (ZeroDivisionError at ")
    assert line.endswith(f"[{reference}]")
    assert get_reference(client.post(prefix + FORM, RIGHT)) != reference


def test_a_damaged_request_has_one_and_a_missing_page_has_none(appeal: Appeal) -> None:
    client = Client(headers={"host": "127.0.0.1:8000", "x-request-id": "chosen-by-visitor"})
    assert get_reference(client.post(FORM, {"organisation_name": "a\0b"})) != "chosen-by-visitor"
    for path in ("/nothing/", FORM, f"/appeals/{SLUG}/", "/readyz"):
        assert "X-Request-ID" not in client.get(path)


def test_a_page_that_is_not_logged_has_none(client: Client, appeal: Appeal) -> None:
    """A busy process logs once a minute: a reference that no log has would mislead."""
    response = client.get(FORM, **BUSY)
    assert response.status_code == 503
    assert "X-Request-ID" not in response
    assert SENTENCES[""] not in response.content.decode()


@pytest.mark.django_db
def test_the_page_of_a_server_error_asks_no_database(client: Client, django_assert_num_queries: Any) -> None:
    from petition.web.errors import server_error

    for path in ("/change/", "/ru/endorsements/abc/", "/admin/"):
        request = client.get(path).wsgi_request
        with request_log.follow(request), django_assert_num_queries(0):
            assert server_error(request).status_code == 500


def test_a_line_about_a_request_names_the_route_and_no_path(
    client: Client, appeal: Appeal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(RedactionFilter())
    caplog.handler.setFormatter(JsonFormatter())
    for path in ("/ru/endorsements/abc/", "/Aigul/", "/Айгүл/", "/static/Aigul.css"):
        assert client.get(path).status_code == 404
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    unknown = ("Not Found: unknown address", "", 404)
    assert [(line["message"], line["route"], line["status"]) for line in lines] == [
        ("Not Found: own_page", "own_page", 404),
        *[unknown] * 3,
    ]


def make_record(**extra: object) -> logging.LogRecord:
    message = "Failed for %s\nand more"
    record = logging.LogRecord("petition.web", logging.ERROR, "", 1, message, ("x@fund.example",), None)
    record.__dict__.update(extra)
    RedactionFilter().filter(record)
    return record


def test_a_line_without_a_request_says_nothing_about_one() -> None:
    assert request_log.get_reference() == ""
    assert TextFormatter("%(message)s").format(make_record()) == "Failed for […]\nand more"
    line = JsonFormatter().format(make_record())
    assert "\n" not in line
    assert re.fullmatch(
        r'\{"time": "20[^"]+\+00:00", "level": "ERROR", "logger": "petition.web", '
        r'"message": "Failed for \[…\]\\nand more"\}',
        line,
    )
