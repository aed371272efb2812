"""Numbers in few words, and pages of numbers in few links."""

from dataclasses import dataclass
from typing import Final

PAGE_LENGTH: Final = 100
"""A page of the list is a range of numbers: page 1 is 1–100, page 2 is 101–200."""
NEIGHBOURS: Final = 2
"""How many pages before and after the current one have a link."""


@dataclass(frozen=True)
class PageRange:
    """The numbers `first` to `last`; `is_apart` when pages before it have no link."""

    page: int
    first: int
    last: int
    is_apart: bool


def format_ranges(numbers: list[int]) -> str:
    """Return ascending numbers written short: "3, 7–9"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs)


def get_page_number(number: int) -> int:
    """Return the page of the list that has the further signatory with this number."""
    return (number - 1) // PAGE_LENGTH + 1


def build_page_links(page: int, last: int) -> list[PageRange]:
    """Return links to the first page, the last one and the neighbours of `page`: few, however long the list is."""
    nearby = range(max(1, page - NEIGHBOURS), min(last, page + NEIGHBOURS) + 1)
    linked = sorted({1, *nearby, last})
    return [
        PageRange(number, (number - 1) * PAGE_LENGTH + 1, number * PAGE_LENGTH, is_apart=number - before > 1)
        for before, number in zip([0, *linked], linked, strict=False)
    ]
