"""What is reached on another machine is reached by TLS, or the operator is told."""

import os

import pytest

from petition.checks.unsafe_settings import check_remote_services_use_tls, is_sent_in_clear


@pytest.mark.parametrize(
    ("url", "is_clear"),
    [
        ("postgres://a:b@db.example/site", True),
        ("postgres://a:b@db.example/site?sslmode=require", True),  # which checks no certificate
        ("postgres://a:b@db.example/site?sslmode=verify-full", False),
        ("postgres://a:b@127.0.0.1/site", False),
        ("postgres:///site", False),
        ("smtp://mail.example:25", True),
        ("smtp+tls://mail.example:587", False),
        ("redis://10.0.0.5:6379/0", True),
        ("rediss://10.0.0.5:6379/0", False),
        ("sqlite:////var/lib/site.sqlite3", False),
        ("", False),
    ],
)
def test_a_remote_service_without_tls_is_found(url: str, is_clear: bool) -> None:
    assert is_sent_in_clear(url) is is_clear


def test_a_remote_service_without_tls_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_reports() -> list[str]:
        return [str(message.msg) for message in check_remote_services_use_tls()]

    assert find_reports() == []
    monkeypatch.setitem(os.environ, "EMAIL_URL", "smtp://user:hidden@mail.example")
    (report,) = find_reports()
    assert report.startswith("EMAIL_URL names another machine")
    assert "hidden" not in report
