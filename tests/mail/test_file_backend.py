"""Without a mail server each mail is a private file, and its links are on the terminal."""

import stat
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, get_connection
from pytest_django import Settings

BACKEND = "petition.mail.file_backend.EmailBackend"


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    folder = tmp_path / "new" / "mail"
    settings.MAIL_DIR = folder
    return folder


def build_mail(number: int = 1, text: str = "Open http://127.0.0.1:8000/endorsements/abc/ now") -> EmailMessage:
    return EmailMessage(
        "Hello", text, "desk@appeal.example", ["asel@fund.example"], headers={"Message-ID": f"<ab{number}@127.0.0.1>"}
    )


def test_each_mail_is_a_file_that_only_its_owner_reads(folder: Path) -> None:
    assert get_connection(BACKEND).send_messages([build_mail(1), build_mail(2)]) == 2
    assert sorted(path.name for path in folder.iterdir()) == ["ab1.eml", "ab2.eml"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_is_the_mail_as_it_would_be_sent(folder: Path) -> None:
    get_connection(BACKEND).send_messages([build_mail()])
    read = message_from_bytes((folder / "ab1.eml").read_bytes(), policy=policy.default)
    assert (read["Subject"], read["To"], read["Message-ID"]) == ("Hello", "asel@fund.example", "<ab1@127.0.0.1>")
    assert read.get_content_type() == "text/plain"
    assert read.get_content().rstrip() == "Open http://127.0.0.1:8000/endorsements/abc/ now"


def test_sending_again_writes_the_same_file(folder: Path) -> None:
    get_connection(BACKEND).send_messages([build_mail(text="first")])
    get_connection(BACKEND).send_messages([build_mail(text="second")])
    (path,) = folder.iterdir()
    assert b"second" in path.read_bytes()
    assert b"first" not in path.read_bytes()


def test_links_are_on_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    get_connection(BACKEND).send_messages([build_mail()])
    assert capsys.readouterr().out.splitlines() == [
        f"Mail for asel@fund.example: {folder}/ab1.eml",
        "  http://127.0.0.1:8000/endorsements/abc/",
    ]


def test_on_a_public_site_neither_mailbox_nor_link_is_printed(
    folder: Path, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    settings.SITE_IS_LOOPBACK = False
    get_connection(BACKEND).send_messages([build_mail()])
    assert capsys.readouterr().out == ""
    assert [path.name for path in folder.iterdir()] == ["ab1.eml"]


def test_a_message_id_cannot_choose_another_folder(folder: Path) -> None:
    mail = build_mail()
    mail.extra_headers["Message-ID"] = "<../../x/./y@127.0.0.1>"
    get_connection(BACKEND).send_messages([mail])
    assert [path.name for path in folder.iterdir()] == ["xy.eml"]


def test_a_mail_without_recipients_is_no_file(folder: Path) -> None:
    assert get_connection(BACKEND).send_messages([]) == 0
    assert list(folder.iterdir()) == []
