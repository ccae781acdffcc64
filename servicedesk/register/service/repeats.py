"""Small helpers that keep an import's memory constant."""

from collections.abc import Iterator

from servicedesk.kernel.ids import new_id

_SLOT_BITS = 24
_SLOT_MASK = (1 << _SLOT_BITS) - 1
_PAIRS = tuple(
    first | second for first in (1, 2, 4, 8, 16, 32, 64, 128) for second in (1, 2, 4, 8, 16, 32, 64, 128)
)
_IDS_PER_DRAW = 4096


class MaybeSeen:
    """Tell quickly whether a text may have come before; never wrong about a first time (a Bloom filter).

    Sixteen megabytes whatever the file's size; at a million texts one in some hundreds is taken for a repetition
    and costs a look into the database. A text marks up to two bits of one byte, so that one look settles it.
    """

    def __init__(self) -> None:
        self._slots = bytearray(1 << _SLOT_BITS)

    def check(self, text: str) -> bool:
        """Note the text; return whether it may have been noted before."""
        value = hash(text)
        slot, pair = (value >> 8) & _SLOT_MASK, _PAIRS[value & 63]
        marks = self._slots[slot]
        if marks & pair == pair:
            return True
        self._slots[slot] = marks | pair
        return False


def rising_ids() -> Iterator[str]:
    """Yield rising ids as 32 hexadecimal digits, a few thousand per drawn id.

    The drawn id's last 16 bits are replaced by a counter, so the ids stay version 7 and unique.
    """
    while True:
        base = new_id().int & ~0xFFFF
        for value in range(base, base + _IDS_PER_DRAW):
            yield f"{value:032x}"
