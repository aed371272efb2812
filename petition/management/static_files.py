"""Collect static files, under hashed names, when they may have changed."""

import hashlib
import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

UNUSED = ("vendor",)  # the admin's date pickers and choosers with jQuery, which no page of ours uses


class ReadableStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Static files under hashed names, compressed beforehand, that every user may read, whatever the umask is."""

    # The proxy serves them, and is another user. Below DATA_DIR, which is private, they stay private.
    def post_process(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        yield from super().post_process(*args, **kwargs)
        root = Path(self.location)
        for path in (root, *root.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


def collect_if_changed() -> None:
    """Run `collectstatic` into STATIC_ROOT unless nothing has changed since the last time."""
    stamp = settings.STATIC_ROOT / ".collected"
    fingerprint = _compute_fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == fingerprint:
        return
    # Public files, which every system user of the site and the proxy may read, whatever the umask of this process is.
    umask = os.umask(0o022)
    try:
        call_command("collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=[*UNUSED])
        stamp.write_text(fingerprint, encoding="ascii")
    finally:
        os.umask(umask)


def _compute_fingerprint() -> str:
    """Return a hash of our files' content and of the packages' versions."""
    digest = hashlib.sha256(repr(UNUSED).encode())
    for package in ("django", "django-allauth", "django-crispy-forms", "crispy-bootstrap5", "whitenoise"):
        digest.update(f"{package} {version(package)}\n".encode())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
