"""Calculate with a day cut into 288 pieces of five minutes, kept as one integer: bit n is 00:00 plus 5·n minutes.

Ticks are wall-clock time; whether a wall-clock time exists on a day is decided when the opening is built.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

TICK_MINUTES = 5
TICKS = 288
SIZE_BYTES = 36


def read_bits(raw: bytes) -> int:
    """Return the set stored as 36 little-endian bytes."""
    return int.from_bytes(raw, "little")


def write_bits(bits: int) -> bytes:
    """Return the 36 bytes a set is stored as."""
    return bits.to_bytes(SIZE_BYTES, "little")


def span(first: int, count: int) -> int:
    """Return the set of `count` ticks from `first`; what lies beyond midnight is cut off."""
    return (((1 << max(count, 0)) - 1) << first) & ((1 << TICKS) - 1)


def ticks_for(minutes: int) -> int:
    """Return how many ticks an appointment of so many minutes occupies."""
    return -(-minutes // TICK_MINUTES)


def tick_of(wall: datetime | time) -> int | None:
    """Return the tick that begins at this wall-clock time, None off the five-minute grid."""
    if wall.minute % TICK_MINUTES or wall.second or wall.microsecond:
        return None
    return (wall.hour * 60 + wall.minute) // TICK_MINUTES


def wall_of(day: date, tick: int) -> datetime:
    """Return the wall-clock time at which a tick of `day` begins."""
    return datetime(day.year, day.month, day.day) + timedelta(minutes=tick * TICK_MINUTES)


def list_ticks(bits: int) -> Iterator[int]:
    """Yield the members of a set, rising."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def list_runs(bits: int) -> Iterator[tuple[int, int]]:
    """Yield each unbroken stretch of a set as (first tick, number of ticks), rising."""
    while bits:
        first = (bits & -bits).bit_length() - 1
        shifted = bits >> first
        count = (~shifted & (shifted + 1)).bit_length() - 1
        yield first, count
        bits = (shifted >> count) << (first + count)


def find_fitting_starts(free: int, count: int) -> int:
    """Return the ticks from which `count` ticks in a row are in `free`."""
    covered = 1
    while covered < count and free:
        step = min(covered, count - covered)
        free &= free >> step
        covered += step
    return free


@lru_cache(maxsize=4096)
def _aligned_starts(opened: int, count: int) -> int:
    aligned = 0
    for first, length in list_runs(opened):
        for tick in range(first, first + length - count + 1, count):
            aligned |= 1 << tick
    return aligned


def find_offered_starts(opened: int, busy: int, count: int) -> int:
    """Return the starts to offer for `count` ticks.

    A start is offered when it lies a whole number of appointments after the beginning of its opening, so that
    one booking in the middle of a morning does not spoil two. A free stretch that is long enough but holds no
    such start (its neighbours have other lengths) is offered from its beginning, so that time that fits is
    never withheld.
    """
    free = opened & ~busy
    fitting = find_fitting_starts(free, count)
    if not fitting:
        return 0
    offered = fitting & _aligned_starts(opened, count)
    for first, length in list_runs(free):
        if length >= count and not offered & span(first, length):
            offered |= 1 << first
    return offered


def count_seats(opened: int, busy: int, count: int) -> int:
    """Return how many appointments of `count` ticks still fit."""
    return sum(length // count for _, length in list_runs(opened & ~busy))
