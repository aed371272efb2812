#!/usr/bin/env python3
"""The operator's door: `manage.py COMMAND`."""

import os
import signal
import sys


def main() -> None:
    os.umask(0o077)  # what a command writes is its owner's alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "petition.settings")
    if sys.argv[1:2] == ["serve"]:  # until it has handlers of its own: an exception could be lost in what is loaded
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("Django is not installed in this Python: run `make run` once, then use .venv/bin/python manage.py.")
    if sys.argv[1:2] == ["new_keys"]:
        os.environ.update(_keys_for_now())
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)  # noqa: T201  (where every command ends that says nothing better)
        sys.exit(130)
    except Exception as error:
        from petition.management.error_messages import explain_error

        if "--traceback" in sys.argv or (sentence := explain_error(error)) is None:
            raise
        sys.exit(sentence)


def _keys_for_now() -> dict[str, str]:
    """Whoever asks for keys has none yet; and settings would make some, and leave them in DATA_DIR."""
    from petition.security.keys import generate_keys

    return generate_keys()


if __name__ == "__main__":
    main()
