"""Our own scripts: small, named by their hash, deferred, and only where they are needed."""

import re
from pathlib import Path

import brotli
from django.test import Client

from petition.models import Appeal
from tests.factories import SLUG

SCRIPTS = sorted((Path(__file__).parents[3] / "static" / "js").rglob("*.js"))
STAFF = {"staff.js"}


def test_all_scripts_together_are_under_3_kb_compressed() -> None:
    """Of the public pages; the script of the admin is as small."""
    weights = {path.name: len(brotli.compress(path.read_bytes())) for path in SCRIPTS}
    assert sum(weight for name, weight in weights.items() if name not in STAFF) < 3 * 1024
    assert sum(weights[name] for name in STAFF) < 3 * 1024


def test_the_script_is_deferred_and_only_on_the_form_and_after_it(client: Client, appeal: Appeal) -> None:
    pages = ("", "signatories/", "endorse/", "endorse/check-mail/", "endorse/code/", "endorse/confirmed/")
    with_script = []
    for page in pages:
        for tag in re.findall(r"<script[^>]*>", client.get(f"/appeals/{SLUG}/{page}").content.decode()):
            assert re.fullmatch(r'<script src="/static/js/[a-z]+\.[0-9a-f]{12}\.js" defer>', tag)
            with_script += [page] if "/endorse." in tag else []
    assert with_script == ["endorse/", "endorse/check-mail/"]


def test_the_script_names_no_field_of_a_person() -> None:
    """All that it may store and send is listed in it; contact fields and declarations are not."""
    (script,) = [path.read_text(encoding="utf-8") for path in SCRIPTS if path.name == "endorse.js"]
    named = re.findall(r'"(\w+)"', "".join(re.findall(r"const (?:ENTRY_FIELDS|STORED_FIELDS) = (\[.*?\]);", script)))
    assert sorted(named) == ["acronym", "countries", "display", "member", "organisation_name", "website"]
    assert not re.search(r"contact_|authority|consent_|localStorage|cookie", script)
