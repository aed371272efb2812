"""`make screens`: every page in every state as pictures under var/screens/, and what is wrong with them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from groundwork import environment, equipment, folders, interpreter
from groundwork.arguments import wanted_arguments
from groundwork.passes import run_to_end, site_environment
from groundwork.sentences import Refusal, speak_plainly


def main() -> int:
    """Find the browser, install what the tests need, and take the pictures of a site of their own."""
    interpreter.require()
    mask = folders.keep_private()
    arguments = wanted_arguments()
    chromium = equipment.find_chromium()
    if chromium is None:
        raise Refusal("There is no Chromium here, which takes the pictures: on Debian, `apt install chromium`.")
    environment.prepare(folders.ROOT, [environment.RUN, environment.DEV], mask)
    folders.private_folder(folders.ROOT)
    python = str(folders.ROOT / ".venv" / "bin" / "python")
    with tempfile.TemporaryDirectory(prefix="petition-screens-") as state:
        surroundings = {**site_environment(Path(state)), "CHROMIUM": chromium}
        return run_to_end([python, "-m", "tests.browser.screens.screens", *arguments], folders.ROOT, surroundings)


if __name__ == "__main__":
    sys.exit(speak_plainly(main))
