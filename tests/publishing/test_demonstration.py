"""A demonstration is in no search engine: each response has noindex, and robots.txt excludes it."""

from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client

from petition.actions.appeals import demonstration
from petition.actions.listing.editions import freeze
from petition.models import Appeal
from tests.factories import MODERATOR, NOON, SLUG, statement
from tests.publishing.visitor import Visitor
from tests.web.middleware.test_headers import PUBLIC

OF_AN_APPEAL = {name: path for name, path in PUBLIC.items() if f"/appeals/{SLUG}" in path}
OF_THE_SITE = ("/", "/privacy/", "/ru/accessibility/", "/robots.txt", "/sitemap.xml", "/schemas/appeal.json", "/code/")
META = '<meta name="robots" content="noindex">'
WITHOUT_LANGUAGE = (".json", ".atom", ".csv", "text.en.txt", "metadata.json")


@pytest.fixture
def demo(appeal: Appeal) -> Appeal:
    """A demonstration beside the real appeal, each with an edition."""
    made_up = demonstration.get_or_create_appeal("demo", statement(), at=NOON)
    for _ in demonstration.add_endorsements(made_up, 2, at=NOON):
        pass
    for slug in ("demo", SLUG):
        freeze(slug, dated=NOON.date(), addressee="The President", by=MODERATOR, at=NOON)
    return made_up


def paths(names: set[str], slug: str) -> list[str]:
    """Return the paths of these routes of the appeal, in each language of the route."""
    plain = [OF_AN_APPEAL[name].replace(SLUG, slug) for name in sorted(names)]
    return plain + [f"/{code}{path}" for path in plain if not path.endswith(WITHOUT_LANGUAGE) for code in ("ru", "ky")]


@pytest.mark.usefixtures("in_process")
def test_only_responses_of_a_demonstration_have_noindex(client: Client, demo: Appeal) -> None:
    for path in paths(set(OF_AN_APPEAL), "demo"):
        response = client.get(path)
        assert (response.get("X-Robots-Tag"), response.status_code < 400) == ("noindex", True), path
    for path in (*OF_AN_APPEAL.values(), *OF_THE_SITE):  # in other languages: tests/web/middleware/test_headers.py
        assert "X-Robots-Tag" not in client.get(path), path


def test_cached_pages_have_noindex_too(demo: Appeal, visit: Visitor) -> None:
    for path in ("/appeals/demo/", "/ky/appeals/demo/signatories/", "/appeals/demo.json"):
        for _ in range(2):
            assert visit(path).headers["X-Robots-Tag"] == "noindex"
        assert path.endswith(".json") or META in visit(path).text, "for a mirror, which has no headers"


def test_robots_txt_excludes_demonstrations_only(client: Client, demo: Appeal) -> None:
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").content.decode().splitlines())
    for path in paths(set(OF_AN_APPEAL), "demo"):
        assert not rules.can_fetch("bot", path), path
    for path in (*paths(set(OF_AN_APPEAL), SLUG), "/appeals/demo-of-2027/", "/ru/appeals/demo-of-2027.pdf", "/"):
        assert rules.can_fetch("bot", path), path
