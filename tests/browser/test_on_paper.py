"""The printed page of the appeal, printed by a browser and read back from its PDF."""

import io
import re

from pypdf import PdfReader

from tests.browser.screens.states import Visit


def test_the_printed_page_has_every_entry_once_and_in_order(tab: Visit) -> None:
    """The site has 40 made-up endorsements, of which more than 20 were listed; printing takes a second."""
    page = tab.page
    tab.open("/appeals/demo/signatories/")
    wanted = page.locator("#later ~ ol li").count()
    tab.open("/appeals/demo/")
    assert page.locator(".paper").evaluate_all("rows => rows.map(row => row.offsetHeight)") == [0, 0]
    assert page.locator("ol.screen").is_visible()
    printed = "\n".join(part.extract_text() for part in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    later = printed.split("Endorsed later")[1].split("Background:")[0]
    numbers = [int(number) for number in re.findall(r"^\s*(\d+)\.\s", later, re.M)]
    assert numbers == list(range(1, wanted + 1))
    assert wanted > 20
