"""`manage.py import_known`: the secretariat's private list is replaced as a whole or not at all."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from petition.models import KnownOrganisation
from petition.security import encryption

pytestmark = pytest.mark.django_db
LIST = "name,domain,channel,member\nBeacon Trust,Beacon.Example,Aigul at +996 555,yes\n«Маяк»,маяк.example,,\n"


def imported(folder: Path, text: str | bytes) -> None:
    file = folder / "known.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    call_command("import_known", str(file))


def test_the_list_is_stored_and_no_domain_or_person_can_be_read(tmp_path: Path) -> None:
    imported(tmp_path, b"\xef\xbb\xbf" + LIST.encode())
    beacon, mayak = KnownOrganisation.objects.all()
    assert (beacon.name, beacon.member, mayak.name, mayak.member) == ("Beacon Trust", True, "«Маяк»", False)
    assert beacon.domain_index == encryption.compute_index("domain", "beacon.example")
    assert mayak.domain_index == encryption.compute_index("domain", "xn--80aue1f.example")
    assert encryption.decrypt_column(beacon, "sealed_channel") == "Aigul at +996 555"
    assert mayak.sealed_channel == ""
    assert "beacon.example" not in str(list(KnownOrganisation.objects.values()))


def test_a_new_list_replaces_the_old_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(tmp_path, LIST)
    imported(tmp_path, "name,domain\nBeacon Trust,beacon.example\nBeacon Trust,beacon.example\n")
    assert [known.name for known in KnownOrganisation.objects.all()] == ["Beacon Trust"]
    assert "The list has 1 organisations" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "it lacks domain, name"),
        ("name,channel\nA,b\n", "it lacks domain"),
        ("name,domain\nA,not a domain\n", "Line 2: 'not a domain' is no mail domain. Nothing was changed."),
        ("name,domain\nA,a.example\n,b.example\n", "Line 3: the name is missing"),
        ("name,domain\nA\n", "Line 2: '' is no mail domain."),
        (b"name,domain\n\xff,a.example\n", "not UTF-8"),
    ],
)
def test_an_invalid_list_changes_nothing_and_names_the_line(tmp_path: Path, text: str | bytes, expected: str) -> None:
    imported(tmp_path, LIST)
    with pytest.raises(CommandError, match=expected.replace(".", r"\.")):
        imported(tmp_path, text)
    assert KnownOrganisation.objects.count() == 2


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_known", str(tmp_path / "nowhere.csv"))
