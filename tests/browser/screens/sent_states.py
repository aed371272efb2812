"""The pages after a request was sent, which the worker has not done yet, or could not do any more."""

from tests.browser.visit import State, Visit, confirm_page

_MOST_WAITING = 5
_STOP = "window.stop(), document.querySelector('meta[http-equiv=refresh]').remove()"
"""It would load itself again in the middle of a check. axe reports every page that does (WCAG 2.2.1): this one has
nothing to fill in or to read slowly, and what it says stays on the page of the result."""
_LATE = "&n=30"
"""The page has loaded itself again so often, and does so no more."""


def _received(visit: Visit) -> None:
    confirm_page(visit)
    with visit.site.stopped_worker():
        visit.press(".button", until_done=False)
        visit.page.evaluate(_STOP)


def _received_late(visit: Visit) -> None:
    confirm_page(visit)
    with visit.site.stopped_worker():
        visit.press(".button", until_done=False)
        visit.page.goto(visit.page.url + _LATE)


def _confirm_not_possible(visit: Visit) -> None:
    """The same form is disowned first, in another window."""
    link = visit.send_form()
    visit.page.goto(link)
    with visit.site.stopped_worker():
        assert visit.page.context.request.post(link, form={"not_me": ""}).ok
        visit.press(".button", until_done=False)
    visit.wait_for_result()


def _too_many_waiting(visit: Visit) -> None:
    path = f"{visit.make_own_page()}code/"
    visit.open(path)
    with visit.site.stopped_worker():
        for _ in range(_MOST_WAITING):
            assert visit.page.context.request.post(f"{visit.site.url}{path}").ok
        visit.press("main form button")


SENT: dict[str, State] = {
    "received": _received,
    "received-late": _received_late,
    "confirm-not-possible": _confirm_not_possible,
    "own-too-many-waiting": _too_many_waiting,
}
