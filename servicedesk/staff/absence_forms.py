"""Take when somebody is away and who stands in."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from wtforms import FormField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its published types

from servicedesk.offices.queries import StaffView
from servicedesk.staff.forms import Known
from servicedesk.web.dates import DayParts
from servicedesk.web.forms import BaseForm, Filled
from servicedesk.web.locale import gettext
from servicedesk.web.locale import lazy_gettext as _l

_WHO = _l("Wählen Sie, wer nicht da ist.")
_DEPUTY = _l("Wählen Sie, wer vertritt.")


class AbsenceForm(BaseForm):
    """Take one absence; whose it is can only be chosen where there is a choice."""

    member = SelectField(_l("Wer ist nicht da?"), [Filled(_WHO), Known(_WHO)], validate_choice=False)
    deputy = SelectField(_l("Wer vertritt?"), [Filled(_DEPUTY), Known(_DEPUTY)], validate_choice=False)
    first_on = FormField(DayParts, _l("Erster Tag"))
    last_on = FormField(DayParts, _l("Letzter Tag, noch mitgerechnet"))

    def __init__(
        self,
        members: Sequence[StaffView],
        deputies: Sequence[StaffView],
        *,
        has_begun: bool = False,
        **options: Any,
    ) -> None:
        """Offer the people one may enter, and every colleague as deputy; what has begun keeps its first day."""
        super().__init__(**options)
        self.deputy.choices = _choices(deputies)
        if len(members) == 1:
            del self.member
        else:
            self.member.choices = _choices(members)
        if has_begun:
            del self.first_on

    @property
    def first_day(self) -> date:
        """Return the first day; for a form that holds no fault."""
        return _day(self.first_on)

    @property
    def last_day(self) -> date:
        """Return the last day; for a form that holds no fault."""
        return _day(self.last_on)

    @property
    def deputy_id(self) -> UUID:
        """Return who stands in; for a form that holds no fault."""
        return UUID(hex=self.deputy.data)


def day_fields(day: date) -> dict[str, str]:
    """Return a day as the three fields of a date hold it."""
    return {"day": f"{day.day:02d}", "month": f"{day.month:02d}", "year": f"{day.year:04d}"}


def _choices(people: Sequence[StaffView]) -> list[Any]:
    labels = ((one.id.hex, f"{one.name} · {one.team_name}") for one in people)
    return [SelectChoice("", gettext("bitte wählen")), *(SelectChoice(key, label) for key, label in labels)]


def _day(field: Any) -> date:
    day = field.form.read_day()
    if day is None:
        raise ValueError("the form was not validated")
    return date.fromordinal(day.toordinal())
