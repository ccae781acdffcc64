"""Turn physical lines into records: quoting, quoted line ends, stray quotation marks.

A line without a quotation mark is split at the delimiter at once, which is what nearly every line takes; only
lines with one go through the csv module, and only as many as belong to the record.
"""

import csv
from collections.abc import Iterable, Iterator
from enum import IntEnum

from servicedesk.register.reader.lines import MAX_RECORD_CHARS, Block

_MAX_LINES_PER_RECORD = 200
_QUOTE = '"'

csv.field_size_limit(MAX_RECORD_CHARS + 1)  # the module's own limit, 131,072, raises in the middle of a file


class Look(IntEnum):
    """Say how closely a record has to be looked at."""

    CLEAN = 0
    """Printable, nothing lost, no backslash, no blank at the edge of a field: rules may skip those checks."""
    DIRTY = 1
    """A control character, an unusual space, a backslash, a lost character … may stand in it."""
    BROKEN = 2
    """It cannot be taken apart; its fields are the reason's code and an excerpt."""


Record = tuple[int, list[str], int]
"""Physical number of the first line, the fields as they stand, and a `Look`."""


MARKS = (_QUOTE, "\\", "\ufffd")
"""What needs the csv module or makes a printable line `DIRTY`; one character each, since searching a block for two in
a row costs more than looking at every line."""


def read_records(
    blocks: Iterable[Block], delimiter: str, width: int, *, first_line: int = 1
) -> Iterator[list[Record]]:
    """Yield blocks of records; empty lines are left out and count for nothing but line numbers.

    `width` is the number of columns of the header: a record that spans lines and has another number of columns
    is taken for a stray quotation mark, so that only its first line is lost.
    """
    splitter = _Splitter(delimiter, width)
    every = frozenset(MARKS)
    number = first_line
    rest: list[str] = []
    for block in blocks:
        lines, marks = (rest + block.lines, every) if rest else block
        records, used = splitter.split(lines, number, marks, is_last=False)
        number += used
        rest = lines[used:]
        if records:
            yield records
    while rest:
        records, used = splitter.split(rest, number, every, is_last=True)
        number += used
        rest = rest[used:]
        if records:
            yield records


class _Unusual(Exception):
    """Say that a block has to be split line by line."""


class _Splitter:
    """Split lines at one delimiter."""

    def __init__(self, delimiter: str, width: int) -> None:
        self._delimiter = delimiter
        self._width = width
        # What a line may consist of and still be called empty.
        self._blank = delimiter + " \t"
        self._before, self._after = f" {delimiter}", f"{delimiter} "
        self._no_start = frozenset({"", delimiter, " ", "\t"})

    def split(
        self, lines: list[str], number: int, marks: frozenset[str], *, is_last: bool
    ) -> tuple[list[Record], int]:
        """Return the records of `lines` and how many lines they used; an unfinished last record waits.

        `marks` are those of `MARKS` that stand anywhere in the lines.
        """
        delimiter, blank, is_tabbed = self._delimiter, self._blank, self._delimiter == "\t"
        if marks <= {_QUOTE} and not is_tabbed and len(lines[0]) <= MAX_RECORD_CHARS:
            try:
                return self._split_usual(lines, number, has_quotes=_QUOTE in marks), len(lines)
            except (csv.Error, _Unusual):
                pass  # the general way below tells what is wrong, line by line
        has_quotes, rare = _QUOTE in marks, tuple(marks - {_QUOTE})
        records: list[Record] = []
        add = records.append
        index, count = 0, len(lines)
        while index < count:
            line = lines[index]
            if len(line) > MAX_RECORD_CHARS:
                add((number + index, ["record_too_long", line[:80]], Look.BROKEN))
            elif has_quotes and _QUOTE in line:
                record, used = self._quoted(lines, index, number + index, is_last=is_last)
                if record is None:
                    break
                if any(record[1]):
                    add(record)
                index += used
                continue
            elif line.strip(blank):
                printable = line.replace("\t", " ").isprintable() if is_tabbed else line.isprintable()
                is_clean = printable and self._is_trim(line) and not any(mark in line for mark in rare)
                add((number + index, line.split(delimiter), 0 if is_clean else 1))
            index += 1
        return records, index

    def _split_usual(self, lines: list[str], number: int, *, has_quotes: bool) -> list[Record]:
        """Return the records of lines that each hold one: what all but a few blocks of a file look like.

        Raises _Unusual or csv.Error when a line may be empty, broken or only the beginning of a record.
        """
        delimiter, before, after = self._delimiter, self._before, self._after
        if has_quotes and any(line.count(_QUOTE) & 1 for line in lines):
            raise _Unusual
        if not self._no_start.isdisjoint([line[:1] for line in lines]) or " " in [
            line[-1:] for line in lines
        ]:
            raise _Unusual
        return [
            (
                at,
                line.split(delimiter),
                0 if line.isprintable() and before not in line and after not in line else 1,
            )
            if _QUOTE not in line
            else self._closed(at, line)
            for at, line in enumerate(lines, number)
        ]

    def _closed(self, number: int, line: str) -> Record:
        fields = next(csv.reader((line,), delimiter=self._delimiter, strict=True))
        if not any(fields):
            raise _Unusual
        is_clean = line.isprintable() and all(field == field.strip() for field in fields)
        return number, fields, 0 if is_clean else 1

    def _is_trim(self, line: str) -> bool:
        return " " not in {line[0], line[-1]} and self._before not in line and self._after not in line

    def _quoted(
        self, lines: list[str], start: int, number: int, *, is_last: bool
    ) -> tuple[Record | None, int]:
        """Read the record that begins at `start`; None means that more lines are needed."""
        if lines[start].count(_QUOTE) % 2 == 0:
            try:
                return (
                    number,
                    next(csv.reader((lines[start],), delimiter=self._delimiter, strict=True)),
                    Look.DIRTY,
                ), 1
            except csv.Error:
                pass  # broken, or open after a literal quotation mark; the general way tells
        return self._spanning(lines, start, number, is_last=is_last)

    def _spanning(
        self, lines: list[str], start: int, number: int, *, is_last: bool
    ) -> tuple[Record | None, int]:
        """Read a record whose last field goes on in the next line."""
        used, has_ended = 0, False

        def feed() -> Iterator[str]:
            nonlocal used, has_ended
            chars = 0
            for line in lines[start : start + _MAX_LINES_PER_RECORD]:
                chars += len(line)
                if chars > MAX_RECORD_CHARS:
                    return
                used += 1
                yield line + "\n"
            has_ended = used < _MAX_LINES_PER_RECORD

        try:
            fields = next(csv.reader(feed(), delimiter=self._delimiter, strict=True))
        except csv.Error:
            if has_ended and not is_last:
                return None, 0
            return (number, ["stray_quote", lines[start][:80]], Look.BROKEN), 1
        if used > 1 and not _trimmed(fields) <= self._width <= len(fields):
            return (number, ["stray_quote", lines[start][:80]], Look.BROKEN), 1
        return (number, fields, Look.DIRTY), used


def _trimmed(fields: list[str]) -> int:
    """Return the number of fields without empty ones at the end."""
    count = len(fields)
    while count and not fields[count - 1]:
        count -= 1
    return count
