"""The growth chart: a column for each month, with how many had endorsed before it and how many in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 640
HEIGHT = 340
_TOP, _BASE = 32.0, 296.0  # of the columns; the last total is above, the months are below
_MIN_COLUMNS = 2  # there is room for two, so that a single column is not as wide as the chart
_DIGIT = 15.0  # width of a digit on a phone, where it is largest (figures.css)


@dataclass(frozen=True)
class Month:
    first: date
    listed: int
    total: int  # since the beginning, at the end of the month


@dataclass(frozen=True)
class Column:
    x: float
    width: float
    top: float  # of the whole column
    new: float  # height of the upper part: listed in this month
    seam: float  # top of the lower part
    before: float  # height of the lower part: listed before


@dataclass(frozen=True)
class GridLine:
    value: int
    y: float


@dataclass(frozen=True)
class Growth:
    width: int
    height: int
    left: float  # where the columns begin
    base: float
    columns: tuple[Column, ...]
    label: float  # x of the last total: the middle of its column, or further left if it is too wide for that
    lines: tuple[GridLine, ...]  # at round values; the lowest is 0
    years: tuple[float, ...]  # x at which a January begins
    months: tuple[Month, ...]  # all, from the first with a listing to the last


def draw_growth(listed: Sequence[tuple[date, int]], until: date) -> Growth:
    """Return the chart of `listed` (first day of a month, count; at least one) up to the month of `until`."""
    months = _build_months(dict(listed), until)
    step, top = _choose_steps(months[-1].total)
    lines = tuple(GridLine(value, round(_height(value, top), 1)) for value in range(0, top + 1, step))
    left = _DIGIT * len(f"{top:,}") + 10
    each = (WIDTH - left) / max(len(months), _MIN_COLUMNS)
    gap = min(4.0, each / 5)
    columns = tuple(
        Column(
            x=round(left + i * each + gap / 2, 2),
            width=round(each - gap, 2),
            top=round(_height(month.total, top), 2),
            new=round(_height(month.total - month.listed, top) - _height(month.total, top), 2),
            seam=round(_height(month.total - month.listed, top), 2),
            before=round(_BASE - _height(month.total - month.listed, top), 2),
        )
        for i, month in enumerate(months)
    )
    years = tuple(round(left + i * each, 1) for i, month in enumerate(months) if month.first.month == 1 and i)
    label = round(left + each * len(months) - max(each / 2, 8.5 * len(f"{months[-1].total:,}")), 1)
    return Growth(WIDTH, HEIGHT, left, _BASE, columns, label, lines, years, months)


def _build_months(listed: dict[date, int], until: date) -> tuple[Month, ...]:
    """Return every month from the first listing on, also those without any, so that the axis of time is even."""
    first, last = min(listed), max(*listed, until.replace(day=1))
    months: list[Month] = []
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        month = date(number // 12, number % 12 + 1, 1)
        before = months[-1].total if months else 0
        months.append(Month(month, listed.get(month, 0), before + listed.get(month, 0)))
    return tuple(months)


def _height(value: int, top: int) -> float:
    return _BASE - (_BASE - _TOP) * value / top


def _choose_steps(highest: int) -> tuple[int, int]:
    """Return a round step, and its first multiple that is not below `highest`: two to four steps."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if 4 * digit * power >= highest:
                step = digit * power
                return step, max(1, -(-highest // step)) * step
        power *= 10
