"""Take what the office writes into its catalogue; what cannot be read at all is asked again, the rest may be faulty."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import request
from flask_wtf.file import FileField
from wtforms import FormField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its published types

from servicedesk.checklists.catalogue.exchange import MOST_BYTES
from servicedesk.checklists.catalogue.faults import LONGEST_TEXT, Fault
from servicedesk.checklists.rules import Fact, ValidityKind
from servicedesk.checklists.rules.conditions import Condition, Demand, Group, Value
from servicedesk.kernel.intervals import Lead
from servicedesk.staff import catalogue_wording as wording
from servicedesk.staff.common import today
from servicedesk.staff.forms import choices
from servicedesk.web.dates import DayParts, read_number
from servicedesk.web.forms import AtMost, BaseForm, LineField, clean_line, clean_text
from servicedesk.web.locale import LazyText, gettext
from servicedesk.web.locale import lazy_gettext as _l

UNITS = (("days", wording.N_("Tage")), ("weeks", wording.N_("Wochen")), ("months", wording.N_("Monate")))
_MOST = {"days": 3650, "weeks": 520, "months": 120}
_NO_NUMBER = _l("Schreiben Sie eine ganze Zahl ab 1, oder lassen Sie das Feld leer.")
_SPAN_NEEDED = _l("Zu dieser Geltungsdauer gehört eine Spanne.")
_NEEDS_SPAN = {ValidityKind.fixed, ValidityKind.at_most, ValidityKind.at_least, ValidityKind.usual}
SPARE_PAPERS, SPARE_CONDITIONS = 2, 2
MOST_PAPERS, MOST_GROUPS, MOST_CONDITIONS = 20, 12, 12


class AnyDay(DayParts):
    """Take a day, or none."""

    def _fault(self) -> tuple[Any, LazyText] | None:
        if not any((part.data or "").strip() for part in (self.day, self.month, self.year)):
            return None
        return super()._fault()


def day_parts(text: object) -> dict[str, str]:
    """Return an ISO day as the parts of a form; nothing for what is none."""
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return {}
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


def _iso(field: Any) -> str:
    day = field.form.read_day()
    return day.isoformat() if day else ""


def _line(label: LazyText, limit: int = LONGEST_TEXT) -> LineField:
    return LineField(label, [AtMost(limit)])


class _EntryForm(BaseForm):
    """Take what documents and concerns have in common; `seen` marks the state the page was opened with."""

    seen = HiddenField()
    valid_from = FormField(AnyDay, _l("Gilt ab"))
    valid_until = FormField(AnyDay, _l("Gilt bis"))
    source_url = _line(_l("Quelle (Adresse im Internet)"))
    checked_on = FormField(AnyDay, _l("Zuletzt geprüft am"))

    def common(self, builtin: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the common keys; an end taken away from a built-in entry is said by an empty text."""
        found: dict[str, Any] = {"source_url": self.source_url.data or ""}
        for key in ("valid_from", "checked_on"):
            if day := _iso(self[key]):
                found[key] = day
        until = _iso(self.valid_until)
        if until or (builtin and builtin.get("valid_until")):
            found["valid_until"] = until
        return found

    def show_faults(self, faults: Iterable[Fault]) -> list[tuple[None, str]]:
        """Put each fault at its field; return those that belong to none."""
        left: list[tuple[None, str]] = []
        for fault in faults:
            text = gettext(fault.message, **fault.params)
            if fault.field in self._fields and fault.line is None:
                field = self[fault.field]
                if isinstance(field, FormField):
                    field.form.day.errors = [text]
                else:
                    field.errors = [*field.errors, text]
            else:
                left.append((None, text))
        return left


class DocumentForm(_EntryForm):
    """Take one document."""

    name = _line(_l("Bezeichnung auf Deutsch"))
    name_en = _line(_l("Bezeichnung auf Englisch"))
    why = _line(_l("Warum wird sie gebraucht?"))
    where = _line(_l("Woher bekommt man sie?"))
    form = RadioField(_l("In welcher Form?"), validate_choice=False)
    max_age = LineField(_l("Wie alt darf sie höchstens sein?"))
    max_age_unit = SelectField(_l("Einheit"), validate_choice=False)
    note = _line(_l("Bemerkung für die Behörde"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.form.choices = choices(wording.FORMS.items())
        self.max_age_unit.choices = choices(UNITS)

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask again for a number that is none."""
        is_good = bool(super().validate(extra_validators))
        if (self.max_age.data or "").strip() and not read_span(self.max_age.data, self.max_age_unit.data):
            self.max_age.errors = [str(_NO_NUMBER)]
            return False
        return is_good

    def entry(self, name: str, builtin: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the entry as it was typed."""
        found = {"id": name, **self.common(builtin)}
        for key in ("name", "name_en", "why", "where"):
            found[key] = self[key].data or ""
        found["form"] = self.form.data or ""
        if self.note.data:
            found["note"] = self.note.data
        age = read_span(self.max_age.data, self.max_age_unit.data)
        if age or (builtin and builtin.get("max_age")):
            found["max_age"] = age
            if builtin and age and Lead.parse(age) == Lead.parse(builtin.get("max_age", "P0D")):
                found["max_age"] = builtin["max_age"]
        return found


def read_span(number: str | None, unit: str | None) -> str:
    """Return a span in ISO 8601, empty for what is none."""
    count = read_number(number) or 0
    if unit not in _MOST or not 0 < count <= _MOST[unit]:
        return ""
    return str(Lead(months=count) if unit == "months" else Lead(days=count * (7 if unit == "weeks" else 1)))


def span_fields(text: str) -> tuple[str, str]:
    """Return number and unit of a span for a form."""
    try:
        span = Lead.parse(text)
    except ValueError:
        return "", "months"
    if span.months and not span.days:
        return str(span.months), "months"
    days = span.days + span.months * 30
    return (str(days // 7), "weeks") if days and days % 7 == 0 else (str(days), "days")


def document_values(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry as values of its form."""
    number, unit = span_fields(str(entry.get("max_age", "")))
    return {**entry_values(entry), "max_age": number, "max_age_unit": unit}


def entry_values(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry as values of a form, its days in parts."""
    days = {key: day_parts(entry.get(key)) for key in ("valid_from", "valid_until", "checked_on")}
    return {key: value for key, value in entry.items() if isinstance(value, str)} | days


class _ConcernForm(_EntryForm):
    """Take the values of one concern; how long it holds stands in rows of their own."""

    name = _line(_l("Bezeichnung auf Deutsch"))
    name_en = _line(_l("Bezeichnung auf Englisch"))
    legal_basis = _line(_l("Rechtsgrundlage"))
    letters = _line(_l("Drei Buchstaben für den Schalter"), 3)
    presence = RadioField(_l("Muss die Person kommen?"), validate_choice=False)
    fees = SelectField(_l("Gebühren"), validate_choice=False)
    replaced_by = SelectField(_l("An die Stelle tritt"), validate_choice=False)

    rows = 0
    is_own = False

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the span of a row that needs one."""
        is_good = bool(super().validate(extra_validators))
        for place in range(self.rows):
            text, kind = self[f"validity-{place}"], self[f"kind-{place}"].data
            number, unit = self[f"span-{place}"].data, self[f"unit-{place}"].data
            if (number or "").strip() and not read_span(number, unit):
                self[f"span-{place}"].errors = [str(_NO_NUMBER)]
                is_good = False
            elif text.data and kind in _NEEDS_SPAN and not read_span(number, unit):
                self[f"span-{place}"].errors = [str(_SPAN_NEEDED)]
                is_good = False
        return is_good

    def entry(self, present: Mapping[str, Any], builtin: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the entry as it was typed; its papers stay."""
        found = {**present, **self.common(builtin)}
        if not found.get("valid_until") and not (builtin and builtin.get("valid_until")):
            found.pop("valid_until", None)
        keys = ("name", "name_en", "legal_basis", "letters", "presence") if self.is_own else ()
        found |= {key: self[key].data or "" for key in keys}
        for key in ("fees", "replaced_by"):
            if self[key].data or (builtin and builtin.get(key)):
                found[key] = self[key].data or ""
            else:
                found.pop(key, None)
        old = present.get("validity", [])
        rows = [self._row(place, old[place] if place < len(old) else {}) for place in range(self.rows)]
        return {**found, "validity": [row for row in rows if row]}

    def _row(self, place: int, old: Mapping[str, Any]) -> dict[str, Any]:
        text = self[f"validity-{place}"].data
        if not text:
            return {}
        number, unit = self[f"span-{place}"].data, self[f"unit-{place}"].data
        span = read_span(number, unit)
        if old.get("span") and span_fields(old["span"]) == (number, unit):
            span = old["span"]
        kept = {key: old[key] for key in ("until", "when") if key in old}
        row = {"kind": self[f"kind-{place}"].data, **({"span": span} if span else {}), "text": text, **kept}
        return dict(old) if row == dict(old) else row


def concern_form(
    entry: Mapping[str, Any],
    *,
    is_own: bool,
    groups: Iterable[tuple[str, str]],
    concerns: Iterable[tuple[str, str]],
) -> Any:
    """Return the form of a concern, with one empty row of validity more than it has."""
    old = entry.get("validity", [])
    rows = len(old) + 1
    kinds: dict[str, Any] = {"rows": rows, "is_own": is_own}
    values = entry_values(entry)
    for place in range(rows):
        row = old[place] if place < len(old) else {}
        number, unit = span_fields(str(row.get("span", "")))
        kinds |= {
            f"validity-{place}": LineField(
                _l("Wortlaut"), [AtMost(LONGEST_TEXT)], default=row.get("text", "")
            ),
            f"kind-{place}": SelectField(
                _l("Art"),
                validate_choice=False,
                default=row.get("kind", ValidityKind.at_most.value),
            ),
            f"span-{place}": LineField(_l("Spanne"), default=number),
            f"unit-{place}": SelectField(_l("Einheit"), validate_choice=False, default=unit),
        }
    form = type("ConcernForm", (_ConcernForm,), kinds)(data=values)
    for place in range(rows):
        row_kind = old[place].get("kind") if place < len(old) else None
        offered = [(one.value, text) for one, text in wording.VALIDITY.items()]
        # By law is said by an ordinance with its day; an office does not add one.
        form[f"kind-{place}"].choices = choices(
            pair for pair in offered if pair[0] != ValidityKind.by_law or row_kind == ValidityKind.by_law
        )
        form[f"unit-{place}"].choices = choices(UNITS)
    form.presence.choices = choices(wording.PRESENCE.items())
    form.fees.choices = [SelectChoice("", gettext("keine Gebühr")), *(SelectChoice(a, b) for a, b in groups)]
    form.replaced_by.choices = [SelectChoice("", gettext("nichts")), *choices(concerns)]
    return form


def read_demand() -> Demand:
    """Return the paper and its conditions as the form of a line sends them; empty rows are left out."""
    sent = request.form
    documents = [sent.get(f"paper-{number}", "")[:60] for number in range(MOST_PAPERS)]
    groups = []
    for one in range(MOST_GROUPS):
        conditions = []
        for number in range(MOST_CONDITIONS):
            fact, value = sent.get(f"fact-{one}-{number}", ""), sent.get(f"value-{one}-{number}", "")
            if fact in set(Fact) and value in set(Value):
                conditions.append(Condition(Fact(fact), Value(value)))
        sentence = clean_line(sent.get(f"sentence-{one}", "")[:LONGEST_TEXT]) or ""
        exception = clean_line(sent.get(f"exception-{one}", "")[:LONGEST_TEXT]) or ""
        if conditions or sentence:
            groups.append(Group(tuple(conditions), sentence, exception))
    return Demand(tuple(dict.fromkeys(filter(None, documents))), tuple(groups) or (Group(),))


class NoteForm(BaseForm):
    """Take what a version is about."""

    note = TextAreaField(_l("Was ändert diese Fassung, und warum?"), [AtMost(2000)], filters=[clean_text])


class ReleaseForm(BaseForm):
    """Take the day from which a version holds."""

    effective_from = FormField(DayParts, _l("Ab wann gilt die Fassung?"))

    @property
    def day(self) -> date:
        """Return the day; for a form that holds no fault."""
        day: date = self.effective_from.form.read_day() or today()
        return day


class SendBackForm(BaseForm):
    """Take why a proposal goes back."""

    reason = TextAreaField(_l("Was ist zu ändern?"), [AtMost(2000)], filters=[clean_text])


class ImportForm(BaseForm):
    """Take a catalogue file."""

    file = FileField(_l("Katalogdatei"))
    note = _line(_l("Woher kommt die Datei?"), 300)

    def read(self) -> bytes | None:
        """Return the file, one byte more than allowed at most; None and a sentence at the field where there is none."""
        sent = self.file.data
        if not sent or not getattr(sent, "filename", ""):
            self.file.errors = [gettext("Wählen Sie eine Datei.")]
            return None
        content: bytes = sent.stream.read(MOST_BYTES + 1)
        sent.close()
        return content
