"""Turn one item of a form into the page's own controls, and what was typed into the value to be kept."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import request
from wtforms import FormField, RadioField, TextAreaField

from servicedesk.checklists.form_printing import FACT_WORDS, YES_NO, answer_text, figures
from servicedesk.checklists.rules.forms import FieldKind, Filling, Value
from servicedesk.checklists.rules.forms import FormField as Item
from servicedesk.web.dates import DayParts, PartialDate, read_month, read_number
from servicedesk.web.forms import MAX_NAME, AtMost, BaseForm, Filled, LineField, clean_text
from servicedesk.web.locale import gettext, say
from servicedesk.web.locale import lazy_gettext as _l

MOST_ROWS = 12
_LONGEST = 2000
_WRITE = _l("Schreiben Sie eine Antwort.")
_CHOOSE = _l("Wählen Sie eine Antwort.")
_NUMBER = _l("Schreiben Sie eine Zahl, zum Beispiel 850.")
_ODD_DAY = _l("Schreiben Sie das Datum mit Tag, Monat und Jahr, zum Beispiel 4.3.2015.")
_NOBODY = _l("Schreiben Sie mindestens eine Zeile.")
_ENOUGH_ROWS = _l(
    "Mehr Zeilen nimmt das Formular nicht auf. Schreiben Sie den Rest auf ein Blatt und bringen Sie es mit."
)
_TOO_EARLY = _l("Dieses Datum liegt vor der Angabe „%(name)s“ (%(day)s). Beides kann nicht stimmen.")


class AnyDayParts(DayParts):
    """Take any day of a life; parts nobody knows are 00."""

    allows_unknown = True
    earliest = 1900


class ItemForm(BaseForm):
    """Ask for one item; made by `ask_item`."""

    item: Item
    filling: Filling

    def read(self) -> Value:
        """Return what was typed, as it is kept."""
        typed = self.value
        if self.item.kind is FieldKind.date:
            parts = typed.form.read()
            return iso(parts) if parts else ""
        text = typed.data or ""
        return plain_digits(text) if self.item.kind is FieldKind.number else str(text)

    def show(self, value: Value) -> None:
        """Fill in what was typed before."""
        if self.item.kind is FieldKind.date:
            year, _, rest = str(value).partition("-")
            month, _, day = rest.partition("-")
            self.value.form.day.data, self.value.form.month.data, self.value.form.year.data = day, month, year
        else:
            self.value.data = value

    def validate(self, extra_validators: Any = None) -> bool:
        """Let an optional date be empty; hold a date and a number to what they have to be."""
        is_empty_day = self.item.kind is FieldKind.date and not any(
            (part.data or "").strip() for part in (self.value.day, self.value.month, self.value.year)
        )
        if is_empty_day and self.item.is_optional:
            return True
        if not super().validate(extra_validators):
            return False
        if self.item.kind is FieldKind.number and self.value.data:
            if any(sign.isdecimal() for sign in self.value.data):
                return True
            self.value.errors = [str(_NUMBER)]
            return False
        return self._is_in_order()

    def _is_in_order(self) -> bool:
        if self.item.kind is not FieldKind.date:
            return True
        parts = self.value.form.read()
        if not (parts and parts.month and parts.day):
            return True
        early = self.filling.find_early(self.item, date(parts.year, parts.month, parts.day))
        # What only the register knows is not told to whoever holds the code.
        if early is None:
            return True
        if early.id in self.filling.known:
            message = gettext("Dieses Datum kann nicht stimmen. Prüfen Sie Tag, Monat und Jahr.")
        else:
            day = figures(str(self.filling.value_of(early)))
            message = gettext(_TOO_EARLY.message, name=say(early.name), day=day)
        self.value.form.day.errors = [message]
        return False


def ask_item(item: Item, filling: Filling) -> Any:
    """Return the form of one item."""
    label = say(item.name)
    need = [] if item.is_optional else [Filled(_WRITE)]
    if item.kind is FieldKind.date:
        field: Any = FormField(AnyDayParts, label)
    elif item.kind in {FieldKind.lines, FieldKind.address}:
        field = TextAreaField(label, [*need, AtMost(_LONGEST)], filters=[clean_text])
    elif item.kind in {FieldKind.choice, FieldKind.yes_no, FieldKind.fact}:
        field = RadioField(label, [Filled(_CHOOSE)])
    else:
        field = LineField(label, [*need, AtMost(MAX_NAME)])
    form = type("OneItemForm", (ItemForm,), {"value": field, "item": item, "filling": filling})()
    if isinstance(form.value, RadioField):
        form.value.choices = [(key, say(name)) for key, name in choices_of(item).items()]
    return form


def choices_of(item: Item) -> Mapping[str, str]:
    """Return the answers to tick with their German words."""
    if item.kind is FieldKind.choice:
        return {one.id: one.name for one in item.choices}
    return FACT_WORDS if item.kind is FieldKind.fact else YES_NO


class RowForm(BaseForm):
    """Ask for one more row of a table; made by `ask_row`."""

    item: Item

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not any((self[column.id].data or "").strip() for column in self.item.columns)

    def read(self) -> dict[str, str]:
        """Return the row as it is kept."""
        return {column.id: _read_cell(column, self[column.id].data or "") for column in self.item.columns}

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the first column at least, and for days that can be read."""
        if not super().validate(extra_validators):
            return False
        first = self[self.item.columns[0].id]
        if not (first.data or "").strip():
            first.errors = [str(_WRITE)]
            return False
        for column in self.item.columns:
            typed = self[column.id].data or ""
            if column.kind is FieldKind.date and typed and _read_day(typed) is None:
                self[column.id].errors = [str(_ODD_DAY)]
                return False
        return True

    def refuse(self, *, is_full: bool) -> None:
        """Say that a row is missing, or that there are enough."""
        first = self[self.item.columns[0].id]
        first.errors = [str(_ENOUGH_ROWS if is_full else _NOBODY)]


def ask_row(item: Item) -> Any:
    """Return the form of one more row."""
    fields: dict[str, Any] = {
        column.id: LineField(say(column.name), [AtMost(MAX_NAME)]) for column in item.columns
    }
    return type("OneRowForm", (RowForm,), {**fields, "item": item})(request.form or None)


def shown(item: Item, value: Value) -> str | list[str]:
    """Return what stands in an item in the reader's words; a table as a list of lines."""
    if not isinstance(value, str):
        return [line for line in answer_text(item, value).split("\n") if line]
    if item.kind in {FieldKind.choice, FieldKind.yes_no, FieldKind.fact} and value:
        return say(choices_of(item).get(value, value))
    return answer_text(item, value)


def iso(parts: PartialDate) -> str:
    """Return a day as it is kept; unknown parts stay zeros."""
    return f"{parts.year:04d}-{parts.month:02d}-{parts.day:02d}"


def plain_digits(text: str) -> str:
    """Return a text with the digits of any script written as 0 to 9."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _read_cell(column: Item, text: str) -> str:
    if column.kind is FieldKind.date:
        return _read_day(text) or text
    return plain_digits(text) if column.kind is FieldKind.number else text


def _read_day(text: str) -> str | None:
    """Return a day typed in one line (4.3.2015, 4. März 2015) as it is kept, None for anything else."""
    words = text.replace(".", " ").replace("/", " ").replace("-", " ").split()
    if len(words) != 3:
        return None
    day, month, year = read_number(words[0]), read_month(words[1]), read_number(words[2])
    if day is not None and day > 31:
        day, year = year, day
    if day is None or month is None or year is None:
        return None
    if day > 31 or month > 12 or not 1900 <= year <= 2150:
        return None
    return f"{year:04d}-{month:02d}-{day:02d}"
