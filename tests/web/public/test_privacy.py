"""`/privacy/` states the current settings and retention periods; robots.txt and other files for programs."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import resolve
from pytest_django import Settings

from petition.actions.intake.accept import submit
from petition.actions.intake.submissions import Arrival
from petition.models import Appeal, Endorsement, RateCount
from petition.publishing.retention_notice import RETENTION_NOTICE
from petition.reference import clock, retention_periods
from petition.security import rate_limits
from tests import factories
from tests.factories import NOON, a_submission, an_appeal

LANGUAGES = ("", "/ru", "/ky")


def page(client: Client, prefix: str = "") -> str:
    return client.get(f"{prefix}/privacy/").content.decode()


@pytest.mark.parametrize("prefix", LANGUAGES)
def test_every_retention_period_is_stated(client: Client, appeal: Appeal, prefix: str) -> None:
    days_shown = [int(days) for days in re.findall(r"<li><strong>(\d+) [^<]+\.</strong>", page(client, prefix))]
    assert days_shown == [period.days for period, _ in RETENTION_NOTICE]


def test_no_retention_period_is_missing(settings: Settings) -> None:
    """The reminder erases nothing."""
    periods = {value for value in vars(retention_periods).values() if isinstance(value, timedelta)}
    assert {period for period, _ in RETENTION_NOTICE} == periods | {timedelta(days=settings.BACKUP_DAYS)}


def test_no_count_is_kept_longer_than_stated(appeal: Appeal) -> None:
    arrival = Arrival("203.0.113.0/24", 60, honeypot_filled=False)
    submit(appeal, a_submission(contact_email="asel@fund.example"), arrival=arrival, at=NOON)
    limit = rate_limits.MAILS_FROM_OWN_PAGE
    while rate_limits.reserve_slot(limit, "a", at=NOON, latest=NOON + retention_periods.UNCONFIRMED):
        pass
    assert max(RateCount.objects.values_list("ends_at", flat=True)) <= NOON + retention_periods.COUNTS


def test_the_controller_is_named_or_reported_missing(client: Client, appeal: Appeal, settings: Settings) -> None:
    settings.CONTROLLER = ""
    assert "The secretariat that runs this site." in page(client)
    settings.CONTROLLER, settings.SECRETARIAT_ADDRESS = "Made-up Office", "office@secretariat.example"
    assert "(GDPR): Made-up Office." in page(client)
    assert "mailto:office@secretariat.example" in page(client)


def test_it_states_whether_this_process_can_decrypt(client: Client, appeal: Appeal, settings: Settings) -> None:
    assert "also has the key" in page(client)
    settings.CONTACT_PRIVATE_KEYS = []
    assert "does not have the key" in page(client)


@pytest.mark.parametrize("prefix", LANGUAGES)
def test_form_and_footer_link_to_it(client: Client, appeal: Appeal, prefix: str) -> None:
    form = client.get(f"{prefix}/appeals/{appeal.slug}/endorse/").content.decode()
    assert form.count(f'href="{prefix}/privacy/"') == 2
    assert f'href="{prefix}/privacy/"' in client.get(f"{prefix}/accessibility/").content.decode()


@pytest.mark.django_db
def test_it_exists_before_anything_is_published(client: Client) -> None:
    assert "<h1>Privacy</h1>" in page(client)


def test_robots_may_read_all_but_private_and_staff_pages(client: Client, appeal: Appeal) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    refused = [line.partition(": ")[2] for line in lines if line.startswith("Disallow")]
    private = [f"{prefix}/{path}/" for path in ("endorsements", "drafts") for prefix in ("", "/ru", "/ky")]
    assert refused == [*private, "/admin/"]
    assert lines[0] == "User-agent: *"
    assert lines[-1] == "Sitemap: http://127.0.0.1:8000/sitemap.xml"


def test_the_sitemap_names_published_pages_in_each_language_and_nothing_else(client: Client, appeal: Appeal) -> None:
    an_appeal("draft-2026", published_at=None)
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)
    pages = [element.text or "" for element in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(pages) == len(set(pages)) == 3 * 6
    for address in pages:
        path = address.removeprefix("http://127.0.0.1:8000")
        assert client.get(path).status_code == 200
        assert resolve(path.removeprefix("/ru").removeprefix("/ky")).func.published  # type: ignore[attr-defined]
    links = [element.attrib["href"] for element in tree.iter("{http://www.w3.org/1999/xhtml}link")]
    assert set(links) == set(pages)
    assert len(links) == 4 * len(pages)  # each language, and English again for all others


@pytest.mark.parametrize(
    ("contact", "line"),
    [("office@secretariat.example", "mailto:office@secretariat.example"), ("https://x.example/", "https://x.example/")],
)
def test_security_txt_names_a_contact_and_expires_within_a_year(
    client: Client, appeal: Appeal, settings: Settings, contact: str, line: str
) -> None:
    settings.SECURITY_CONTACT = contact
    response = client.get("/.well-known/security.txt")
    fields = dict(row.split(": ", 1) for row in response.content.decode().splitlines())
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == line
    assert fields["Expires"].endswith("Z")
    now = f"{clock.now():%Y-%m-%d}"
    assert now < fields["Expires"] < f"{clock.now() + timedelta(days=365):%Y-%m-%dT%H:%M:%SZ}"
    assert fields["Preferred-Languages"] == "en, ru, ky"


def test_without_a_contact_there_is_no_security_txt(client: Client, appeal: Appeal, settings: Settings) -> None:
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404


def test_the_page_says_which_names_are_stored_readable(client: Client, appeal: Appeal) -> None:
    withheld = factories.confirmed(appeal, display="withheld", organisation_name="Made-up Unseen")
    named = factories.confirmed(appeal, organisation_name="Made-up Seen")
    names = dict(Endorsement.objects.values_list("pk", "organisation_name"))
    assert (names[withheld.pk], names[named.pk]) == ("", "Made-up Seen")
    page = " ".join(client.get("/privacy/").content.decode().split())
    assert "So do names that are not published." in page
    assert "Published names and our questions" in page
