"""Open an expiry list: find encoding, delimiter and mapping, then hand out its records."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from servicedesk.register.errors import CannotReadList, EmptyList
from servicedesk.register.reader.encoding import Encoding, detect_encoding
from servicedesk.register.reader.lines import read_lines
from servicedesk.register.reader.mapping import (
    DELIMITERS,
    Layout,
    Mapping,
    built_in_mappings,
    count_known,
    load_mapping,
    match_header,
)
from servicedesk.register.reader.records import MARKS, Record, read_records
from servicedesk.register.reader.workbook import XLSX_MAGIC, read_workbook

_DELIMITER_NAMES = {";": ";", ",": ",", "\t": "tab", "|": "|", "": "xlsx"}


@dataclass(frozen=True, slots=True)
class ExpiryList:
    """Be an open list whose form is known; it can be read from its start as often as wanted."""

    stream: BinaryIO
    file_name: str
    size_bytes: int
    encoding: Encoding
    delimiter: str
    layout: Layout
    header_line: int

    @property
    def delimiter_name(self) -> str:
        """Return the delimiter as people write it."""
        return _DELIMITER_NAMES[self.delimiter]

    @property
    def encoding_name(self) -> str:
        """Return the encoding as people write it; a workbook has none to choose."""
        return self.encoding.label if self.delimiter else "xlsx"

    def records(self) -> Iterator[list[Record]]:
        """Yield blocks of the records below the header."""
        blocks = _all_records(self.stream, self.file_name, self.encoding, self.delimiter, self.layout.width)
        first = True
        for block in blocks:
            rest = block[1:] if first else block
            first = False
            if rest:
                yield rest

    def position(self) -> int:
        """Return how many bytes have been read, for a progress bar."""
        return self.stream.tell()

    def sha256(self) -> str:
        """Return the checksum of the file, by which an operator recognises it."""
        digest = hashlib.sha256()
        self.stream.seek(0)
        while chunk := self.stream.read(1 << 20):
            digest.update(chunk)
        return digest.hexdigest()


@contextmanager
def open_list(
    file: Path, *, mapping: Path | None = None, encoding: str | None = None
) -> Iterator[ExpiryList]:
    """Open the list `file`; encoding, delimiter and mapping are found unless given.

    Raises CannotReadList, EmptyList, UnknownEncoding, BadMapping, HeaderNotRecognised, HeaderDuplicated.
    """
    mappings = (load_mapping(mapping),) if mapping else built_in_mappings()
    try:
        stream = file.open("rb")
    except OSError as fault:
        raise CannotReadList(file=file.name, fault=fault.strerror or "nicht lesbar") from fault
    with stream:
        yield _examine(stream, file, mappings, encoding)


def _examine(stream: BinaryIO, file: Path, mappings: tuple[Mapping, ...], wanted: str | None) -> ExpiryList:
    size = file.stat().st_size
    if stream.read(len(XLSX_MAGIC)) == XLSX_MAGIC:
        header = _first(read_workbook(stream, file.name), file.name)
        layout = match_header(header[1], mappings)
        return ExpiryList(stream, file.name, size, Encoding("utf-8", is_certain=True), "", layout, header[0])
    found = detect_encoding(stream, wanted)
    best: tuple[int, int, str, Record] | None = None
    for delimiter in DELIMITERS:
        header = _first(_all_records(stream, file.name, found, delimiter, 0), file.name)
        known = count_known(header[1], mappings)
        if best is None or (known, len(header[1])) > best[:2]:
            best = (known, len(header[1]), delimiter, header)
    if best is None:
        raise EmptyList(file=file.name)
    _, _, delimiter, header = best
    return ExpiryList(stream, file.name, size, found, delimiter, match_header(header[1], mappings), header[0])


def _first(blocks: Iterator[list[Record]], file_name: str) -> Record:
    for block in blocks:
        return block[0]
    raise EmptyList(file=file_name)


def _all_records(
    stream: BinaryIO, file_name: str, encoding: Encoding, delimiter: str, width: int
) -> Iterator[list[Record]]:
    if not delimiter:
        return read_workbook(stream, file_name)
    return read_records(read_lines(stream, encoding, MARKS), delimiter, width)
