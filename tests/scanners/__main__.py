"""Run scanners against the site, then against a copy with planted flaws: `python -m tests.scanners` (make scan).

They must find nothing in the first, and every planted flaw in the second: a scanner that finds nothing anywhere proves
nothing. All traffic stays on 127.0.0.1. Ends with 1 if one of them is wrong.
"""

import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from tests.evidence.figures import record_figure
from tests.scanners import planted, scanners
from tests.site import free_port

START_SECONDS = 240


@contextmanager
def running(source: Path, data: Path, output: Path) -> Iterator[tuple[str, str]]:
    """Run the site of `source` until the block ends; yield its address and the cookie of a staff session."""
    port = free_port()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(data), "DATA_DIR": str(data)}
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    with output.open("w") as log:
        process = subprocess.Popen(command, cwd=source, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            text = _wait_until_served(process, output)
            demo = [sys.executable, "manage.py", "demo", "20"]
            subprocess.run(demo, cwd=source, env=environment, check=True, capture_output=True)
            password = re.search(r"Password +(\S+)", text)
            yield f"http://127.0.0.1:{port}", sign_in(port, password[1] if password else "")
        finally:
            process.terminate()
            process.wait(60)


def _wait_until_served(process: "subprocess.Popen[bytes]", output: Path) -> str:
    until = time.monotonic() + START_SECONDS
    while "Stop with Ctrl-C" not in (text := output.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > until:
            sys.exit(f"The site did not start:\n{text}")
        time.sleep(0.2)
    return text


def sign_in(port: int, password: str) -> str:
    """Return the cookie of a session of the first administrator."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/admin/login/")
    response = connection.getresponse()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', response.read().decode())
    cookies = {"csrf": (response.headers.get("Set-Cookie") or "").partition(";")[0]}
    body = urlencode({"csrfmiddlewaretoken": token[1] if token else "", "username": "admin", "password": password})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies["csrf"]}
    connection.request("POST", "/admin/login/", body, headers | {"Origin": f"http://127.0.0.1:{port}"})
    response = connection.getresponse()
    response.read()
    found = re.search(r"\bsession=[^;,]+", ", ".join(response.headers.get_all("Set-Cookie") or []))
    connection.close()
    if not found:
        sys.exit(f"No staff session: the sign-in answered {response.status}.")
    return found[0]


def scan(folder: Path, *, is_broken: bool) -> dict[str, list[str]]:
    """Return what each scanner finds in the site, or in the broken copy."""
    source = planted.copy_site(folder / "source", is_broken=is_broken)
    found: dict[str, list[str]] = {}
    with running(source, folder / "data", folder / "output") as (url, cookie):
        for scanner in scanners.SCANNERS:
            if is_broken and not scanner.planted:
                continue
            work = folder / scanner.name.replace(" ", "-")
            work.mkdir()
            began = time.monotonic()
            found[scanner.name] = scanner.scan(scanners.Target(source, url, cookie, work))
            place = "broken copy" if is_broken else "site"
            print(f"{place:12} {scanner.name:24} {time.monotonic() - began:5.0f} s  {found[scanner.name]}", flush=True)  # noqa: T201
    return found


def find_problems(clean: dict[str, list[str]], broken: dict[str, list[str]]) -> list[str]:
    """Return a sentence for each finding in the site, and for each planted flaw that was not found."""
    problems = [f"{name} found in the site: {finding}" for name, findings in clean.items() for finding in findings]
    for scanner in scanners.SCANNERS:
        findings = broken.get(scanner.name, [])
        missed = [flaw for flaw in scanner.planted if not any(flaw in finding for finding in findings)]
        problems += [f"{scanner.name} did not find the planted flaw: {flaw}" for flaw in missed]
    return problems


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the site is stopped too
    scanners.install()
    with tempfile.TemporaryDirectory() as folder:
        clean = scan(Path(folder) / "site", is_broken=False)
        broken = scan(Path(folder) / "broken", is_broken=True)
    if problems := find_problems(clean, broken):
        print("\n".join(problems))  # noqa: T201
        return 1
    flaws = sum(len(scanner.planted) for scanner in scanners.SCANNERS)
    measured = f"{len(clean)} scans of the site: 0 findings; of {flaws} planted flaws {flaws} found"
    print(measured)  # noqa: T201
    record_figure("scanners", measured)
    return 0


if __name__ == "__main__":
    sys.exit(main())
