"""A process with ROLE=public loads nothing of accounts, and keeps no key that decrypts or looks up."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from petition.security.keys import generate_keys, generate_keys_by_role
from tests.prepared import ROOT, prepare_database

PRIVATE_KEYS = ("CONTACT_PRIVATE_KEY", "CONTACT_INDEX_KEY")
EMAIL_URL = "smtp+tls://office:mellon@mail.example:587"
FOR_STAFF = (
    *(f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "messages", "sessions")),
    *("allauth", "petition.admin", "petition.actions.staff", "petition.models.staff"),
)
WHAT_IS_LOADED = """
import json, sys
import petition.wsgi
from django.conf import settings
from django.urls import get_resolver
get_resolver().url_patterns  # imports every page
print(json.dumps({
    "modules": sorted(sys.modules),
    "apps": settings.INSTALLED_APPS,
    "settings": {name: repr(getattr(settings, name)) for name in dir(settings) if name.isupper()},
}))
"""


def ask_process(folder: Path, keys: dict[str, str]) -> dict[str, Any]:
    """Return what a web process with these variables has loaded."""
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "petition.settings", "DATA_DIR": str(folder)}
    (folder / "static").mkdir(exist_ok=True)
    environment |= keys | {"DATABASE_URL": f"sqlite:///{prepare_database()}"}
    command = [sys.executable, "-W", "error", "-c", WHAT_IS_LOADED]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout))


def find_staff_modules(loaded: dict[str, Any]) -> set[str]:
    return {name for name in FOR_STAFF if any(f"{module}.".startswith(f"{name}.") for module in loaded["modules"])}


def test_it_loads_no_accounts_sessions_or_admin(tmp_path: Path) -> None:
    loaded = ask_process(tmp_path, generate_keys_by_role()["public"])
    assert find_staff_modules(loaded) == set()
    assert not {app for app in loaded["apps"] if app.startswith(FOR_STAFF)}


def test_a_process_of_the_staff_loads_all_of_that(tmp_path: Path) -> None:
    """Or the test above would not notice them."""
    assert find_staff_modules(ask_process(tmp_path, generate_keys_by_role()["staff"])) == set(FOR_STAFF)


@pytest.mark.parametrize("by_mistake", [False, True])
def test_its_settings_have_no_private_key_and_no_password_for_mails(tmp_path: Path, by_mistake: bool) -> None:
    """Not even when its environment has them by mistake, which `check --deploy` reports."""
    keys = generate_keys()
    environment = generate_keys_by_role()["public"]
    if by_mistake:
        environment |= {name: keys[name] for name in PRIVATE_KEYS} | {"EMAIL_URL": EMAIL_URL}
    settings = ask_process(tmp_path, environment)["settings"]
    assert settings["CONTACT_PRIVATE_KEYS"] == "[]"
    assert settings["CONTACT_INDEX_KEY"] == "''"
    assert not [name for name, value in settings.items() if any(keys[private] in value for private in PRIVATE_KEYS)]
    assert "mellon" not in str(settings)
    assert not (tmp_path / "keys.env").exists()


def test_a_command_for_staff_says_so_in_one_sentence(tmp_path: Path) -> None:
    for command in ("worker", "migrate", "purge"):
        environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **generate_keys_by_role()["public"]}
        arguments = [sys.executable, "manage.py", command]
        result = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stderr) == (
            1,
            "A process with ROLE=public knows no accounts: run this command with ROLE=staff and the staff's keys.\n",
        )
