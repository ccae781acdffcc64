"""Look a list through before anything is written: how many lines, and which of them are stored already."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from servicedesk.register.reader import ExpiryList, Look
from servicedesk.register.rules import RawRow
from servicedesk.register.service.digests import KnownDigests

Progress = Callable[[int], None]

BLOCKS_PER_STEP = 32
"""How many blocks are read between two steps of the progress bar: about a megabyte."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Say how many lines a list has, how many are stored as they stand, and the numbers of the others."""

    lines: int
    unchanged: int
    others: Sequence[int]


def take_survey(
    source: ExpiryList, digest: Callable[[RawRow], bytes], known: KnownDigests, progress: Progress
) -> Survey:
    """Read the list once against the stored digests; `known` remembers at which line each of them stands."""
    pick = source.layout.picker()
    note, broken = known.note, Look.BROKEN
    others = array("Q")
    lines = unchanged = 0
    for step, block in enumerate(source.records()):
        for number, fields, look in block:
            lines += 1
            if look != broken:
                raw = pick(fields)
                if not isinstance(raw, str) and note(digest(raw), number):
                    unchanged += 1
                    continue
            others.append(number)
        if step % BLOCKS_PER_STEP == 0:
            progress(source.position())
    return Survey(lines, unchanged, others)
