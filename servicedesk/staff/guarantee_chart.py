"""Lay out the picture of the promise: one column for each last day, stacked by how people stand; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from servicedesk.cases.rules import N_
from servicedesk.outreach.queries.guarantee import Counts, DayCounts

WIDTH, HEIGHT = 1000, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 14, 16, 34
_LEAST_SCALE = 4
_MONDAY, _FRIDAY = 0, 4
_GAP = 0.22

STACK: Mapping[str, str] = {
    "risk": N_("gefährdet"),
    "silent": N_("noch kein Antrag"),
    "planned": N_("rechtzeitig unterwegs"),
    "confirmed": N_("bestätigt"),
    "settled": N_("nichts zu bestätigen"),
}
"""The parts of a column from top to bottom, with their German names."""


@dataclass(frozen=True, slots=True)
class Part:
    """Be one piece of a column: a rectangle, how many people it stands for, and of which kind."""

    kind: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """Be one day: its pieces, where its label stands, and whether people come to work."""

    day: date
    total: int
    parts: tuple[Part, ...]
    x: float
    width: float
    is_weekend: bool
    is_labelled: bool

    @property
    def middle(self) -> float:
        """Return where the label stands."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """Return the upper edge of the stack."""
        return min((part.y for part in self.parts), default=HEIGHT - _BOTTOM)


@dataclass(frozen=True, slots=True)
class Chart:
    """Be the whole picture; `lines` are the heights of the scale with their numbers."""

    columns: tuple[Column, ...]
    lines: tuple[tuple[float, int], ...]
    most: int

    @property
    def ground(self) -> int:
        """Return the height of the axis."""
        return HEIGHT - _BOTTOM


def build_chart(days: Sequence[DayCounts]) -> Chart:
    """Return the picture of some days; the scale ends at a round number."""
    split = [(day.day, split_counts(day.counts)) for day in days]
    most = _round_up(max((sum(parts.values()) for _, parts in split), default=0))
    step = (WIDTH - _LEFT - _RIGHT) / max(len(split), 1)
    unit = (HEIGHT - _TOP - _BOTTOM) / most
    columns = tuple(
        _column(day, parts, _LEFT + place * step, step, unit, is_first=place == 0)
        for place, (day, parts) in enumerate(split)
    )
    lines = tuple((round(HEIGHT - _BOTTOM - value * unit, 1), value) for value in (0, most // 2, most))
    return Chart(columns, lines, most)


def split_counts(counts: Counts) -> dict[str, int]:
    """Return how many people stand in each part of a column; together they are all whose title ends."""
    return {
        "risk": counts.at_risk + counts.alarm + counts.gap,
        "silent": counts.not_applied,
        "planned": counts.planned,
        "confirmed": counts.confirmed,
        "settled": counts.settled + counts.declined,
    }


def _column(
    day: date, parts: Mapping[str, int], x: float, step: float, unit: float, *, is_first: bool
) -> Column:
    stacked, above = [], 0
    width = step * (1 - _GAP)
    for kind in reversed(tuple(STACK)):
        count = parts[kind]
        if not count:
            continue
        above += count
        y = HEIGHT - _BOTTOM - above * unit
        stacked.append(
            Part(
                kind,
                count,
                round(x + step * _GAP / 2, 1),
                round(y, 1),
                round(width, 1),
                round(count * unit, 1),
            )
        )
    # The first day has its date, too, unless that of the next Monday would stand in its way.
    is_labelled = day.weekday() == _MONDAY or (is_first and day.weekday() < _FRIDAY)
    return Column(
        day=day,
        total=above,
        parts=tuple(stacked),
        x=round(x, 1),
        width=round(step, 1),
        is_weekend=day.weekday() > _FRIDAY,
        is_labelled=is_labelled,
    )


def _round_up(number: int) -> int:
    """Return an even number at or above, so that half of it is a whole one; coarser for large numbers."""
    if number <= _LEAST_SCALE:
        return _LEAST_SCALE
    grain = 2 if number <= 20 else 10 if number <= 100 else 50
    return -(-number // grain) * grain
