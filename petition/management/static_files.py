"""Collect static files, under hashed names, when they may have changed."""

import hashlib
from importlib.metadata import version

from django.conf import settings
from django.core.management import call_command

UNUSED = ("vendor",)  # the admin's date pickers and choosers with jQuery, which no page of ours uses


def collect_if_changed() -> None:
    """Run `collectstatic` into STATIC_ROOT unless nothing has changed since the last time."""
    stamp = settings.STATIC_ROOT / ".collected"
    fingerprint = _compute_fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == fingerprint:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=[*UNUSED])
    stamp.write_text(fingerprint, encoding="ascii")


def _compute_fingerprint() -> str:
    """Return a hash of our files' content and of the packages' versions."""
    digest = hashlib.sha256(repr(UNUSED).encode())
    for package in ("django", "django-allauth", "django-crispy-forms", "crispy-bootstrap5", "whitenoise"):
        digest.update(f"{package} {version(package)}\n".encode())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
