"""Searching a long list from memory: additions are there at once, and what was removed or edited is never shown."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing import search as search_module
from petition.publishing.cache import search_keys
from petition.publishing.cache.search_keys import SearchWords, Texts, Word
from petition.publishing.search import SearchQuery
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved
from tests.faults.variants import variant

pytestmark = pytest.mark.both_databases


@pytest.fixture
def long_list(committed: None, monkeypatch: pytest.MonkeyPatch) -> Appeal:
    """A list that counts as long, searched once."""
    appeal = an_appeal()
    monkeypatch.setattr(search_keys, "SHORT_LIST", 1)
    for name in ("Canary Fund", "Plain Fund", "Өмүр"):
        approved(appeal, organisation_name=name)
    assert find("fund") == [1, 2]
    return appeal


def find(words: str, module: Any = search_module) -> list[int]:
    """Return the numbers of the further signatories that are found."""
    return [entry.number for entry in module.search(SLUG, SearchQuery(q=words)).further]


def test_additions_are_found_at_once(long_list: Appeal) -> None:
    approved(long_list, organisation_name="Added Fund")
    assert find("fund") == [1, 2, 4]
    assert find("added") == [4]
    assert find("omur") == [3]


def test_a_removed_name_is_not_found_though_its_key_is_still_there(long_list: Appeal) -> None:
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    assert find("fund") == [2]
    assert find("canary") == []
    kept = search_keys._kept[long_list.pk].of_kind[Kind.FURTHER]
    assert any("canary" in block.folded for block in kept.blocks), "nothing was left that could have been found"


def test_without_the_last_word_of_the_database_it_would_be_found(long_list: Appeal) -> None:
    """The broken variant shows what the keys say."""
    comparing = "[row for row in rows if words.is_in(Texts(row.folded, row.latin, row.countries))]"
    trusting = variant(search_module, {" if _is_listed(row, appeal_id)": "", comparing: "rows"})
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    assert find("canary", trusting) == [1]


def test_the_keys_of_removed_names_leave_the_memory(long_list: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    assert not search_keys.keep_keys(), "read again too soon"
    monkeypatch.setattr(search_keys, "RELOAD_SECONDS", 0.0)
    search_keys.keep_keys()
    assert search_keys.keep_keys()
    kept = search_keys._kept[long_list.pk].of_kind[Kind.FURTHER]
    assert not any("canary" in block.folded for block in kept.blocks)
    assert find("fund") == [2]


def test_a_short_list_is_read_again_at_once(committed: None) -> None:
    appeal = an_appeal()
    approved(appeal, organisation_name="Canary Fund")
    assert find("canary") == [1]
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    assert find("canary") == []
    kept = search_keys._kept[appeal.pk].of_kind[Kind.FURTHER]
    assert kept.blocks == []


LETTERS = st.text("abc ", max_size=6)


@given(st.lists(st.tuples(LETTERS, LETTERS, LETTERS), min_size=1), st.lists(st.tuples(st.sampled_from("abc"), LETTERS)))
def test_the_lines_of_a_block_are_those_that_match_alone(rows: list[tuple[str, str, str]], words: list[Word]) -> None:
    block = Texts(*("\n".join(texts) for texts in zip(*rows, strict=True)))
    for country in ("", "a"):
        sought = SearchWords(tuple(words), named_country=country)
        assert list(sought.find_lines(block)) == [at for at, row in enumerate(rows) if sought.is_in(Texts(*row))]
