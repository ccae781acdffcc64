"""Dates of a list: partly unknown births, unlimited ends, serials, foreign digits, days that never were."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.register.rules.dates import UNLIMITED, DateFault, read_birth, read_date
from tests.unit.register.conftest import TODAY


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("15.02.2027", "2027-02-15"),
        ("5.2.2027", "2027-02-05"),
        (" 15. 02. 2027 ", "2027-02-15"),
        ("2027-02-15", "2027-02-15"),
        ("2027-02-15T00:00:00", "2027-02-15"),
        ("46433", "2027-02-15"),
        ("١٥.٠٢.٢٠٢٧", "2027-02-15"),
        ("۱۵.۰۲.۲۰۲۷", "2027-02-15"),
        ("31.12.9999", UNLIMITED),
        ("9999-12-31", UNLIMITED),
        ("29.02.2028", "2028-02-29"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_dates_are_read_as_sortable_texts(text, found):
    assert read_date(text) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("29.02.2026", "date_not_in_calendar"),
        ("00.00.2027", "date_not_in_calendar"),
        ("31.04.2027", "date_not_in_calendar"),
        ("1.1.26", "date_two_digit_year"),
        ("02/15/27", "date_two_digit_year"),
        ("02/15/2027", "date_format"),
        ("15. Februar 2027", "date_format"),
        ("15.02.2027 14:30", "date_format"),
        ("20270215", "date_format"),
        ("1234", "date_format"),
        ("²5.02.2027", "date_format"),
        ("unbefristet", "date_format"),
        ("15.02.0207", "date_implausible"),
        ("15.02.2927", "date_implausible"),
    ],
)
def test_what_is_no_date_says_why(text, code):
    with pytest.raises(DateFault) as fault:
        read_date(text)
    assert fault.value.code == code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("17.05.1990", "1990-05-17"),
        ("00.00.1990", "1990-00-00"),
        ("00.05.1990", "1990-05-00"),
        ("1990-00-00", "1990-00-00"),
        ("29.02.1991", "1991-02-29"),
        ("00.00.2026", "2026-00-00"),
        ("23.11.2026", "2026-11-23"),
    ],
)
def test_births_keep_what_the_register_knows(text, found):
    assert read_birth(text, TODAY) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "birth_missing"),
        ("24.11.2026", "birth_in_future"),
        ("00.00.2027", "birth_in_future"),
        ("31.12.9999", "birth_in_future"),
        ("01.01.1905", "birth_too_old"),
        ("17.00.1990", "date_not_in_calendar"),
        ("32.05.1990", "date_not_in_calendar"),
        ("17.13.1990", "date_not_in_calendar"),
        ("1990", "date_format"),
    ],
)
def test_births_that_cannot_be(text, code):
    with pytest.raises(DateFault) as fault:
        read_birth(text, TODAY)
    assert fault.value.code == code


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_day_is_read_back_whichever_way_it_is_written(day):
    for text in (f"{day:%d.%m.%Y}", day.isoformat(), f"{day.day}.{day.month}.{day.year}"):
        assert read_date(text) == day.isoformat()
    serial = (day - date(1899, 12, 30)).days
    if 10_000 <= serial <= 99_999:
        assert read_date(str(serial)) == day.isoformat()


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_a_named_fault(text):
    try:
        found = read_date(text)
    except DateFault:
        return
    assert found in {"", UNLIMITED} or date.fromisoformat(found)


def test_an_impossible_birthday_and_foreign_digits_are_warned_about(judged):
    row, warnings = judged(geburtsdatum="29.02.1991")
    assert (row.birth, warnings) == ("1991-02-29", ["birth_not_in_calendar"])
    assert judged(geburtsdatum="١٧.٠٥.١٩٩٠")[1] == ["foreign_digits"]
    assert judged(gueltig_bis="١٥.٠٢.٢٠٢٧")[1] == ["foreign_digits"]


@pytest.mark.parametrize(
    "column", ["erteilt_am", "gueltig_bis", "karte_gueltig_bis", "pass_gueltig_bis", "verzogen_am"]
)
def test_a_bad_date_names_its_column(judged, column):
    result, _ = judged(**{column: "29.02.2026"})
    assert (result.code, result.value) == ("date_not_in_calendar", "29.02.2026")
    assert result.column in {"issued_on", "ends_on", "card_ends_on", "passport_ends_on", "moved_away_on"}
