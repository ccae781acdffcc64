"""Find out how a list is encoded: byte order mark, zero bytes, valid UTF-8, then the two western code pages.

The whole file is looked at, since the first umlaut may stand in the last line; only counters are kept.
"""

import codecs
from dataclasses import dataclass
from typing import BinaryIO

from servicedesk.register.errors import UnknownEncoding

_CHUNK_BYTES = 1 << 20
_SAMPLE_BYTES = 1 << 16
_ASCII = bytes(range(0x80))
_NOT_CP1252_ONLY = bytes(set(range(0x100)) - set(range(0x80, 0xA0)))
# Where ISO-8859-15 and cp1252 differ above 0xA0. 0xB4 stands apart: in cp1252 it is the accent many type for an
# apostrophe (O´Brien), in ISO-8859-15 the letter Ž.
_DIFFERING = b"\xa4\xa6\xa8\xb8\xbc\xbd\xbe"
_CARON_Z = 0xB4

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """Say how the bytes of a list become text.

    `name` is Python's codec, `skip` the length of the byte order mark, `is_certain` whether the mark (or the
    caller) said so, `bad_bytes` how many bytes the codec cannot read; their lines are rejected one by one.
    """

    name: str
    skip: int = 0
    is_certain: bool = False
    bad_bytes: int = 0

    @property
    def label(self) -> str:
        """Return the name people know: `utf-8-sig` where there is a mark."""
        return "utf-8-sig" if self.name == "utf-8" and self.skip else self.name

    @property
    def errors(self) -> str:
        """Return the error handler that leaves a trace in the text, so that the line can be rejected."""
        return "replace" if self.name.startswith("utf-16") else "surrogateescape"


def detect_encoding(stream: BinaryIO, wanted: str | None = None) -> Encoding:
    """Return the encoding of the list in `stream`; the position is left at its start.

    `wanted` overrides what would be found. Raises UnknownEncoding when there is no such text codec.
    """
    stream.seek(0)
    head = stream.read(_SAMPLE_BYTES)
    mark = _by_mark(head)
    if wanted is not None:
        return _as_wanted(wanted, head, mark)
    found = mark or _by_zero_bytes(head) or _by_counting(stream)
    stream.seek(0)
    return found


def _as_wanted(wanted: str, head: bytes, mark: Encoding | None) -> Encoding:
    try:
        info = codecs.lookup(wanted)
    except LookupError:
        raise UnknownEncoding(encoding=wanted) from None
    # Codecs such as rot13 and base64 are no text encodings.
    if not getattr(info, "_is_text_encoding", True):
        raise UnknownEncoding(encoding=wanted)
    name = info.name
    if name == "utf-8-sig":
        name = "utf-8"
    if name == "utf-16":
        name = mark.name if mark and mark.name.startswith("utf-16") else _by_zero_bytes_or_little(head)
    skip = mark.skip if mark is not None and mark.name == name else 0
    return Encoding(name, skip, is_certain=True)


def _by_mark(head: bytes) -> Encoding | None:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, len(mark), is_certain=True)
    return None


def _by_zero_bytes(head: bytes) -> Encoding | None:
    # Latin text in UTF-16 has a zero in nearly every second byte; a stray NUL in an 8-bit file does not reach this.
    pairs = len(head) // 2
    if pairs == 0:
        return None
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > 0.4 * pairs and even < 0.1 * pairs:
        return Encoding("utf-16-le")
    if even > 0.4 * pairs and odd < 0.1 * pairs:
        return Encoding("utf-16-be")
    return None


def _by_zero_bytes_or_little(head: bytes) -> str:
    found = _by_zero_bytes(head)
    return found.name if found else "utf-16-le"


class _Counts:
    """Count, over the whole file, what tells the three 8-bit candidates apart."""

    def __init__(self) -> None:
        self.sequences = 0  # characters beyond ASCII that are valid UTF-8
        self.strays = 0  # bytes that are not
        self.cp1252_only = 0  # 0x80–0x9F: letters and quotes in cp1252, control characters in ISO-8859-15
        self.iso_letters = 0  # differing places that look like the letters of ISO-8859-15
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._previous = 0x20

    def add(self, chunk: bytes, *, final: bool) -> None:
        text = self._decoder.decode(chunk, final)
        if chunk.isascii() and text.isascii():
            self._previous = chunk[-1] if chunk else self._previous
            return
        valid = text.encode("utf-8", "ignore").decode("utf-8")
        self.strays += len(text) - len(valid)
        self.sequences += len(valid) - len(valid.encode("ascii", "ignore"))
        self.cp1252_only += len(chunk.translate(None, _NOT_CP1252_ONLY))
        self.iso_letters += self._count_iso(chunk)
        self._previous = chunk[-1] if chunk else self._previous

    def _count_iso(self, chunk: bytes) -> int:
        found = sum(chunk.count(bytes([byte])) for byte in _DIFFERING)
        at = chunk.find(_CARON_Z)
        while at >= 0:
            before = chunk[at - 1] if at else self._previous
            found += not chr(before).isalpha()
            at = chunk.find(_CARON_Z, at + 1)
        return found


def _by_counting(stream: BinaryIO) -> Encoding:
    counts, read = _Counts(), stream.read
    stream.seek(0)
    while chunk := read(_CHUNK_BYTES):
        counts.add(chunk, final=False)
    counts.add(b"", final=True)
    if counts.strays == 0:
        return Encoding("utf-8")
    # One bad byte among many good characters is a damaged line, not another encoding.
    if counts.sequences > 4 * counts.strays:
        return Encoding("utf-8", bad_bytes=counts.strays)
    return _code_page(counts)


def _code_page(counts: _Counts) -> Encoding:
    if counts.cp1252_only == 0 and counts.iso_letters > 0:
        return Encoding("iso8859-15")
    return Encoding("cp1252")
