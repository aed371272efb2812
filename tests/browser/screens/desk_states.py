"""Every staff page in every state."""

import re
from collections.abc import Callable

from tests.browser.visit import CHANGE, Visit, at, entered, opened
from tests.factories import russian_source
from tests.site import SLUG


def open_staff_page(path: str) -> Callable[[Visit], None]:
    def go(visit: Visit) -> None:
        visit.sign_in(path)

    return go


def _wrong_password(visit: Visit) -> None:
    visit.open("/admin/login/")
    visit.page.locator("[name=username]").fill("admin")
    visit.page.locator("[name=password]").fill("wrong")
    visit.press("button.default")


def after_saying_who(path: str) -> Callable[[Visit], None]:
    """What is sensitive asks for the password once more."""

    def go(visit: Visit) -> None:
        visit.sign_in(path)
        if "/reauthenticate/" in visit.page.url:
            visit.page.locator("[name=password]").fill(visit.site.password)
            visit.press("button.default")
            visit.keep_session()  # it has a new key now

    return go


def _invited(visit: Visit, name: str) -> None:
    after_saying_who("/admin/staff/invite/")(visit)
    visit.page.locator("[name=name]").fill(name)
    visit.page.locator("[name=mailbox]").fill(f"{name}@demo.example")
    visit.page.locator("[name=roles][value=moderator]").check()
    visit.press("button.staff-approve")


def _one_account(visit: Visit) -> None:
    _invited(visit, f"guest-{next(visit.site.numbers)}")
    visit.press(".staff-queue th a[href$='/staff/2/']")


def _invitation(visit: Visit) -> None:
    name = f"invited-{next(visit.site.numbers)}"
    _invited(visit, name)
    visit.page.context.clear_cookies()
    visit.page.goto(re.findall(r"http\S+/invitation/\S+", visit.site.mail_to(f"{name}@demo.example"))[0])


def _contact(visit: Visit) -> None:
    _one_endorsement(visit)
    visit.unfold("button.staff-contact")
    visit.press("button.staff-contact")


def _text_as_read(visit: Visit) -> None:
    visit.sign_in(f"/admin/texts/{SLUG}/ru/")
    visit.page.locator("[name=source]").fill(russian_source())
    visit.press("button.staff-preview")


def _one_endorsement(visit: Visit) -> None:
    visit.make_own_page()
    visit.sign_in()
    visit.find(visit.name)
    visit.press(f".staff-queue th a:has-text('{visit.name}')")


def _asked(visit: Visit) -> None:
    _one_endorsement(visit)
    visit.unfold("#ask-words").fill("Who decided this in your organisation?")
    visit.press(".staff-ask")


def _rejected(visit: Visit) -> None:
    _one_endorsement(visit)
    visit.unfold("[name=reason][value=unverified]").check()
    visit.unfold("#reject-note").fill("Nobody answers at their number.")
    visit.decide(".staff-reject")


def _respelled(visit: Visit) -> None:
    _one_endorsement(visit)
    here, typed = visit.page.url, visit.unfold("#spelling-organisation_name")
    stale = visit.page.locator("#spelling-seen").input_value()
    typed.fill("Ойдон чыгарылган «Үлгү» коомдук фонду")
    visit.press(".staff-spelling")
    visit.page.goto(here)
    visit.unfold(".staff-spelling")
    visit.page.locator("#spelling-seen").evaluate("(field, stale) => { field.value = stale }", stale)
    visit.press(".staff-spelling")


def _enter_with_errors(visit: Visit) -> None:
    visit.sign_in("/admin/enter/")
    visit.page.locator(".staff-enter").evaluate("form => { form.noValidate = true }")
    visit.press(".staff-enter button.staff-approve")


def _reason_preview(visit: Visit) -> None:
    visit.sign_in("/admin/reasons/unverified/")
    visit.press(".staff-preview")
    visit.page.locator(".staff-mail summary").first.click()


def _evidence(visit: Visit) -> None:
    """An imitation of a listed name, checked as no rung allows."""
    visit.make_own_page(name="Freedorn Nоw")
    visit.sign_in()
    visit.find("Freedorn")
    visit.page.locator(".staff-queue th a", has_text="Freedorn").last.click()
    visit.page.locator(".staff-similar").first.wait_for()
    visit.unfold("[name=how][value=vouched]").check()
    visit.press(".staff-check")


def _keys(visit: Visit) -> None:
    visit.sign_in()
    visit.page.locator(".staff-shortcuts-button").click()
    visit.page.locator(".staff-shortcuts[open]").wait_for()


def _link_issued(visit: Visit) -> None:
    _line(visit)
    visit.unfold("[name=checked]").check()
    visit.press(".staff-link")


def _line(visit: Visit) -> None:
    """Found by its number in the field at the top of every page."""
    visit.sign_in("/admin/lines/")
    visit.page.locator("header [name=q]").fill("original-12")
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    visit.press(".staff-queue th a")


def _line_with_note(visit: Visit) -> None:
    _line(visit)
    visit.unfold("#note-words").fill("Outlawed in Russia in 2023.")
    visit.press("button.staff-note")


def _hide(visit: Visit) -> None:
    visit.sign_in("/admin/search/?q=original-12")
    visit.press(".staff-hide-link")


def _notice_preview(visit: Visit) -> None:
    visit.sign_in(f"/admin/notices/{SLUG}/ru/")
    visit.page.locator(".staff-form textarea").fill("Ваша организация будет названа отдельно от тех, кто подписал.")
    visit.press(".staff-preview")


def _tick(visit: Visit) -> str:
    """Tick an endorsement that just arrived, and return the tab in which it is."""
    visit.make_own_page()
    visit.sign_in()
    visit.find(visit.name)
    visit.page.locator(".staff-row-checkbox").first.check()
    return "quarantined" if "state=quarantined" in visit.page.url else "confirmed"


def _bulk(visit: Visit) -> None:
    visit.press(".staff-bulk-release" if _tick(visit) == "quarantined" else ".staff-bulk-quarantine")


def _bulk_rejection(visit: Visit) -> None:
    """Every reason with its mail; nothing is begun."""
    _tick(visit)
    visit.press(".staff-bulk-reject")


def _disputed(visit: Visit) -> None:
    """One waits already, or somebody writes."""
    visit.sign_in()
    if visit.page.locator(".staff-dispute").count():
        return
    visit.open(CHANGE)
    visit.page.locator("[name=about][value=other]").check()
    visit.page.locator("[name=line]").fill("original-12")
    visit.page.locator("[name=words]").fill("Кто-то подписал за нас.")
    visit.press(f"[action$='{CHANGE}message/'] button")
    visit.open("/admin/")
    visit.reload_until(".staff-dispute")


def _dispute(visit: Visit) -> None:
    _disputed(visit)
    visit.press(".staff-dispute")


def _disputes_of_one_entry(visit: Visit) -> None:
    _disputed(visit)
    visit.page.locator(".staff-disputes [href*='entry=']").first.click()


def _batch(visit: Visit) -> None:
    _bulk(visit)
    visit.press(".staff-start")


def _batches(visit: Visit) -> None:
    _batch(visit)
    visit.open("/admin/batches/")


def _quarantined(visit: Visit) -> None:
    visit.sign_in("/admin/?state=quarantined")
    if not visit.page.locator(".staff-row-checkbox").count():
        if _tick(visit) == "confirmed":
            visit.press(".staff-bulk-quarantine")
            visit.press(".staff-start")
        visit.open("/admin/?state=quarantined")


def _quarantined_one(visit: Visit) -> None:
    _quarantined(visit)
    visit.press(".staff-queue th a")


def _edition_preview(visit: Visit) -> None:
    visit.sign_in("/admin/editions/")
    visit.page.locator("[name=addressee]").fill("Жогорку Кеңеш")
    visit.press(".staff-preview")


def _edition_refused(visit: Visit) -> None:
    visit.sign_in("/admin/editions/")
    visit.page.locator("[name=dated]").fill("2020-10-09")
    visit.page.locator("[name=addressee]").fill("Жогорку Кеңеш")
    visit.press(".staff-approve")


STAFF: dict[str, Callable[[Visit], None]] = {
    "sign-in": at("/admin/login/"),
    "sign-in-wrong": _wrong_password,
    "queue": open_staff_page("/admin/"),
    "queue-approved": open_staff_page("/admin/?state=approved"),
    "queue-filtered": open_staff_page("/admin/?state=approved&q=freedom&age=overdue"),
    "queue-keys": _keys,
    "queue-account": opened(open_staff_page("/admin/"), ".staff-account"),
    "endorsement": _one_endorsement,
    "endorsement-asked": _asked,
    "endorsement-more": opened(_one_endorsement, ".staff-actions > :last-child"),
    "endorsement-reasons": opened(_one_endorsement, "#reject"),
    "endorsement-evidence": _evidence,
    "endorsement-line": _line_with_note,
    "endorsement-rejected": _rejected,
    "endorsement-respelled": _respelled,
    "endorsement-letter": entered("letter"),
    "enter": open_staff_page("/admin/enter/"),
    "enter-errors": _enter_with_errors,
    "hide": _hide,
    "search": open_staff_page("/admin/search/?q=original-1"),
    "search-nothing": open_staff_page("/admin/search/?q=original-99"),
    "reasons": open_staff_page("/admin/reasons/"),
    "reason": _reason_preview,
    "mails": open_staff_page("/admin/mails/"),
    "mail": open_staff_page("/admin/mails/confirm/ru/"),
    "link-issued": _link_issued,
    "queue-quarantined": _quarantined,
    "endorsement-quarantined": _quarantined_one,
    "floods": open_staff_page("/admin/floods/"),
    "bulk": _bulk,
    "bulk-rejection": _bulk_rejection,
    "queue-disputed": _disputed,
    "dispute": _dispute,
    "disputes": _disputes_of_one_entry,
    "batch": _batch,
    "batches": _batches,
    "emergency": open_staff_page("/admin/site/"),
    "lines": open_staff_page("/admin/lines/"),
    "notices": open_staff_page("/admin/notices/"),
    "notice": _notice_preview,
    "editions": _edition_preview,
    "editions-refused": _edition_refused,
    "contact": _contact,
    "overview": open_staff_page("/admin/overview/?appeal=demo"),
    "texts": open_staff_page("/admin/texts/"),
    "text-read": _text_as_read,
    "opening": open_staff_page(f"/admin/texts/{SLUG}/opening/"),
    "staff": open_staff_page("/admin/staff/"),
    "invite": after_saying_who("/admin/staff/invite/"),
    "account": _one_account,
    "invitation": _invitation,
    "trail-export": after_saying_who("/admin/petition/auditevent/export/?verb=approve"),
    "passkey": after_saying_who("/admin/second-factor/webauthn/add/"),
    "trail": open_staff_page("/admin/petition/auditevent/"),
    "second-factor": open_staff_page("/admin/second-factor/"),
    "password": open_staff_page("/admin/password/"),
}
