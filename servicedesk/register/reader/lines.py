"""Cut a stream of bytes into physical lines, block by block, in constant memory."""

import codecs
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from servicedesk.register.reader.encoding import Encoding

_CHUNK_BYTES = 1 << 15

MAX_RECORD_CHARS = 1 << 20
"""No record is longer; what is, is rejected, so that one stray quotation mark cannot fill the memory."""


class Block(NamedTuple):
    """Hold the lines of one piece of the file, and which of the wanted marks stand anywhere in it.

    Looking once per block instead of once per line is what lets a million lines pass quickly.
    """

    lines: list[str]
    marks: frozenset[str]


def read_lines(stream: BinaryIO, encoding: Encoding, marks: Sequence[str] = ()) -> Iterator[Block]:
    """Yield blocks of lines without their line ends; CR LF, LF and a lone CR each end a line.

    A line longer than `MAX_RECORD_CHARS` is cut there, one character beyond the limit, and its rest skipped.
    """
    stream.seek(encoding.skip)
    decode = codecs.getincrementaldecoder(encoding.name)(encoding.errors).decode
    pending, is_skipping, held, before, last = "", False, "", frozenset[str](), ""
    while True:
        chunk = stream.read(_CHUNK_BYTES)
        text = held + decode(chunk, not chunk)
        held = ""
        # A CR at the end of a chunk may be half of a CR LF: it waits for the next one.
        if chunk and text.endswith("\r"):
            text, held = text[:-1], "\r"
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        # A mark of two characters may begin in the chunk before.
        probe, last = last + text, text[-1:] or last
        found = frozenset(mark for mark in marks if mark in probe)
        lines = text.split("\n")
        if is_skipping:
            is_skipping = len(lines) == 1
            lines[0] = ""
        lines[0] = pending + lines[0]
        pending = lines.pop()
        if len(pending) > MAX_RECORD_CHARS:
            pending, is_skipping = pending[: MAX_RECORD_CHARS + 1], True
        if lines:
            yield Block(lines, found | before)
        before = found
        if not chunk:
            break
    if pending:
        yield Block([pending], before)
