"""Decide who owns a surname: published ranges compiled to intervals that cover the whole alphabet.

A key belongs to the piece that needs the most letters to tell that the key is inside ("Mo" before "M"). Pieces of
different owners that need equally many overlap; the one published first is answered, and the check reports it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from servicedesk.offices.rules.pieces import Piece

FIRST_KEY = "A"
_Rank = tuple[int, int]


class Holder(StrEnum):
    """Say what stands behind an interval of the alphabet."""

    owned = "owned"
    vacant = "vacant"
    gap = "gap"


@dataclass(frozen=True, slots=True)
class PublishedRange:
    """Hold the pieces one owner has in one team; without an owner the range is vacant."""

    owner: str | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold one piece that contains a key, and how many letters it needs to tell.

    `letters` is 0 where the piece only reaches back to the bare surname ("Ma - Mn" and the surname "M").
    """

    owner: str | None
    piece: Piece
    rank: _Rank

    @property
    def letters(self) -> int:
        """Return the number of letters the piece needs."""
        return self.rank[0]


@dataclass(frozen=True, slots=True)
class Interval:
    """Answer for every key from `lo` up to the `lo` of the next interval.

    `text` is the published piece, None in a gap; `rivals` are other owners with an equal claim ("vacant" for a
    vacant range).
    """

    lo: str
    holder: Holder
    owner: str | None = None
    text: str | None = None
    rivals: tuple[str, ...] = ()


def build_intervals(ranges: Sequence[PublishedRange]) -> tuple[Interval, ...]:
    """Return the intervals of one team in order, the first from "A"; neighbours always differ."""
    intervals: list[Interval] = []
    for lo in sorted({FIRST_KEY}.union(*(_boundaries(piece) for r in ranges for piece in r.pieces))):
        interval = _interval_at(lo, list_claims(ranges, lo))
        if not intervals or _answer(intervals[-1]) != _answer(interval):
            intervals.append(interval)
    return tuple(intervals)


def decide_owner(intervals: Sequence[Interval], key: str) -> Interval | None:
    """Return the interval a surname key falls into; None for an empty key, which is the team inbox's."""
    if not key:
        return None
    return intervals[bisect_right(intervals, key, key=attrgetter("lo")) - 1]


def list_claims(ranges: Iterable[PublishedRange], key: str) -> tuple[Claim, ...]:
    """Return every piece that contains `key`, the strongest claim first, equals as published."""
    claims = [
        Claim(published.owner, piece, rank)
        for published in ranges
        for piece in published.pieces
        if (rank := _rank(piece, key)) is not None
    ]
    return tuple(sorted(claims, key=attrgetter("rank"), reverse=True))


def next_prefix(prefix: str) -> str | None:
    """Return the first key after everything that begins with `prefix`; None after the last of the alphabet."""
    shortened = prefix.rstrip("Z")
    return shortened[:-1] + chr(ord(shortened[-1]) + 1) if shortened else None


def _interval_at(lo: str, claims: Sequence[Claim]) -> Interval:
    if not claims:
        return Interval(lo, Holder.gap)
    winner = claims[0]
    equals = {
        claim.owner: None for claim in claims if claim.rank == winner.rank and claim.owner != winner.owner
    }
    return Interval(
        lo,
        Holder.vacant if winner.owner is None else Holder.owned,
        winner.owner,
        winner.piece.text,
        tuple(owner or Holder.vacant.value for owner in equals),
    )


def _answer(interval: Interval) -> tuple[object, ...]:
    return interval.holder, interval.owner, interval.text, interval.rivals


def _rank(piece: Piece, key: str) -> _Rank | None:
    """Return how strongly `piece` claims `key`: letters needed, then 1 if a named prefix decides, 0 if order does.

    A piece beginning "Ma" also claims the bare surname "M", weaker than every piece that contains it.
    """
    lo, hi = piece.span.lo, piece.span.hi
    if not piece.covers(key):
        is_bare = lo.startswith(key) and not lo[len(key) :].strip("A") and key != lo
        return (0, -len(lo)) if is_bare else None
    for letters in range(1, len(key) + 1):
        head = key[:letters]
        is_past_lo = letters >= len(lo) or head > lo[:letters]
        is_before_hi = letters >= len(hi) or head < hi[:letters]
        if is_past_lo and is_before_hi:
            return letters, 1
    return len(key), 0


def _boundaries(piece: Piece) -> set[str]:
    """Return every key at which the claim of `piece` may change."""
    bounds = {FIRST_KEY}
    for span in (piece.span, *piece.excluded):
        for bound in (span.lo, span.hi):
            for length in range(1, len(bound) + 1):
                head = bound[:length]
                bounds.update({head, head[:-1] + "A", next_prefix(head) or FIRST_KEY})
    return bounds
