"""Documents that were rendered once, for all processes of one DATA_DIR.

A document is found by the hash of what it says. It is deleted with the first edit or removal of any entry, so that no
name stays on the disk longer than in the files for programs (exports/file_cache.py).
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from django.conf import settings

from petition.models.appeals import Appeal
from petition.publishing.documents.contents import Content
from petition.publishing.exports.shared_folders import compute_version, lock_folder
from petition.publishing.queries import get_published_appeal

MOST_KEPT: Final = 60
"""How many documents of one appeal are kept: a few for each language and edition."""
WAIT_SECONDS: Final = 30.0
log = logging.getLogger(__name__)


class TooBusy(Exception):
    """Other processes have rendered for WAIT_SECONDS."""


def render_once(kind: str, content: Content, edits: int, render: Callable[[], bytes]) -> bytes:
    """Return the document of this kind with this content: a kept one, or what `render` returns, which is kept then.

    `edits` are those of the appeal from before the content was read. Only one process renders at a time: a long list
    takes 450 MB. Where nothing can be kept, such as on a full disk, the document is rendered all the same.
    Raises TooBusy, NotPublished, and what `render` raises.
    """
    folder = _documents_folder() / content.slug / _folder_name(edits)
    path = folder / f"{_compute_key(content)}.{kind}"
    with ExitStack() as stack:
        body = _read(path)
        if body is None:
            _wait_for_turn(stack)
            body = _read(path) or _keep(path, render())  # another process may have rendered it meanwhile
    if get_published_appeal(content.slug).edits != edits:
        shutil.rmtree(folder, ignore_errors=True)  # it may say a name that was removed meanwhile
    return body


def remove_stale() -> bool:
    """Remove the documents from before the last edit or removal, and those of appeals that are not public.

    Return True: nothing is left that will have to be removed without another change.
    """
    if _documents_folder().is_dir():
        published = Appeal.objects.published()
        current = {(appeal.slug, _folder_name(appeal.edits)) for appeal in published}
        for folder in _documents_folder().glob("*/*"):
            if (folder.parent.name, folder.name) not in current:
                shutil.rmtree(folder, ignore_errors=True)
    return True


def _documents_folder() -> Path:
    return Path(settings.DATA_DIR) / "documents"


def _folder_name(edits: int) -> str:
    return f"{edits}-{compute_version()}"


def _compute_key(content: Content) -> str:
    return hashlib.sha256(json.dumps(content.for_renderer()).encode()).hexdigest()[:32]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _wait_for_turn(stack: ExitStack) -> None:
    """Wait until no other process renders, and keep others from it until the stack is closed. Raises TooBusy."""
    try:
        is_locked = stack.enter_context(lock_folder(_documents_folder(), seconds=WAIT_SECONDS))
    except OSError:
        return
    if not is_locked:
        raise TooBusy


def _keep(path: Path, body: bytes) -> bytes:
    """Write the document if that is possible, and return it."""
    half = path.with_name(f".{path.name}")
    try:
        for folder in (path.parents[1], path.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        half.write_bytes(body)
        half.replace(path)
        kept = sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime)
        for oldest in kept[:-MOST_KEPT]:
            oldest.unlink()
    except OSError as error:
        log.warning("A document could not be kept: %s.", type(error).__name__)
    return body
