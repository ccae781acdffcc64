"""Take what staff type while they check papers and enter facts."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import FormField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its published types

from servicedesk.cases.choices import load_authorities
from servicedesk.staff.common import today
from servicedesk.staff.forms import Known, choices
from servicedesk.web.dates import DayParts
from servicedesk.web.forms import AtMost, BaseForm, Filled, LineField, clean_text
from servicedesk.web.locale import gettext
from servicedesk.web.locale import lazy_gettext as _l

_AUTHORITY = _l("Wählen Sie die Behörde aus der Liste.")


class _DayForm(BaseForm):
    """Hold a day that has to lie ahead, in a field that each form names."""

    def _is_ahead(self, field: Any) -> bool:
        day = field.form.read_day()
        if day is None or day > today():
            return day is not None
        field.form.day.errors = [str(_l("Dieser Tag ist vorbei. Wählen Sie einen späteren."))]
        return False


def _fill(field: Any, day: date) -> None:
    parts = field.form
    parts.day.data, parts.month.data, parts.year.data = str(day.day), str(day.month), str(day.year)


class RejectPaperForm(BaseForm):
    """Take what is written beside the reason of a rejection; the reason is the button that was pressed."""

    note = TextAreaField(_l("Dazu schreiben"), [AtMost(300)], filters=[clean_text])


class AskForm(_DayForm):
    """Take which papers are asked for, by when, and what is written beside it."""

    papers = SelectMultipleField(_l("Was fehlt"), validate_choice=False)
    bring_by = FormField(DayParts, _l("Abgeben bis"))
    note = TextAreaField(_l("Dazu schreiben"), [AtMost(500)], filters=[clean_text])

    def __init__(self, offered: Iterable[tuple[str, str]], **options: Any) -> None:
        """Offer papers as (id, name in the reader's language)."""
        super().__init__(**options)
        self._offered = list(offered)
        self.papers.choices = [SelectChoice(value, text) for value, text in self._offered]

    def fill(self, day: date) -> None:
        """Propose every paper and a day."""
        self.papers.data = [value for value, _ in self._offered]
        _fill(self.bring_by, day)

    @property
    def day(self) -> date:
        """Return the day; for a form that holds no fault."""
        day: date | None = self.bring_by.form.read_day()
        if day is None:
            raise ValueError("the form was not validated")
        return day

    def validate(self, extra_validators: Any = None) -> bool:
        """Check that the day lies ahead."""
        return bool(super().validate(extra_validators)) and self._is_ahead(self.bring_by)


class AwaitForm(_DayForm):
    """Take for whom a case waits, and when somebody looks again."""

    authority = SelectField(
        _l("Auf wen warten Sie?"), [Filled(_AUTHORITY), Known(_AUTHORITY)], validate_choice=False
    )
    follow_up = FormField(DayParts, _l("Wieder ansehen am"))
    reason = LineField(_l("Vermerk"), [AtMost(300)])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.authority.choices = [
            SelectChoice("", gettext("– wählen –")),
            *choices(load_authorities().items()),
        ]

    def fill(self, day: date) -> None:
        """Propose a day."""
        _fill(self.follow_up, day)

    @property
    def day(self) -> date:
        """Return the day; for a form that holds no fault."""
        day: date | None = self.follow_up.form.read_day()
        if day is None:
            raise ValueError("the form was not validated")
        return day

    def validate(self, extra_validators: Any = None) -> bool:
        """Check that the day lies ahead."""
        return bool(super().validate(extra_validators)) and self._is_ahead(self.follow_up)


class DoubtForm(BaseForm):
    """Take why a case will probably be refused."""

    reason = LineField(
        _l("Warum ist eine Ablehnung wahrscheinlich?"), [Filled(_l("Nennen Sie den Grund.")), AtMost(300)]
    )
