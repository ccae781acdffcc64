"""Read the first sheet of an XLSX workbook as records of text, row by row."""

import datetime as dt
from collections.abc import Iterator
from typing import BinaryIO
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from servicedesk.register.errors import CannotReadList
from servicedesk.register.reader.records import Look, Record

_ROWS_PER_BLOCK = 200
XLSX_MAGIC = b"PK\x03\x04"


def read_workbook(stream: BinaryIO, file_name: str) -> Iterator[list[Record]]:
    """Yield blocks of records of the first sheet; the header is the first of them.

    Dates become DD.MM.YYYY; numbers keep no decimal part they do not have, so that a file number or postcode that
    Excel took for a number stays readable (leading zeros it dropped are gone). Raises CannotReadList.
    """
    stream.seek(0)
    try:
        book = load_workbook(stream, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as fault:
        raise CannotReadList(file=file_name, fault="Das ist keine lesbare XLSX-Datei.") from fault
    try:
        sheet = book.worksheets[0] if book.worksheets else None
        if sheet is None:
            raise CannotReadList(file=file_name, fault="Die Arbeitsmappe hat kein Tabellenblatt.")
        block: list[Record] = []
        width = 0
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            fields = [_text(value) for value in row]
            # A row ends with its last filled cell.
            fields.extend([""] * (width - len(fields)))
            if any(fields):
                width = width or len(fields)
                block.append((number, fields, Look.DIRTY))
            if len(block) == _ROWS_PER_BLOCK:
                yield block
                block = []
        if block:
            yield block
    finally:
        book.close()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, dt.date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
