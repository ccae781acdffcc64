"""Take what staff type. Sentences are short: they are read many times a day."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, ClassVar

from flask_wtf.file import FileField
from wtforms import BooleanField, FormField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its published types
from wtforms.validators import StopValidation

from servicedesk.cases.rules import (
    CHANNEL_LABELS,
    CLOSE_LABELS,
    N_,
    PAPER_LABELS,
    Channel,
    CloseReason,
    Decision,
    PaperState,
)
from servicedesk.cases.service import Evidence
from servicedesk.outreach.rules import REACH_LABELS
from servicedesk.staff.common import instant_at, read_wall_time, today
from servicedesk.staff.scans import MOST_BYTES, sniff
from servicedesk.staff.wording import DECISION_LABELS
from servicedesk.web.dates import DayParts
from servicedesk.web.forms import AtMost, BaseForm, Filled, LineField, clean_text
from servicedesk.web.locale import LazyText, gettext
from servicedesk.web.locale import lazy_gettext as _l
from servicedesk.web.runtime import now

_RECORDABLE = (Channel.counter, Channel.slip, Channel.post, Channel.email)
_REASON = _l("Nennen Sie den Grund.")


def choices(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """Return choices whose labels are German message ids, in the reader's language."""
    return [SelectChoice(value, gettext(label)) for value, label in pairs]


class Known:
    """Refuse what is not among a field's choices, with our sentence; only a forged form sends it."""

    field_flags: ClassVar[dict[str, Any]] = {}

    def __init__(self, message: LazyText) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        """Stop with the sentence."""
        if field.data not in {choice.value for choice in field.iter_choices()}:
            raise StopValidation(str(self.message))


def radio(label: LazyText, message: LazyText) -> Any:
    """Return a choice of one, which has to be made."""
    return RadioField(label, [Filled(message), Known(message)], validate_choice=False)  # type: ignore[arg-type]


def read_instant(day_field: Any, time_field: Any) -> datetime:
    """Return the instant that a day and a time name; for fields that hold no fault."""
    day, at = day_field.form.read_day(), read_wall_time(time_field.data)
    if day is None or at is None:
        raise ValueError("the form was not validated")
    return instant_at(day, at)


def has_happened(day_field: Any, time_field: Any, future: LazyText, *, is_day_good: bool) -> bool:
    """Tell whether a time can be read and is not ahead; says at its field what is wrong."""
    if read_wall_time(time_field.data) is None:
        time_field.errors = [str(_l("Schreiben Sie die Uhrzeit, zum Beispiel 09:30."))]
        return False
    if is_day_good and read_instant(day_field, time_field) > now():
        time_field.errors = [str(future)]
        return False
    return is_day_good


class ApplicationForm(BaseForm):
    """Take an application that came another way than the web."""

    channel = radio(_l("Wie kam der Antrag?"), _l("Wählen Sie den Weg."))
    received_on = FormField(DayParts, _l("Eingegangen am"))
    received_time = LineField(_l("Uhrzeit"))
    scan = FileField(_l("Scan"))
    note = TextAreaField(_l("Vermerk"), [AtMost(2000)], filters=[clean_text])

    evidence: Evidence | None = None

    def __init__(self, kept: Channel | None = None, **options: Any) -> None:
        """Offer the ways that are recorded by hand, and `kept`, the way of an entry to be corrected."""
        super().__init__(**options)
        offered = (*_RECORDABLE, kept) if kept is not None and kept not in _RECORDABLE else _RECORDABLE
        self.channel.choices = choices((channel.value, CHANNEL_LABELS[channel]) for channel in offered)

    @property
    def received_at(self) -> datetime:
        """Return the instant of receipt; for a form that holds no fault."""
        return read_instant(self.received_on, self.received_time)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the time, and tell what is wrong with a scan."""
        is_good = bool(super().validate(extra_validators))
        future = _l("Der Eingang liegt in der Zukunft. Prüfen Sie Tag und Uhrzeit.")
        is_good = has_happened(self.received_on, self.received_time, future, is_day_good=is_good)
        return self._read_scan() and is_good

    def _read_scan(self) -> bool:
        file = self.scan.data
        if not file or not getattr(file, "filename", ""):
            note = self.note.data or ""
            self.evidence = Evidence.note(note) if note else None
            return True
        content = file.stream.read(MOST_BYTES + 1)
        file.close()
        kind = sniff(content)
        fault = None
        if not content:
            fault = _l("Die Datei ist leer. Wählen Sie eine andere.")
        elif len(content) > MOST_BYTES:
            fault = _l("Die Datei ist größer als 8 MB. Scannen Sie mit geringerer Auflösung.")
        elif kind is None:
            fault = _l("Wählen Sie eine PDF-, JPEG- oder PNG-Datei.")
        if fault is not None or kind is None:
            self.scan.errors = [str(fault)]
            return False
        self.evidence = Evidence(content, kind)
        return True


class CorrectionForm(ApplicationForm):
    """Take the corrected entry of an application, with the reason."""

    reason = LineField(_l("Grund der Berichtigung"), [Filled(_REASON), AtMost(300)])


class PaperForm(BaseForm):
    """Take the state of one paper."""

    state = radio(_l("Stand"), _l("Wählen Sie den Stand."))
    issued_on = FormField(DayParts, _l("Ausgestellt am"))
    reason = LineField(_l("Grund, wenn sie so nicht verwendbar oder nicht nötig ist"), [AtMost(300)])

    def __init__(self, *, may_decide: bool, **options: Any) -> None:
        """Offer only reception to those who do not check papers."""
        super().__init__(**options)
        offered = (
            (
                PaperState.received,
                PaperState.accepted,
                PaperState.rejected,
                PaperState.stale,
                PaperState.waived,
                PaperState.missing,
            )
            if may_decide
            else (PaperState.received, PaperState.missing)
        )
        self.state.choices = choices((state.value, PAPER_LABELS[state]) for state in offered)

    def fill_issued(self, day: date | None) -> None:
        """Show the date noted before."""
        if day is not None:
            parts = self.issued_on.form
            parts.day.data, parts.month.data, parts.year.data = str(day.day), str(day.month), str(day.year)

    @property
    def issued_day(self) -> date | None:
        """Return the date on the paper, None where nobody noted one."""
        day: date | None = self.issued_on.form.read_day()
        return day

    def validate(self, extra_validators: Any = None) -> bool:
        """Accept no date at all; one that is written must be one."""
        parts = self.issued_on.form
        if any((part.data or "").strip() for part in (parts.day, parts.month, parts.year)):
            return bool(super().validate(extra_validators))
        is_good = [bool(field.validate(self)) for field in (self.state, self.reason)]
        return all(is_good)


class CodeForm(BaseForm):
    """Take how identity was checked before a new code goes out."""

    identity_check = LineField(
        _l("Wie haben Sie die Identität geprüft?"),
        [Filled(_l("Schreiben Sie, was Sie gesehen oder gefragt haben.")), AtMost(120)],
    )


class DecisionForm(BaseForm):
    """Take the decision on an application."""

    decision = radio(_l("Entscheidung"), _l("Wählen Sie die Entscheidung."))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.decision.choices = choices((one.value, DECISION_LABELS[one]) for one in Decision)


class CloseForm(BaseForm):
    """Take why a case is closed."""

    reason = radio(_l("Warum wird der Vorgang abgeschlossen?"), _REASON)
    note = LineField(_l("Vermerk"), [AtMost(300)])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.reason.choices = choices((one.value, CLOSE_LABELS[one]) for one in CloseReason)


class BookForm(BaseForm):
    """Take the reason for a time that comes before its turn; the time itself is the pressed button."""

    reason = LineField(_l("Grund"), [AtMost(300)])


class CancelForm(BaseForm):
    """Take why the office cancels an appointment."""

    reason = LineField(_l("Grund der Absage"), [Filled(_REASON), AtMost(200)])


class ConcernForm(BaseForm):
    """Ask for which concern a case is opened."""

    concern = SelectField(
        _l("Anliegen"),
        [Filled(_l("Wählen Sie das Anliegen.")), Known(_l("Wählen Sie das Anliegen."))],
        validate_choice=False,
    )

    def __init__(self, offered: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        self.concern.choices = [SelectChoice("", gettext("– wählen –")), *choices(offered)]


class MatchForm(BaseForm):
    """Ask whose message it is, and how identity was checked."""

    person = radio(_l("Wer hat geschrieben?"), _l("Wählen Sie die Person."))
    identity_check = LineField(
        _l("Wie haben Sie die Identität geprüft?"),
        [Filled(_l("Schreiben Sie, was Sie gesehen oder gefragt haben.")), AtMost(120)],
    )

    def __init__(self, offered: Iterable[tuple[str, str]], **options: Any) -> None:
        """Offer people; their names are nobody's to translate."""
        super().__init__(**options)
        self.person.choices = [SelectChoice(value, label) for value, label in offered]


class ClaimForm(BaseForm):
    """Ask how identity was checked, and whether the old address hears of the new one."""

    identity_check = LineField(
        _l("Wie haben Sie die Identität geprüft?"),
        [Filled(_l("Schreiben Sie, was Sie gesehen oder gefragt haben.")), AtMost(120)],
    )
    tell_old = BooleanField(_l("Die bisherige Anschrift mit einem Brief benachrichtigen"), default=True)


class RefuseClaimForm(BaseForm):
    """Ask why new contact data does not count."""

    reason = LineField(_l("Warum gilt die Angabe nicht?"), [Filled(_REASON), AtMost(300)])


class RejectForm(BaseForm):
    """Ask why a message belongs to nobody of ours."""

    reason = LineField(_l("Warum legen Sie die Nachricht weg?"), [Filled(_REASON), AtMost(300)])


class HoldForm(BaseForm):
    """Ask why an invitation is held, and when somebody looks again."""

    reason = LineField(_l("Warum halten Sie die Einladung zurück?"), [Filled(_REASON), AtMost(300)])
    review_on = FormField(DayParts, _l("Wieder ansehen am"))

    @property
    def review_day(self) -> date | None:
        """Return the day to look again, None where none was named."""
        day: date | None = self.review_on.form.read_day()
        return day

    def validate(self, extra_validators: Any = None) -> bool:
        """Accept no day at all; a day named must be one, and lie ahead."""
        parts = self.review_on.form
        if any((part.data or "").strip() for part in (parts.day, parts.month, parts.year)):
            is_good = bool(super().validate(extra_validators))
            day = parts.read_day()
            if day is not None and day <= today():
                parts.day.errors = [str(_l("Dieser Tag ist vorbei. Wählen Sie einen späteren."))]
                is_good = False
            return is_good
        is_good = bool(self.reason.validate(self))
        return is_good


class AttemptForm(BaseForm):
    """Ask how somebody tried to reach a person, when, and what came of it."""

    kind = radio(_l("Was haben Sie versucht?"), _l("Wählen Sie, was Sie versucht haben."))
    tried_on = FormField(DayParts, _l("Wann?"))
    tried_time = LineField(_l("Uhrzeit"))
    note = TextAreaField(_l("Vermerk"), [AtMost(2000)], filters=[clean_text])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.kind.choices = choices((kind.value, label) for kind, label in REACH_LABELS.items())

    @property
    def tried_at(self) -> datetime:
        """Return the instant of the attempt; for a form that holds no fault."""
        return read_instant(self.tried_on, self.tried_time)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the time."""
        is_good = bool(super().validate(extra_validators))
        future = _l("Der Zeitpunkt liegt in der Zukunft. Prüfen Sie Tag und Uhrzeit.")
        return has_happened(self.tried_on, self.tried_time, future, is_day_good=is_good)


class ReprintForm(BaseForm):
    """Ask why a letter is printed again."""

    reason = LineField(_l("Warum drucken Sie noch einmal?"), [Filled(_REASON), AtMost(200)])


def facts_form(questions: Iterable[tuple[str, str]]) -> Any:
    """Return a form with one choice per (name, question) of a case's list; unknown is a choice, too."""
    kinds = {
        name: RadioField(
            gettext(question),
            choices=choices((("yes", N_("Ja")), ("no", N_("Nein")), ("unknown", N_("nicht bekannt")))),
            default="unknown",
        )
        for name, question in questions
    }
    return type("FactsForm", (BaseForm,), kinds)()


class ConfirmForm(BaseForm):
    """Take the act itself; everything else is known."""
