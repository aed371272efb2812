"""Word lists, written as running text so that they stay readable and a language is added in a line."""


def listed(words: str) -> frozenset[str]:
    """Return the words of a text, in any order, each once."""
    return frozenset(words.split())
