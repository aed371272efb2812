"""The commands of docs/operators/first-deployment.md, and what a test does about those that it cannot run."""

import re
from typing import Final

from tests.site import ROOT

PAGE: Final = ROOT / "docs" / "operators" / "first-deployment.md"
HOST: Final = "demands.test"
PASSWORD: Final = "the first administrator types this"
NOT_RUN: Final = {
    "apt-get": "a machine for the tests has these programs, but not certbot",
    "editor": "nobody is there to type, so the test writes the values",
    "systemctl": "no systemd runs in a test, so it starts PostgreSQL, nginx and the command of each unit itself",
    "certbot": "no authority knows the machine, so the test makes a certificate",
    "rsync": "there is no other machine",
    "In containers": "no Docker runs in a test; others read its files, build the image and run the site in it",
}
"""Programs, or the heading of a section, with the reason. The page carries the same list."""
SUBSTITUTED: Final = {
    "git clone ADDRESS /opt/petition": "cp -r /tmp/checkout /opt/petition",
    "/etc/postgresql/17/": "/etc/postgresql/*/",
    "createsuperuser": "createsuperuser --noinput",
    "MAILBOX": "operator@organisation.example",
    "HOST": HOST,
    # This machine's own copies of the code are elsewhere, and do not belong to the site.
    "find / -xdev": "find /etc /opt /srv /var /run /usr/local /home -xdev",
}
"""What stands in the page, and what the test runs."""
_LIVE: Final = f"/etc/letsencrypt/live/{HOST}"
INSTEAD: Final = {
    "editor /etc/petition/site.env": "sed -i -e 's/^SECRETARIAT_NAME=.*/SECRETARIAT_NAME=A platform/' "
    "-e 's/^SECRETARIAT_ADDRESS=.*/SECRETARIAT_ADDRESS=office@organisation.example/' /etc/petition/site.env",
    "editor /etc/petition/worker.env": "sed -i 's|^EMAIL_URL=.*|EMAIL_URL=smtp://127.0.0.1:2525|' "
    "/etc/petition/worker.env",
    "systemctl restart postgresql": "pg_ctlcluster $(ls /etc/postgresql) main restart",
    "certbot": f"install -d {_LIVE} && openssl req -x509 -nodes -newkey rsa:2048 -days 2 -subj /CN={HOST} "
    f"-addext subjectAltName=DNS:{HOST} -keyout {_LIVE}/privkey.pem -out {_LIVE}/fullchain.pem",
    "systemctl reload nginx": "nginx >/dev/null 2>&1",
}
"""What the test does where it does not run a command that starts so."""


def read_commands(text: str) -> dict[str, list[str]]:
    """Return the commands in the fenced blocks of a page, by heading; each is one line."""
    sections: dict[str, list[str]] = {}
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        heading = section.partition("\n")[0]
        blocks = re.findall(r"^```sh\n(.*?)^```$", section, re.M | re.S)
        if lines := [line for block in blocks for line in block.splitlines()]:
            sections[heading] = lines
    return sections


def read_not_run(text: str) -> dict[str, str]:
    """Return what the page says that a test does not run."""
    section = text.partition("## What the test does not run")[2]
    return dict(re.findall(r"^- `?([^`:]+)`?: (.+)\.$", section, re.M))


def explain_not_run(heading: str, command: str) -> str:
    """Return why the command is not run, '' if it is."""
    return NOT_RUN.get(heading) or NOT_RUN.get(command.split(maxsplit=1)[0], "")


def substitute(command: str) -> str:
    """Return what the test runs for a command of the page."""
    for written, run in SUBSTITUTED.items():
        command = command.replace(written, run)
    return command
