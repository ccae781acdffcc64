"""Lines of an export: no formula in a cell, nothing but references, every value restored."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.exports.rules import COLUMNS, KINDS, Change, build_change, write_cell
from servicedesk.exports.service import build_csv

AT = datetime(2026, 11, 23, 8, 0, 59, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "=1+1",
        "+49",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\0=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "  =1",
        '"=1',
        " \u00a0=1",
        "'=1",
    ],
)
def test_what_could_begin_a_formula_gets_an_apostrophe(value):
    assert write_cell(value) == f"'{value}"


@pytest.mark.parametrize("value", ["", "-", "V-7K3M-Q2XA", "2026-11-23T08:00:00+00:00", "Çelik", "a=b", 15])
def test_everything_else_stays(value):
    assert write_cell(value) == str(value)


@given(st.text())
def test_taking_the_apostrophe_away_restores_every_value(value):
    written = write_cell(value)
    assert (written.removeprefix("'")) == value


def test_a_line_holds_references_and_no_text_of_anybody():
    details = {
        "document": "passport",
        "state": "rejected",
        "reason": "Foto unscharf, sagt Frau Çelik",
        "note": "=cmd()",
        "by": "office",
    }
    change = build_change(7, AT, "change_paper", "staff:0123", details, ("V-1", "33.26.1"), {})
    assert change == Change(
        7,
        "2026-11-23T08:00:59+00:00",
        "paper",
        "change_paper",
        "V-1",
        "33.26.1",
        "",
        "passport",
        "rejected",
        "",
        "",
        "",
        "",
        "",
        "staff",
    )


def test_an_appointment_names_the_desk_as_the_office_does():
    details = {"ref": "T-1", "desk": "ab", "starts_local": "2026-12-01T08:00:00", "minutes": "15"}
    change = build_change(7, AT, "book_appointment", "resident", details, ("", ""), {"ab": "zi-201"})
    assert (change.desk, change.starts_local, change.minutes, change.kind) == (
        "zi-201",
        "2026-12-01T08:00:00",
        "15",
        "appointment",
    )


def test_lines_are_read_back_by_any_reader_of_csv():
    line = build_change(1, AT, "decide_case", "staff:1", {"decision": "granted"}, ('V-"1"\n,;', "=33"), {})
    content = build_csv([line])
    assert content.startswith(b"\xef\xbb\xbf")
    head, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert tuple(head) == COLUMNS
    assert row[COLUMNS.index("case_ref")] == 'V-"1"\n,;'
    assert row[COLUMNS.index("file_number")] == "'=33"


def test_every_exported_act_has_a_kind_of_line():
    assert set(KINDS.values()) == {"case", "application", "paper", "appointment", "decision", "card"}
