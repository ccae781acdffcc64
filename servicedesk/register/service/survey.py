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
    source: ExpiryList,
    digest: Callable[[RawRow], bytes],
    current: KnownDigests,
    former: KnownDigests,
    progress: Progress,
) -> Survey:
    """Read the list once against the stored digests of current and of former titles.

    Both remember at which line each of theirs stands; the lines of former titles are among the others, since
    they have to be looked at.
    """
    pick = source.layout.picker()
    is_current, is_former, broken = current.note, former.note, int(Look.BROKEN)
    has_former = len(former) > 0
    others = array("Q")
    lines = unchanged = 0
    for step, block in enumerate(source.records()):
        for number, fields, look in block:
            lines += 1
            if look != broken:
                raw = pick(fields)
                if not isinstance(raw, str):
                    key = digest(raw)
                    if is_current(key, number):
                        unchanged += 1
                        continue
                    if has_former:
                        is_former(key, number)
            others.append(number)
        if step % BLOCKS_PER_STEP == 0:
            progress(source.position())
    return Survey(lines, unchanged, others)
