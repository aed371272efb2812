"""Fields that people do not see."""

import re

from django.test import Client

from petition.models import Appeal
from petition.templatetags.once import once
from tests.factories import SLUG
from tests.site import ROOT


def test_the_stamp_is_never_filled_in_from_an_earlier_visit(client: Client, appeal: Appeal) -> None:
    """Only `autocomplete` forbids it to Firefox, and no hidden field may have one: so it is a text field unseen."""
    page = client.get(f"/appeals/{SLUG}/endorse/").content.decode()
    (stamp,) = re.findall(r'<input [^>]*name="opened"[^>]*>', page)
    assert stamp.startswith("<input hidden ")
    assert 'autocomplete="off"' in stamp
    assert 'name=""' not in page


def test_no_field_is_both_hidden_and_filled_in_by_browsers() -> None:
    sources = {path: path.read_text("utf-8") for path in (ROOT / "templates").rglob("*.html")}
    fields = [field for text in sources.values() for field in re.findall(r'<input [^>]*type="hidden"[^>]*>', text)]
    assert fields
    assert [field for field in [*fields, once()] if 'type="hidden"' in field and "autocomplete" in field] == []
    assert 'autocomplete="off"' in once()
