"""Look a list through before anything is written: how many lines, and which of them are stored already."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass

from servicedesk.register.reader import ExpiryList, Look
from servicedesk.register.rules import RawRow, build_picker
from servicedesk.register.service.digests import KnownDigests

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Survey:
    """Say how many lines a list has, how many are stored as they stand, and the numbers of the others."""

    lines: int
    unchanged: int
    others: array[int]


def take_survey(
    source: ExpiryList, digest: Callable[[RawRow], bytes], known: KnownDigests, progress: Progress
) -> Survey:
    """Read the list once against the stored digests; `known` remembers at which line each of them stands."""
    pick = build_picker(source.layout.positions, source.layout.width)
    note, broken = known.note, Look.BROKEN
    others = array("Q")
    lines = unchanged = 0
    for block in source.records():
        for number, fields, look in block:
            lines += 1
            if look != broken:
                raw = pick(fields)
                if not isinstance(raw, str) and note(digest(raw), number):
                    unchanged += 1
                    continue
            others.append(number)
        progress(source.position())
    return Survey(lines, unchanged, others)
