"""Workbooks: dates, serials, numbers stored as text and texts stored as numbers."""

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from servicedesk.register.errors import CannotReadList, EmptyList, HeaderNotRecognised
from tests.support.lists import STANDARD, line


def _book(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_reads_like_a_list(opened, judge_list):
    typed = line(
        aktenzeichen=1234567,
        geburtsdatum=date(1990, 5, 17),
        gueltig_bis=datetime(2027, 2, 15),
        erteilt_am=45703,
    )
    content = _book(
        [], STANDARD, [], typed, line(aktenzeichen="2", plz=12345.0, nebenbestimmung_erwerb="a\nb")
    )
    with opened(content, name="liste.xlsx") as source:
        assert (source.encoding_name, source.delimiter_name, source.header_line) == ("xlsx", "xlsx", 2)
        assert [number for block in source.records() for number, _, _ in block] == [4, 5]
    [first, second], warnings = judge_list(content)
    assert (first.file_number, first.birth, first.ends_on, first.issued_on) == (
        "1234567",
        "1990-05-17",
        "2027-02-15",
        "2025-02-15",
    )
    assert (second.postcode, second.employment_condition, warnings) == ("12345", "a\nb", [])


def test_more_rows_than_one_block(judge_list):
    results, _ = judge_list(_book(STANDARD, *(line(aktenzeichen=str(n)) for n in range(450))))
    assert [row.file_number for row in results] == [str(n) for n in range(450)]


def test_short_rows_are_filled_and_an_uncalculated_formula_is_empty(judge_list):
    short = line(email="", telefon="")[:19]
    results, _ = judge_list(_book(STANDARD, short, line(ort="=SUM(1)")))
    assert [(row.language, row.email, row.town) for row in results] == [
        ("tr", "", "Musterstadt"),
        ("tr", "", ""),
    ]


def test_what_is_no_workbook_is_refused(opened):
    with pytest.raises(CannotReadList), opened(b"PK\x03\x04 broken", name="x.xlsx"):
        pass
    with pytest.raises(EmptyList), opened(_book(), name="x.xlsx"):
        pass
    with pytest.raises(HeaderNotRecognised), opened(_book(["a", "b"]), name="x.xlsx"):
        pass
