"""Pages and mails use short sentences and common words, in every language (docs/design.md, "Plain words")."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.tooling.translations import LANGUAGES, find_marked, read_catalogue

MOST_WORDS: Final = 25
MOST_ON_AVERAGE: Final = 15
AVOIDED: Final = {
    "en": (
        r"stands? (on|under|at|beside|behind|here|there)\b", r"\bsealed\b", r"\bmailbox(?!\))", r"\bset aside\b",
        r"\bset-apart\b",
        r"\btake(n)? back\b", r"\btake(n)? off\b", r"\bway out\b", r"\bwhoever\b", r"\banew\b", r"\bin vain\b",
        r"speaks for it", r"look at these again", r"is needed\.",
        r"\bfloods?\b", r"\bmany at once\b", r"emergency level",
        r"\btrail\b", r"notice before the form", r"reasons for a rejection",
        r"\bquarantine", r"\bproven\b", r"\blapse",
        r"\bdeed", r"\bdesk\b", r"\bsame body\b",
        r"\bdifferent body\b", r"\bevidence\b", r"(?<!e-)\bmails?\b(?!\))", r"\bworded\b",
        r"\bsigned in vain\b", r"\bowed\b", r"\bforgotten\b",
    ),
    "ru": (
        r"запечата", r"\bкарантин", r"\bнаплыв", r"почтов\w* ящик", r"\bкабинет\w* секретариата", r"присмотр",
        r"с названием\b", r"тело\b", r"одной клавиатурой",
    ),
    "ky": (r"карантин", r"ташкын", r"кабинети"),
}  # fmt: skip
"""Regular expressions of words that readers stumbled over (notes on words), case ignored."""


def _texts(language: str) -> Iterator[str]:
    """Yield every text of pages, mails and staff pages in `language`."""
    messages = find_marked() if language == "en" else read_catalogue(language)
    for message in messages:
        if message.id:
            texts = message.id if language == "en" else message.string
            yield from (texts,) if isinstance(texts, str) else texts or ()


def _split_sentences(text: str) -> list[str]:
    plain = re.sub(r"<[^>]+>|%%", "", text)
    return [part for part in re.split(r"(?<=[.!?…])\s+|\n+", plain) if re.search(r"\w", part)]


def _count_words(sentence: str) -> int:
    return len(re.findall(r"[^\W_][\w’'-]*", re.sub(r"%\(\w+\)s|%\w", "word", sentence)))


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_sentences_are_short(language: str) -> None:
    sentences = [sentence for text in _texts(language) for sentence in _split_sentences(text)]
    assert [sentence for sentence in sentences if _count_words(sentence) > MOST_WORDS] == []
    whole = [_count_words(sentence) for sentence in sentences if re.search(r"[.!?:]$", sentence)]
    assert sum(whole) / len(whole) <= MOST_ON_AVERAGE


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_words_that_readers_stumbled_over_are_gone(language: str) -> None:
    pattern = re.compile("|".join(AVOIDED[language]), re.IGNORECASE)
    found = {text: match[0] for text in _texts(language) if (match := pattern.search(text))}
    assert found == {}


def test_a_long_sentence_and_an_avoided_word_are_found() -> None:
    assert _split_sentences("One two. Three: four? <b>Five</b>") == ["One two.", "Three: four?", "Five"]
    assert _count_words("It is %(count)s’s “own” e-mail, sent on %s.") == 8
    assert re.search("|".join(AVOIDED["en"]), "This line is to stand on the list, and its name is sealed.")
