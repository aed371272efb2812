"""An e-mail address reaches the site as it was typed, through a browser that knows older rules for domains."""

from tests.browser.screens.states import FORM, Visit


def test_a_domain_with_an_eszett_is_not_changed(tab: Visit) -> None:
    """In `<input type="email">` Chromium makes `fass.de` of it, and the link would go there."""
    tab.open(FORM)
    tab.fill("eszett@faß.example")
    tab.press("[type=submit]")
    assert "/confirm/" in tab.site.mail_to("eszett@xn--fa-hia.example")
