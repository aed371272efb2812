"""The files in deploy/containers keep what they promise: least rights, one published service, each its own secrets."""

import copy
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.deploy.test_environment_files import PRIVATE
from tests.programs import need
from tests.site import ROOT

FOLDER = ROOT / "deploy" / "containers"
SERVICES = {
    *("nginx", "public-1", "public-2", "staff", "worker-1", "worker-2", "migrate", "database", "valkey"),
}
CONTAINERFILE = (FOLDER / "Containerfile").read_text(encoding="utf-8")
COMPOSE = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
OPENS_CONTACTS = {"staff", "worker-1", "worker-2", "migrate"}


@cache
def compose_program() -> tuple[str, ...]:
    if shutil.which("docker-compose"):
        return ("docker-compose",)
    need("The file for containers is not read: apt install docker-compose")
    return ()


def resolve(folder: Path, text: str = COMPOSE) -> dict[str, Any]:
    """Return the file as Docker understands it, with environment files of `new_keys`. Raises ValueError."""
    if not (folder / "etc").exists():
        call_command("new_keys", directory=folder / "etc", database_host="database")
    (folder / "compose.yaml").write_text(text, encoding="utf-8")
    command = [*compose_program(), "-f", str(folder / "compose.yaml"), "--project-directory", str(FOLDER)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PETITION_CONFIG": str(folder / "etc")}
    result = subprocess.run(
        [*command, "config", "--format", "json"], env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise ValueError(result.stderr)
    return dict(json.loads(result.stdout))


def find_broken_promises(resolved: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong, each as the service and a word."""
    services = resolved["services"]
    internal = {name for name, network in resolved["networks"].items() if network.get("internal")}
    for name, service in services.items():
        networks = set(service["networks"])
        if service.get("ports") and name != "nginx":
            yield f"{name} is published"
        if not service.get("read_only"):
            yield f"{name} has a root that it can write"
        if service.get("cap_drop") != ["ALL"] or service.get("cap_add") or service.get("privileged"):
            yield f"{name} has capabilities"
        if "no-new-privileges:true" not in service.get("security_opt", []):
            yield f"{name} may get privileges"
        if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", service.get("user", "")):
            yield f"{name} runs as root"
        if not service.get("mem_limit") or not service.get("pids_limit"):
            yield f"{name} has no limit"
        if "healthcheck" not in service or "stop_grace_period" not in service or "restart" not in service:
            yield f"{name} does not say how it lives"
        if networks - internal - {"edge", "mail"}:
            yield f"{name} is in a network that leads outside"
        secret = {variable for variable in PRIVATE if service.get("environment", {}).get(variable)}
        if secret and name not in OPENS_CONTACTS:
            yield f"{name} has {', '.join(sorted(secret))}"
        if service.get("secrets") and name != "database":
            yield f"{name} has passwords of others"
    for name in ("public-1", "public-2"):
        if shared := set(services[name]["networks"]) & set(services["staff"]["networks"]):
            yield f"{name} reaches the staff's pages by {', '.join(shared)}"
    if {name for name, service in services.items() if "edge" in service["networks"]} != {"nginx"}:
        yield "more than nginx is in the network of nginx"


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return resolve(tmp_path_factory.mktemp("compose"))


def test_docker_understands_the_file_and_it_keeps_its_promises(resolved: dict[str, Any]) -> None:
    assert set(resolved["services"]) == SERVICES
    assert list(find_broken_promises(resolved)) == []


@pytest.mark.parametrize(
    ("service", "changes", "found"),
    [
        ("valkey", {"ports": [{"target": 6379}]}, "valkey is published"),
        ("staff", {"read_only": False}, "staff has a root that it can write"),
        ("worker-1", {"cap_drop": []}, "worker-1 has capabilities"),
        ("worker-2", {"cap_add": ["NET_ADMIN"]}, "worker-2 has capabilities"),
        ("migrate", {"security_opt": []}, "migrate may get privileges"),
        ("database", {"user": ""}, "database runs as root"),
        ("public-1", {"user": "0:0"}, "public-1 runs as root"),
        ("nginx", {"mem_limit": ""}, "nginx has no limit"),
        ("public-2", {"environment": {"CONTACT_PRIVATE_KEY": "x"}}, "public-2 has CONTACT_PRIVATE_KEY"),
        ("public-1", {"secrets": [{"source": "petition_staff"}]}, "public-1 has passwords of others"),
        ("public-1", {"networks": {"staff-web": {}}}, "public-1 reaches the staff's pages by staff-web"),
        ("database", {"networks": {"default": {}}}, "database is in a network that leads outside"),
        ("staff", {"networks": {"edge": {}}}, "more than nginx is in the network of nginx"),
    ],
)
def test_a_broken_promise_is_found(resolved: dict[str, Any], service: str, changes: dict[str, Any], found: str) -> None:
    broken = copy.deepcopy(resolved)
    broken["services"][service].update(changes)
    assert found in list(find_broken_promises(broken))


def test_the_environment_of_the_staff_is_found_in_a_public_service(tmp_path: Path) -> None:
    broken = resolve(tmp_path, COMPOSE.replace("/public.env", "/staff.env"))
    assert "public-1 has CONTACT_INDEX_KEY, CONTACT_PRIVATE_KEY" in list(find_broken_promises(broken))


def test_docker_refuses_a_wrong_word(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="read_onli"):
        resolve(tmp_path, COMPOSE.replace("read_only: true", "read_onli: true"))


def test_each_service_reads_its_own_environment(resolved: dict[str, Any]) -> None:
    logins = {
        name: re.findall(r"postgres://(\w+):", service["environment"]["DATABASE_URL"])
        for name, service in resolved["services"].items()
        if "DATABASE_URL" in service.get("environment", {})
    }
    assert logins == {
        "public-1": ["petition_public"],
        "public-2": ["petition_public"],
        "staff": ["petition_staff"],
        "worker-1": ["petition_staff"],
        "worker-2": ["petition_staff"],
        "migrate": ["petition_owner"],
    }
    networks = resolved["networks"]
    for name, network in (("public-1", "public-web"), ("staff", "staff-web")):
        trusted = resolved["services"][name]["environment"]["TRUSTED_PROXIES"]
        assert resolved["services"]["nginx"]["networks"][network]["ipv4_address"] == trusted
        assert networks[network]["ipam"]["config"][0]["subnet"].startswith(trusted.rpartition(".")[0])


def test_postgresql_gets_what_the_shipped_file_says(resolved: dict[str, Any]) -> None:
    shipped = (ROOT / "deploy" / "postgresql" / "petition.conf").read_text(encoding="utf-8")
    wanted = {f"{name}={value}" for name, value in re.findall(r"^(\w+) = (\w+)$", shipped, re.M)}
    assert wanted
    assert wanted == {word for word in resolved["services"]["database"]["command"] if "=" in word}


def test_the_proxy_gets_the_shipped_file_with_other_addresses(tmp_path: Path, resolved: dict[str, Any]) -> None:
    """As nginx.sh changes it when the container starts."""
    environment = resolved["services"]["nginx"]["environment"]
    target = tmp_path / "conf.d" / "petition.conf"
    target.parent.mkdir()
    (tmp_path / "nginx").write_text("#!/bin/sh\n")
    (tmp_path / "nginx").chmod(0o755)
    variables = {name: environment[name] for name in ("PUBLIC_WEBS", "STAFF_WEB")} | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "SITE_URL": "https://demands.example",
        "SHIPPED": str(ROOT / "deploy" / "nginx" / "petition.conf"),
        "TARGET": str(target),
    }
    subprocess.run(["sh", str(FOLDER / "nginx.sh")], env=variables, check=True)
    text = target.read_text(encoding="utf-8")
    assert "127.0.0.1:800" not in text
    assert "appeal.example" not in text
    assert "/etc/letsencrypt" not in text
    services = resolved["services"]
    for name in ("public-1", "public-2", "staff"):
        addresses = [network["ipv4_address"] for network in services[name]["networks"].values() if network]
        assert [f"server {address}:8000" in text for address in addresses] == [True]


def test_the_image_is_built_of_pinned_parts_and_runs_as_nobody_in_particular() -> None:
    assert re.findall(r"^ARG BASE=(\S+)$", CONTAINERFILE, re.M) == ["docker.io/library/debian:13-slim"]
    assert "--require-hashes" in CONTAINERFILE
    user = re.findall(r"^USER (\d+:\d+)$", CONTAINERFILE, re.M)
    assert user == [re.findall(r'^  user: "(10001:\d+)"$', COMPOSE, re.M)[0]]
    images = re.findall(r"image: (\S+)", COMPOSE)
    assert all(image == "petition" or re.search(r":[\d.]+", image) for image in images)


def test_the_image_gets_code_alone() -> None:
    """What Containerfile.dockerignore admits is what the Containerfile copies: no keys, database, history or tests."""
    ignored = (ROOT / "deploy" / "containers" / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    admitted = {line[1:] for line in ignored if line.startswith("!")}
    copied = {word for line in re.findall(r"^COPY (?!--from)(.+)$", CONTAINERFILE, re.M) for word in line.split()[:-1]}
    assert admitted == copied
    assert all((ROOT / path).exists() for path in copied)
