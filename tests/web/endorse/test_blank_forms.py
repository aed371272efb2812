"""A form that nobody has filled in is laid out once; each visitor gets it with a stamp of its own."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from petition.actions.audit import OPERATOR
from petition.actions.operations import site_state
from petition.models import Appeal, Level
from petition.publishing.cache import site_status
from petition.reference import clock
from petition.web.endorse import blank_forms
from tests.factories import SLUG
from tests.web.visitor import publish_intake_keys

FORM = f"/appeals/{SLUG}/endorse/"
STAMP = re.compile(r'name="opened" value="([^"]+)"')


@pytest.fixture(autouse=True)
def watched(appeal: Appeal) -> None:
    """As in a web process, whose watcher keeps the status of the site, beside a worker."""
    publish_intake_keys()
    site_status.forget_status()
    site_status.keep_status()


def get(client: Client, path: str = FORM) -> str:
    return client.get(path).content.decode()


def test_two_visitors_get_the_same_form_with_different_stamps(client: Client) -> None:
    first, second = get(client), get(client)
    stamps = [*STAMP.findall(first), *STAMP.findall(second)]
    assert len(set(stamps)) == 2
    assert blank_forms.MARK not in first + second
    assert STAMP.sub("", first) == STAMP.sub("", second)


def test_the_second_visitor_asks_the_database_nothing(client: Client) -> None:
    get(client)
    with CaptureQueriesContext(connection) as asked:
        get(client)
    assert not asked.captured_queries
    blank_forms.forget_pages()  # the broken variant: without the kept page
    with CaptureQueriesContext(connection) as asked:
        get(client)
    assert asked.captured_queries


def test_languages_have_forms_of_their_own(client: Client) -> None:
    assert 'lang="en"' in get(client)
    assert 'lang="ru"' in get(client, f"/ru{FORM}")
    assert 'lang="en"' in get(client)


def test_a_change_of_appeal_or_level_is_shown_at_once(client: Client, appeal: Appeal) -> None:
    assert 'name="organisation_name"' in get(client)
    site_state.set_level(Level.CLOSED, by=OPERATOR, at=clock.now())
    site_status.forget_status()
    assert 'name="organisation_name"' not in get(client)


def test_a_form_laid_out_while_the_level_changes_is_not_kept_for_the_old_level(client: Client, appeal: Appeal) -> None:
    """The process learns of a level up to a second late; the kept page must not say "closed" once it is over."""
    site_state.set_level(Level.CLOSED, by=OPERATOR, at=clock.now())
    get(client)  # by the status from before
    site_state.set_level(Level.NORMAL, by=OPERATOR, at=clock.now())
    assert 'name="organisation_name"' in get(client)


def test_what_was_typed_is_in_no_kept_page(client: Client) -> None:
    client.post(FORM, {"organisation_name": "Unmistakable Fund"})
    assert "Unmistakable" not in get(client)
    client.post(FORM, {"organisation_name": "Unmistakable Fund", "preview": "page"})
    assert "Unmistakable" not in get(client)
