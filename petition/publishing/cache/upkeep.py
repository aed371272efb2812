"""What a web process does after a change of the public record, apart from the thread that watches for it."""

from collections.abc import Callable
from typing import Final

from petition.publishing.cache import search_keys
from petition.publishing.documents import kept_documents
from petition.publishing.exports import file_cache

# The worker removes files too, but may run on another machine, with a DATA_DIR of its own.
DUTIES: Final[tuple[Callable[[], bool], ...]] = (
    *(file_cache.remove_stale, kept_documents.remove_stale, search_keys.keep_keys),
)
"""Each returns whether it is finished until the next change."""


class Upkeep:
    def __init__(self) -> None:
        self._finished: dict[Callable[[], bool], object] = {}  # the state for which each duty was finished

    def run(self, state: object) -> None:
        """Do what is left to do in this state of the public record. Raises the errors of the database."""
        for duty in DUTIES:
            if self._finished.get(duty, Upkeep) != state and duty():
                self._finished[duty] = state
