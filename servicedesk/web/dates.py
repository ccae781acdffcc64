"""Read days that people copy from a card: any script's digits, month names, unknown parts.

`datetime.strptime` refuses digits that `int` accepts and knows no `00`, so parts are read one by one.
"""

import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from wtforms import Form

from servicedesk.kernel.locales import LANGUAGES
from servicedesk.web.forms import LineField
from servicedesk.web.locale import LazyText
from servicedesk.web.locale import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class PartialDate:
    """Be a day whose day or month may be unknown (0), as the register writes it."""

    year: int
    month: int
    day: int


@cache
def _month_names() -> dict[str, int]:
    names: dict[str, int] = {}
    for language in LANGUAGES.values():
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in language.locale.months[context][width].items():
                    names[_folded(name)] = number
    return names


def _folded(text: str) -> str:
    # The dotted İ lowers to two characters; both forms of a Turkish month must meet.
    lowered = unicodedata.normalize("NFKD", text.replace("İ", "i").replace("ı", "i").lower())
    return "".join(sign for sign in lowered if sign.isalnum())


def read_number(text: str | None) -> int | None:
    """Return the whole number a text holds, in the digits of any script; None when it holds anything else."""
    kept = "".join(
        sign for sign in text or "" if not sign.isspace() and unicodedata.category(sign) != "Cf"
    ).strip(".,،")
    if not kept or not all(sign.isdecimal() for sign in kept) or len(kept) > 4:
        return None
    return int(kept)


def read_month(text: str | None) -> int | None:
    """Return a month's number from digits or from its name in any language we speak."""
    number = read_number(text)
    return number if number is not None else _month_names().get(_folded(text or ""))


class _DateParts(Form):
    """Take day, month and year in three fields, in the order of the card."""

    day = LineField(_l("Tag"))
    month = LineField(_l("Monat"))
    year = LineField(_l("Jahr"))

    allows_unknown = False
    nothing: LazyText
    earliest = 1900
    latest = 2150

    def read(self) -> PartialDate | None:
        """Return the parts when they make a day, else None."""
        day, month, year = (
            read_number(self.day.data),
            read_month(self.month.data),
            read_number(self.year.data),
        )
        if day is None or month is None or year is None or not self.earliest <= year <= self.latest:
            return None
        if month == 0 or day == 0:
            return (
                PartialDate(year, month, day) if self.allows_unknown and month <= 12 and day <= 31 else None
            )
        if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
            return None
        return PartialDate(year, month, day)

    def validate(self, extra_validators: Any = None) -> bool:
        """Put one sentence at the first part that has to change."""
        del extra_validators
        field, message = self._fault() or (None, None)
        if field is None:
            return True
        field.errors = [str(message)]
        return False

    def _fault(self) -> tuple[Any, LazyText] | None:
        if not any((part.data or "").strip() for part in (self.day, self.month, self.year)):
            return self.day, self.nothing
        day, month, year = (
            read_number(self.day.data),
            read_month(self.month.data),
            read_number(self.year.data),
        )
        least = 0 if self.allows_unknown else 1
        if day is None or not least <= day <= 31:
            return self.day, _l("Schreiben Sie den Tag als Zahl von 1 bis 31.")
        if month is None or not least <= month <= 12:
            return self.month, _l("Schreiben Sie den Monat als Zahl von 1 bis 12 oder als Wort.")
        if year is not None and year > 999 and not self.earliest <= year <= self.latest:
            return self.year, _l("Dieses Datum kann nicht stimmen. Prüfen Sie Tag, Monat und Jahr.")
        if year is None or not self.earliest <= year <= self.latest:
            return self.year, _l("Schreiben Sie das Jahr mit vier Ziffern.")
        if day and month and day > monthrange(year, month)[1]:
            return self.day, _l("Diesen Tag gibt es in dem Monat nicht. Prüfen Sie Tag und Monat.")
        return None


class BirthDateParts(_DateParts):
    """Take a birth date; parts unknown to the register may be 00, as the card shows them."""

    allows_unknown = True
    nothing = _l("Schreiben Sie Ihr Geburtsdatum, so wie es auf Ihrer Karte steht.")


class EndDateParts(_DateParts):
    """Take the end date printed on a card."""

    nothing = _l("Schreiben Sie das Datum, bis zu dem Ihre Karte gilt.")
    earliest = 1990

    def read_day(self) -> date | None:
        """Return the day, or None."""
        parts = self.read()
        return date(parts.year, parts.month, parts.day) if parts else None


class DayParts(EndDateParts):
    """Take any day."""

    nothing = _l("Schreiben Sie ein Datum.")
