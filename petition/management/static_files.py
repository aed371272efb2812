"""Static files under hashed names, collected only when something in them may have changed."""

import hashlib
from importlib.metadata import version

from django.conf import settings
from django.core.management import call_command

# The admin's date pickers and choosers with jQuery: no page of ours has one, so nobody is offered their code.
UNUSED = ("vendor",)


def collect_if_changed() -> None:
    """STATIC_ROOT holds what `collectstatic` makes of the present files; quick when nothing changed."""
    stamp = settings.STATIC_ROOT / ".collected"
    fingerprint = _fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == fingerprint:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=[*UNUSED])
    stamp.write_text(fingerprint, encoding="ascii")


def _fingerprint() -> str:
    """Of our files by content; of the packages by version."""
    digest = hashlib.sha256(repr(UNUSED).encode())
    for package in ("django", "django-allauth", "django-crispy-forms", "crispy-bootstrap5", "whitenoise"):
        digest.update(f"{package} {version(package)}\n".encode())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
