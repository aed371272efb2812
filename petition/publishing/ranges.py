"""Numbers in few words, and pages of numbers in few links."""

from dataclasses import dataclass

NEIGHBOURS = 2
"""How many pages before and after the present one have a link of their own."""


@dataclass(frozen=True)
class PageRange:
    """The numbers `first` to `last`; `is_apart` when pages before it have no link."""

    page: int
    first: int
    last: int
    is_apart: bool


def in_ranges(numbers: list[int]) -> str:
    """Numbers that grow, written short: "3, 7–9"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs)


def links_to(page: int, last: int, length: int) -> list[PageRange]:
    """The first page, the last one and the neighbours of `page`; however many there are, few links."""
    near = range(max(1, page - NEIGHBOURS), min(last, page + NEIGHBOURS) + 1)
    shown = sorted({1, *near, last})
    return [
        PageRange(number, (number - 1) * length + 1, number * length, is_apart=number - before > 1)
        for before, number in zip([0, *shown], shown, strict=False)
    ]
