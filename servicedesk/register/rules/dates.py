"""Read the dates of an expiry list as texts that sort: `YYYY-MM-DD`, with 00 for an unknown day or month."""

import re
from datetime import date, timedelta

UNLIMITED = "9999-12-31"

_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_COMPACT_TWO_DIGIT = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2}")
_SERIAL = re.compile(r"[1-9]\d{4}")
# Day 1 of the 1900 system is 1.1.1900, but it counts a 29.2.1900 that never was; from March 1900 on this holds.
_SERIAL_ZERO = date(1899, 12, 30)
_FOREIGN_DIGITS = {0x0660 + n: str(n) for n in range(10)} | {0x06F0 + n: str(n) for n in range(10)}


class DateFault(Exception):
    """Carry the code of the reason why a text is no date."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def has_foreign_digits(text: str) -> bool:
    """Tell whether Arabic-Indic or Persian digits stand in the text."""
    return not text.isascii() and text.translate(_FOREIGN_DIGITS) != text


def split_date(text: str) -> tuple[int, int, int]:
    """Return year, month, day of a written date, not yet checked against the calendar.

    Reads DD.MM.YYYY (one digit allowed for day and month), ISO 8601, and Excel's serial number of five digits.
    Raises DateFault for two-digit years, slashes, month names and everything else.
    """
    plain = text.strip().translate(_FOREIGN_DIGITS) if not text.isascii() else text.strip()
    if match := _GERMAN.fullmatch(plain):
        return int(match[3]), int(match[2]), int(match[1])
    if match := _ISO.fullmatch(plain):
        return int(match[1]), int(match[2]), int(match[3])
    if _SERIAL.fullmatch(plain):
        day = _SERIAL_ZERO + timedelta(days=int(plain))
        return day.year, day.month, day.day
    raise DateFault("date_two_digit_year" if _COMPACT_TWO_DIGIT.fullmatch(plain) else "date_format")


def read_date(text: str) -> str:
    """Return a complete date as ISO text, empty for an empty field, `UNLIMITED` for 31.12.9999.

    Raises DateFault, also for a day that is not in the calendar or a year outside 1900 to 2199.
    """
    if not text.strip():
        return ""
    year, month, day = split_date(text)
    if (year, month, day) == (9999, 12, 31):
        return UNLIMITED
    if not 1900 <= year <= 2199:
        raise DateFault("date_implausible")
    if not is_in_calendar(year, month, day):
        raise DateFault("date_not_in_calendar")
    return f"{year:04d}-{month:02d}-{day:02d}"


def read_birth(text: str, today: date) -> str:
    """Return a birth date as ISO text in which an unknown day or month is 00, as `1990-00-00`.

    A day that is not in the calendar (29.02.1991) is kept, since the card shows it, too. Raises DateFault for
    an empty field, the future, and more than 120 years.
    """
    if not text.strip():
        raise DateFault("birth_missing")
    year, month, day = split_date(text)
    if month > 12 or day > 31 or (month == 0 and day > 0):
        raise DateFault("date_not_in_calendar")
    written = f"{year:04d}-{month:02d}-{day:02d}"
    if written > today.isoformat():
        raise DateFault("birth_in_future")
    if year < today.year - 120:
        raise DateFault("birth_too_old")
    return written


def is_in_calendar(year: int, month: int, day: int) -> bool:
    """Tell whether the day exists."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
