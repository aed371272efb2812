"""One site with its two web processes for all tests of a module, and the proxy in front of it."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests import programs
from tests.deploy.nginx.proxy import Proxy, install, run_proxy
from tests.processes import Installation, Server


class Processes(NamedTuple):
    """An installed site and its web processes."""

    site: Installation
    public: Server
    staff: Server


@pytest.fixture(scope="session", autouse=True)
def nginx() -> None:
    programs.need(programs.lacking_proxy())


@pytest.fixture(scope="module")
def processes(nginx: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    site = install(tmp_path_factory.mktemp("behind"))
    with site.server(role="public") as public, site.server(role="staff") as staff:
        yield Processes(site, public, staff)
    site.remove()


@pytest.fixture(scope="module")
def proxy(processes: Processes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    site, public, staff = processes
    with run_proxy(tmp_path_factory.mktemp("proxy"), site, public=public.port, staff=staff.port) as running:
        yield running
