"""A copy of the site's source, whole or with flaws planted for the scanners to find."""

import shutil
from pathlib import Path

from tests.site import ROOT

PARTS = ("petition", "templates", "static", "fixtures", "manage.py")
FLAWS = {
    # Reflected script: the typed words stand in the page as they are.
    "templates/signatories/search.html": [
        ('value="{{ search.q }}"', 'value="{{ search.q|safe }}"'),
        # So that a crawler finds it.
        ('<div class="fields">', '<a href="/?next=/privacy/">next</a><div class="fields">'),
    ],
    # SQL made by putting text together.
    "petition/publishing/search.py": [
        (
            "    words = _build_words(query)\n",
            "    if query.q:\n"
            "        found = Signatory.objects.published(get_published_appeal(slug).pk)\n"
            "        rows = found.extra(where=[f\"instr(folded, '{query.q}') > 0\"])[:MAX_RESULTS]\n"
            "        return SearchResult([], list(build_records(rows)), has_more=False)\n"
            "    words = _build_words(query)\n",
        ),
    ],
    # A redirect to wherever the address says.
    "petition/web/public/home.py": [
        (
            "    # Only here",
            '    if "next" in request.GET:\n        response = HttpResponse(status=302)\n'
            '        response["Location"] = request.GET["next"]\n        return response\n    # Only here',
        ),
    ],
    # Posts from other sites are taken.
    "petition/settings.py": [('    "django.middleware.csrf.CsrfViewMiddleware",\n', "")],
    # Input becomes a command, and code.
    "petition/web/public/health.py": [
        (
            "from django.",
            "import subprocess\n\n\ndef run(text: str) -> object:\n    subprocess.run(text, shell=True)\n"
            "    return eval(text)\n\n\nfrom django.",
        ),
    ],
}
"""By file: what is replaced, once, by what."""


def copy_site(folder: Path, *, is_broken: bool) -> Path:
    """Copy the site's source into `folder` and return it; with every flaw, if it is to be broken."""
    folder.mkdir(mode=0o700, parents=True)
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
    for name, replacements in FLAWS.items() if is_broken else ():
        file = folder / name
        text = file.read_text(encoding="utf-8")
        for old, new in replacements:
            if old not in text:
                raise LookupError(f"{name} no longer says {old!r}: plant the flaw elsewhere.")
            text = text.replace(old, new, 1)
        file.write_text(text, encoding="utf-8")
    return folder
