"""nginx with the file that is shipped, on ports and in folders of our own."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.site import ROOT, free_port

HOST = "appeal.example"
SHIPPED = ROOT / "deploy" / "nginx" / "petition.conf"
MAIN = """
daemon off; pid {folder}/pid; worker_processes 1; {user}
events {{ worker_connections 8192; }}
http {{
  types {{ text/css css; application/javascript js; image/svg+xml svg; }}
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/petition.conf;
}}
"""


class Proxy(NamedTuple):
    port: int
    log: Path
    pid_file: Path


@contextmanager
def run_proxy(folder: Path, *, public: int, staff: int, static: Path) -> Iterator[Proxy]:
    """Run nginx in front of the processes on these ports, from when it takes connections until the block ends."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    port, certificate = free_port(), _create_certificate(folder)
    text = SHIPPED.read_text(encoding="utf-8")
    for shipped, here in (
        (r"/etc/letsencrypt/live/\S+/fullchain\.pem", str(certificate[0])),
        (r"/etc/letsencrypt/live/\S+/privkey\.pem", str(certificate[1])),
        (r"/var/log/nginx/", f"{folder}/"),
        (r"proxy_cache_path \S+", f"proxy_cache_path {folder}/kept"),
        (r"root /srv/petition;", f"root {static.parent};"),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{public}"),
        (r"127\.0\.0\.1:8001", f"127.0.0.1:{staff}"),
        (r"listen \[::\]:\d+[^;]*;", ""),
        (r"listen 443", f"listen 127.0.0.1:{port}"),
        (r"listen 80", f"listen 127.0.0.1:{free_port()}"),
    ):
        text = re.sub(shipped, here, text)
    (folder / "petition.conf").write_text(text, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, user=user), encoding="utf-8")
    with subprocess.Popen(["nginx", "-e", "stderr", "-c", str(main)]) as server:
        try:
            _wait_until_open(port, server)
            yield Proxy(port, folder / "petition.log", folder / "pid")
        finally:
            server.terminate()


def _create_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of HOST and its key: ECDSA, as Let's Encrypt gives them by default."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-subj", f"/CN={HOST}", "-days", "2", "-nodes", "-newkey", "ec"]
    command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return certificate, key


def _wait_until_open(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert server.poll() is None, "nginx ended"
            time.sleep(0.05)
    raise AssertionError("nginx does not listen")
