"""Take what people decide about interim confirmations."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from wtforms import FormField, RadioField

from servicedesk.cases.rules import N_
from servicedesk.interim.rules.values import Note
from servicedesk.notices.contexts import EndCause
from servicedesk.staff.forms import Known, choices
from servicedesk.staff.interim_wording import NOTES, WITHDRAWALS
from servicedesk.web.dates import DayParts
from servicedesk.web.forms import AtMost, BaseForm, Filled, LineField
from servicedesk.web.locale import lazy_gettext as _l

_REASON = _l("Nennen Sie den Grund.")
_LONGEST = 300

ANSWER_LABELS: Mapping[str, str] = {
    "other": N_("Etwas anderes hilft, siehe unten"),
    "declined": N_("Es gibt keine Zwischenbestätigung, siehe unten"),
    "printed": N_("Die Person hat schon, was sie braucht"),
}


class ReleaseForm(BaseForm):
    """Take why a person releases what the rules leave to a person."""

    note = LineField(_l("Warum geben Sie frei?"), [AtMost(_LONGEST)])


class DeclineForm(BaseForm):
    """Take why there is to be none."""

    reason = LineField(_l("Warum gibt es keine Zwischenbestätigung?"), [Filled(_REASON), AtMost(_LONGEST)])


class WithdrawForm(BaseForm):
    """Take why an issued one is taken back: what its holder is told, and what stays with the office."""

    cause = RadioField(
        _l("Was teilen wir der Person mit?"),
        [Filled(_l("Wählen Sie, was im Brief steht.")), Known(_l("Wählen Sie, was im Brief steht."))],
        validate_choice=False,
    )
    reason = LineField(_l("Grund für die Akte"), [Filled(_REASON), AtMost(_LONGEST)])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.cause.choices = choices((cause.value, label) for cause, label in WITHDRAWALS.items())

    @property
    def end_cause(self) -> EndCause:
        """Return what the letter says; for a form that holds no fault."""
        return EndCause(self.cause.data)


class AskForm(BaseForm):
    """Take why somebody at the counter needs one at once."""

    note = LineField(
        _l("Wofür wird sie sofort gebraucht?"),
        [Filled(_l("Schreiben Sie, wofür die Bestätigung gebraucht wird.")), AtMost(_LONGEST)],
    )


class AnswerForm(BaseForm):
    """Take the answer for the front desk."""

    answer = RadioField(
        _l("Antwort"),
        [Filled(_l("Wählen Sie eine Antwort.")), Known(_l("Wählen Sie eine Antwort."))],
        validate_choice=False,
    )
    note = LineField(_l("Was soll die Servicestelle der Person sagen?"), [AtMost(_LONGEST)])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.answer.choices = choices(ANSWER_LABELS.items())


class NoteForm(BaseForm):
    """Take a fact that no list says and that the interim effect depends on; the day may be unknown."""

    kind = RadioField(
        _l("Was ist bekannt?"),
        [Filled(_l("Wählen Sie, was bekannt ist.")), Known(_l("Wählen Sie, was bekannt ist."))],
        validate_choice=False,
    )
    since_on = FormField(DayParts, _l("Seit wann?"))
    text = LineField(_l("Vermerk"), [AtMost(_LONGEST)])

    def __init__(self, taken: Collection[Note], **options: Any) -> None:
        """Offer what is not noted yet."""
        super().__init__(**options)
        self.kind.choices = choices((note.value, label) for note, label in NOTES.items() if note not in taken)

    @property
    def note(self) -> Note:
        """Return what is known; for a form that holds no fault."""
        return Note(self.kind.data)

    @property
    def since_day(self) -> date | None:
        """Return since when, None where no day was named."""
        day: date | None = self.since_on.form.read_day()
        return day

    def validate(self, extra_validators: Any = None) -> bool:
        """Accept no day at all; a day named must be one."""
        parts = self.since_on.form
        if any((part.data or "").strip() for part in (parts.day, parts.month, parts.year)):
            return bool(super().validate(extra_validators))
        is_kind_good, is_text_good = self.kind.validate(self), self.text.validate(self)
        return bool(is_kind_good and is_text_good)
