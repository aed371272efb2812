"""Runs `manage.py` in forks of a process that has loaded the libraries, which take most of a command's time.

It reads lines of JSON (arguments, environment) and answers each with another (exit code, output, errors).
"""

import json
import os
import runpy
import sys
import tempfile
from importlib import import_module
from pathlib import Path

# What can be loaded without settings. A command that needs more loads it itself.
LIBRARIES = (
    "django.core.management", "django.db.models", "django.forms", "django.views.generic", "django.test.client",
    "django.contrib.admin", "django.db.backends.postgresql.base", "django.db.backends.sqlite3.base",
    "cryptography.hazmat.primitives.asymmetric.x25519", "nacl.public", "environ", "csp.constants", "fido2.server",
    "lxml.html", "email_validator", "qrcode", "granian", "whitenoise.middleware",
)  # fmt: skip


def answer_until_forked() -> None:
    """Answer commands; return in each fork, or end with the input."""
    for line in sys.stdin:
        arguments, environment = json.loads(line)
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            child = os.fork()
            if not child:
                for descriptor, target in enumerate(
                    (os.open(os.devnull, os.O_RDONLY), output.fileno(), errors.fileno())
                ):
                    os.dup2(target, descriptor)
                os.environ.clear()
                os.environ.update(environment)
                sys.argv[:] = ["manage.py", *arguments]
                return
            _, status = os.waitpid(child, 0)
            output.seek(0)
            errors.seek(0)
            print(json.dumps([os.waitstatus_to_exitcode(status), output.read(), errors.read()]), flush=True)  # noqa: T201
    os._exit(0)


if __name__ == "__main__":
    for name in LIBRARIES:
        import_module(name)
    sys.path[0] = str(Path.cwd())
    answer_until_forked()
    runpy.run_path("manage.py", run_name="__main__")
