from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.booking.rules.ticks import (
    TICKS,
    count_seats,
    find_fitting_starts,
    find_offered_starts,
    list_runs,
    list_ticks,
    read_bits,
    span,
    tick_of,
    ticks_for,
    wall_of,
    write_bits,
)

sets = st.sets(st.integers(0, TICKS - 1))
# Long stretches, as offices have them: random single ticks would hardly ever leave room for an appointment.
stretches = st.lists(st.tuples(st.integers(0, TICKS - 1), st.integers(1, 60)), max_size=6).map(
    lambda parts: {tick for first, count in parts for tick in range(first, min(first + count, TICKS))}
)
counts = st.integers(1, 24)


def bits(ticks):
    return sum(1 << tick for tick in ticks)


def naive_runs(ticks):
    runs = []
    for tick in sorted(ticks):
        if runs and runs[-1][-1] == tick - 1:
            runs[-1].append(tick)
        else:
            runs.append([tick])
    return runs


def naive_offer(opened, busy, count):
    """Say the rule once more in plain lists: whole appointments from each opening, else the head of a stretch."""
    free = opened - busy
    offered = set()
    for block in naive_runs(opened):
        offered |= {
            start for start in block[::count] if all(tick in free for tick in range(start, start + count))
        }
    for stretch in naive_runs(free):
        if len(stretch) >= count and not offered & set(stretch):
            offered.add(stretch[0])
    return offered


@settings(deadline=None)
@given(sets)
def test_stored_bytes_read_back(ticks):
    raw = write_bits(bits(ticks))
    assert len(raw) == 36
    assert set(list_ticks(read_bits(raw))) == ticks


@settings(deadline=None)
@given(stretches)
def test_runs_are_the_unbroken_stretches(ticks):
    assert list(list_runs(bits(ticks))) == [(run[0], len(run)) for run in naive_runs(ticks)]


@settings(deadline=None)
@given(stretches, counts)
def test_fitting_starts_match_a_search_tick_by_tick(free, count):
    expected = {tick for tick in range(TICKS) if all(tick + n in free for n in range(count))}
    assert set(list_ticks(find_fitting_starts(bits(free), count))) == expected


@settings(deadline=None)
@given(stretches, stretches, counts)
def test_offered_starts_match_the_rule_in_plain_lists(opened, busy, count):
    offered = set(list_ticks(find_offered_starts(bits(opened), bits(busy), count)))
    assert offered == naive_offer(opened, busy, count)


@settings(deadline=None)
@given(stretches, stretches, counts)
def test_something_is_offered_exactly_when_something_fits(opened, busy, count):
    offered = find_offered_starts(bits(opened), bits(busy), count)
    assert bool(offered) == bool(find_fitting_starts(bits(opened) & ~bits(busy), count))


@settings(deadline=None)
@given(stretches, counts)
def test_taking_what_is_offered_fills_an_empty_day_without_waste(opened, count):
    seats, busy = count_seats(bits(opened), 0, count), 0
    taken = 0
    while offered := find_offered_starts(bits(opened), busy, count):
        first = list(list_ticks(offered))[len(list(list_ticks(offered))) // 2]
        busy |= span(first, count)
        taken += 1
    assert taken == seats


@pytest.mark.parametrize(
    ("busy", "count", "expected"),
    [
        ((), 9, ["08:00"]),
        (["08:00-08:15"], 9, ["08:15"]),
        (["08:10-08:20"], 3, ["08:30", "08:45"]),
        (["08:20-08:25"], 3, ["08:00", "08:30", "08:45"]),
        (["08:00-08:45"], 3, ["08:45"]),
        (["08:05-09:00"], 3, []),
    ],
)
def test_hour_of_opening(busy, count, expected):
    opened, taken = span(96, 12), 0
    for part in busy:
        first, last = (tick_of(time.fromisoformat(text)) for text in part.split("-"))
        taken |= span(first, last - first)
    day = date(2026, 12, 1)
    starts = [f"{wall_of(day, tick):%H:%M}" for tick in list_ticks(find_offered_starts(opened, taken, count))]
    assert starts == expected


def test_grid():
    assert ticks_for(1) == 1
    assert ticks_for(5) == 1
    assert ticks_for(6) == 2
    assert tick_of(time(8, 5)) == 97
    assert tick_of(time(8, 3)) is None
    assert tick_of(datetime(2026, 12, 1, 8, 5, 1)) is None
    assert wall_of(date(2026, 12, 1), 97) == datetime(2026, 12, 1, 8, 5)
    assert span(286, 5).bit_count() == 2
    assert span(3, -1) == 0
