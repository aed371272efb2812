"""`new_keys --directory` writes the files that the units, the script and the containers read."""

import re
import stat
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from petition.actions.database import environment_files
from petition.environment import Environment
from petition.security.keys import KEY_NAMES
from tests.deploy.test_environment_example import NAMED
from tests.site import ROOT

ROLES = ("public", "staff", "worker", "owner")
PRIVATE = {"CONTACT_PRIVATE_KEY", "CONTACT_INDEX_KEY", "EMAIL_URL", "BACKUP_PRIVATE_KEY"}


def write(folder: Path, **options: str) -> dict[str, dict[str, str]]:
    """Write the files to `folder`; return the variables of each."""
    call_command("new_keys", directory=folder, **options)
    return {path.stem: read(path) for path in folder.glob("*.env")}


def read(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", path.read_text(encoding="utf-8"), re.M))


def test_each_role_gets_its_own_and_no_more(tmp_path: Path) -> None:
    files = write(tmp_path / "etc", site_url="https://demands.example/")
    assert set(files) == {"site", *ROLES}
    assert set().union(*files.values()) == set(NAMED)
    assert files["site"]["SITE_URL"] == "https://demands.example"
    assert not set(files["public"]) & PRIVATE
    assert not set(files["site"]) & {*PRIVATE, *KEY_NAMES, "DATABASE_URL"}
    assert files["staff"].keys() == files["owner"].keys() == files["worker"].keys() - {"EMAIL_URL", "MIRROR_DIR"}
    for name in KEY_NAMES:
        assert files["staff"][name] == files["owner"][name] == files["worker"][name]
    assert files["public"]["CONTACT_PUBLIC_KEY"] == files["staff"]["CONTACT_PUBLIC_KEY"]
    assert files["public"]["SECRET_KEY"] != files["staff"]["SECRET_KEY"]
    assert [files[role]["ROLE"] for role in ROLES] == ["public", "staff", "staff", "staff"]
    assert len({files[role]["DATA_DIR"] for role in ROLES}) == 4
    for path in (tmp_path / "etc").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_private_key_for_the_public_file_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    example = tmp_path / "environment.example"
    text = environment_files.EXAMPLE.read_text(encoding="utf-8")
    example.write_text(text.replace("# --- staff.env, worker.env", "# --- public.env, staff.env, worker.env"))
    monkeypatch.setattr(environment_files, "EXAMPLE", example)
    with pytest.raises(AssertionError, match="CONTACT_PRIVATE_KEY"):
        test_each_role_gets_its_own_and_no_more(tmp_path)


def test_on_one_machine_there_is_no_password(tmp_path: Path) -> None:
    files = write(tmp_path)
    for role in ROLES:
        database = Environment(files[role]).location("DATABASE_URL", Environment(files[role]).db)
        assert (database["PASSWORD"], database["OPTIONS"]["host"]) == ("", "/var/run/postgresql")


def test_on_another_machine_each_login_has_a_password(tmp_path: Path) -> None:
    files = write(tmp_path, database_host="database")
    passwords = {path.name: path.read_text(encoding="ascii") for path in (tmp_path / "database").iterdir()}
    for role, login in environment_files.LOGINS.items():
        database = Environment(files[role]).location("DATABASE_URL", Environment(files[role]).db)
        assert (database["USER"], database["PASSWORD"]) == (login, passwords[login])
    assert len(set(passwords.values())) == 4
    assert all(len(password) >= 32 for password in passwords.values())


def test_keys_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "worker.env").write_text("CONTACT_PRIVATE_KEY=the only one\n")
    with pytest.raises(CommandError, match=r"worker\.env exists, so nothing was written"):
        write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["worker.env"]


def test_the_logins_are_those_of_the_product() -> None:
    sql = (ROOT / "deploy" / "postgresql" / "logins.sql").read_text(encoding="utf-8")
    peers = (ROOT / "deploy" / "postgresql" / "pg_ident.conf").read_text(encoding="utf-8")
    assert set(re.findall(r"CREATE ROLE (\w+) LOGIN", sql)) == set(environment_files.LOGINS.values())
    rows = re.findall(r"^petition +petition-(\w+) +(\w+)$", peers, re.M)
    assert dict(rows) == environment_files.LOGINS
    assert len(rows) == len(ROLES)


def test_the_script_explains_a_role_that_is_none() -> None:
    command = [str(ROOT / "deploy" / "petition"), "postgres", "migrate"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (2, "Usage: petition owner|public|staff|worker COMMAND ...\n")
