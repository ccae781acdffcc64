"""Small helpers that keep an import's memory constant."""

from servicedesk.kernel.ids import new_id

_BITS = 27
_MASK = (1 << _BITS) - 1
_SHIFT = 31
_IDS_PER_DRAW = 4096


class MaybeSeen:
    """Tell quickly whether a text may have come before; never wrong about a first time (a Bloom filter).

    Sixteen megabytes whatever the file's size; at a million texts one in five thousand is taken for a repetition
    and costs a look into the database.
    """

    def __init__(self) -> None:
        self._bits = bytearray(1 << (_BITS - 3))

    def check(self, text: str) -> bool:
        """Note the text; return whether it may have been noted before."""
        bits, value = self._bits, hash(text)
        first, second = value & _MASK, (value >> _SHIFT) & _MASK
        a, b = 1 << (first & 7), 1 << (second & 7)
        first >>= 3
        second >>= 3
        if bits[first] & a and bits[second] & b:
            return True
        bits[first] |= a
        bits[second] |= b
        return False


class IdSeries:
    """Hand out rising ids as 32 hexadecimal digits, a few thousand per drawn id.

    The drawn id's last 16 bits are replaced by a counter, so the ids stay version 7 and unique.
    """

    def __init__(self) -> None:
        self._base = 0
        self._count = _IDS_PER_DRAW

    def next(self) -> str:
        """Return the next id."""
        if self._count >= _IDS_PER_DRAW:
            self._base, self._count = new_id().int & ~0xFFFF, 0
        value = self._base + self._count
        self._count += 1
        return f"{value:032x}"
