"""`make run`: look that everything is there, install what is not, and hand over to the site.

The site takes this process's place, so that Ctrl-C and SIGTERM go straight to it.
"""

from __future__ import annotations

import os
import sys

from groundwork import address, environment, folders, interpreter, packages
from groundwork.sentences import speak_plainly


def main() -> int:
    """Check what can be checked before the long installation, install, and become the site."""
    interpreter.require()
    mask = folders.keep_private()
    host, port = address.read(os.environ)
    if not os.environ.get("DATA_DIR"):
        folders.private_folder(folders.ROOT)
    address.require_free(host, port)
    if environment.prepare(folders.ROOT, [environment.RUN], mask):
        address.require_free(host, port)
    become_the_site(host, port)
    return 0


def become_the_site(host: str, port: int) -> None:
    """Replace this process by the site's own command."""
    python = str(folders.ROOT / ".venv" / "bin" / "python")
    os.chdir(folders.ROOT)
    command = [python, "manage.py", "serve", "--host", host, "--port", str(port)]
    os.execve(python, command, packages.clean_environment())


if __name__ == "__main__":
    sys.exit(speak_plainly(main))
