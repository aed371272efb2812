"""The pages of an appeal's life in every state: new appeal, timeline, archive, takedown, and tables of endorsements."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.browser.screens.desk_states import after_saying_who, open_staff_page
from tests.browser.visit import Visit
from tests.site import SLUG

_PEOPLE = Path(__file__).parents[2] / "statements" / "documents" / "people.txt"

_CHOOSE = """slug => {
  const form = document.querySelector('form:has(#chosen-appeal)');
  const fields = new FormData(form);
  fields.set('appeal', slug);
  return fetch(form.action, {method: 'POST', body: fields}).then(() => null);
}"""


def _upload(visit: Visit) -> None:
    visit.sign_in("/admin/drafts/new/")
    visit.page.locator("[name=language]").select_option("ru")
    visit.page.locator("[name=file]").set_input_files(_PEOPLE)
    visit.press("main button.staff-approve")


def _to_overview(visit: Visit) -> None:
    visit.page.goto(re.sub(r"blocks/.*", "", visit.page.url))


def _draft(visit: Visit) -> None:
    _upload(visit)
    _to_overview(visit)


def _locked(visit: Visit) -> None:
    _upload(visit)
    for block in visit.page.locator("fieldset.staff-undecided select").all():
        block.select_option("not_listed")
    visit.press("button[name=next]")
    visit.press("button[value=lock]")
    visit.press("button[value=link]")


def _locked_text(visit: Visit) -> None:
    """Once for all languages and widths: each one would be another draft in the list."""
    if "locked_text" not in visit.site.kept:
        _locked(visit)
        visit.site.kept["locked_text"] = re.findall(
            r"/drafts/[\w-]+/", visit.page.locator(".messagelist").inner_text()
        )[0]
        visit.page.context.clear_cookies()
    visit.open(visit.site.kept["locked_text"])


def _refused_file(visit: Visit) -> None:
    visit.sign_in("/admin/drafts/new/")
    visit.page.locator("[name=text]").fill("Caf&eacute; of rights")
    visit.press("main button.staff-approve")


def _table(visit: Visit) -> None:
    visit.sign_in("/admin/enter/table/")
    visit.press("main a[href*='/enter/table/']:has-text('UTC')")


def _row(visit: Visit) -> None:
    _table(visit)
    visit.press("main a[href*='/rows/'] >> nth=2")


def _wrong_table(visit: Visit) -> None:
    visit.sign_in("/admin/enter/table/")
    visit.page.locator("[name=note]").fill("In the blue folder.")
    visit.page.locator("[name=table]").fill("organisation_name,colour\nMade-up Fund,red")
    visit.press("main button.staff-approve")


def _event(visit: Visit) -> None:
    visit.sign_in("/admin/timeline/")
    visit.page.locator("#chosen-appeal").select_option("demo")
    visit.press("form:has(#chosen-appeal) button")
    visit.press("main .staff-list a")
    visit.page.evaluate(_CHOOSE, SLUG)  # the session is that of all states


LIFE: dict[str, Callable[[Visit], None]] = {
    "drafts": open_staff_page("/admin/drafts/"),
    "draft-refused": _refused_file,
    "draft-blocks": _upload,
    "draft": _draft,
    "draft-locked": _locked,
    "tables": open_staff_page("/admin/enter/table/"),
    "tables-refused": _wrong_table,
    "table": _table,
    "table-row": _row,
    "timeline": open_staff_page("/admin/timeline/"),
    "event": _event,
    "archive": open_staff_page(f"/admin/texts/{SLUG}/archive/"),
    "take-down": after_saying_who(f"/admin/texts/{SLUG}/take-down/"),
}
LIFE_PUBLIC: dict[str, Callable[[Visit], None]] = {"locked-text": _locked_text}
