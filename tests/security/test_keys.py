"""Keys that a site generates are generated once, and only their owner can read them."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from nacl.encoding import URLSafeBase64Encoder
from nacl.public import PrivateKey

from petition.security.keys import KEY_NAMES, format_as_environment_file, generate_keys, load_or_create_keys

PRINT_KEYS = (
    "import sys, pathlib; from petition.security.keys import *; print(load_or_create_keys(pathlib.Path(sys.argv[1])))"
)


def test_the_keys_are_generated_once(tmp_path: Path) -> None:
    path = tmp_path / "var" / "keys.env"
    first = load_or_create_keys(path)
    assert set(first) == set(KEY_NAMES)
    assert all(first.values())
    assert load_or_create_keys(path) == first


def test_only_their_owner_reads_them_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "var" / "keys.env"
    mask = os.umask(0)
    try:
        load_or_create_keys(path)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_start_together_read_the_same_keys(tmp_path: Path) -> None:
    path = tmp_path / "var" / "keys.env"
    command = [sys.executable, "-c", PRINT_KEYS, str(path)]
    starting = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    printed = {process.communicate(timeout=60)[0] for process in starting}
    assert [process.returncode for process in starting] == [0] * 6
    assert printed == {f"{load_or_create_keys(path)}\n"}
    assert list(path.parent.iterdir()) == [path]


def test_the_second_process_takes_the_keys_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.env"
    others = generate_keys()

    def and_another_process_was_faster(first: str, second: Path) -> None:
        path.write_text(format_as_environment_file(others), encoding="ascii")
        raise FileExistsError

    monkeypatch.setattr(os, "link", and_another_process_was_faster)
    assert load_or_create_keys(path) == others
    assert list(tmp_path.iterdir()) == [path]


def test_the_pair_belongs_together_and_no_two_sets_are_alike() -> None:
    first, second = generate_keys(), generate_keys()
    private = PrivateKey(first["CONTACT_PRIVATE_KEY"].encode(), URLSafeBase64Encoder)
    assert private.public_key.encode(URLSafeBase64Encoder).decode() == first["CONTACT_PUBLIC_KEY"]
    assert not set(first.values()) & set(second.values())


def test_a_folder_that_is_a_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(OSError):
        load_or_create_keys(tmp_path / "var" / "keys.env")
