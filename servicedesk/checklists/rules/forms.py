"""Decide which items of a form somebody fills in, in which order, and what is wrong with what was typed; pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.checklists.rules.facts import Fact, FactModel, FactSheet, settle
from servicedesk.checklists.rules.values import Concern, Requirement, Source

YES, NO, UNKNOWN = "yes", "no", "unknown"

Value = str | tuple[Mapping[str, str], ...]
"""What stands in an item: a text (dates in ISO form, yes/no as words), or the rows of a table; "" is passed over."""
Values = Mapping[str, Value]
"""What was typed, by item id; an item that is missing was not asked yet."""


class FieldKind(StrEnum):
    """Say how an item is filled in."""

    text = "text"
    lines = "lines"
    address = "address"
    number = "number"
    date = "date"
    choice = "choice"
    yes_no = "yes_no"
    fact = "fact"
    """Yes, no or “I do not know”, about a fact of the closed set; decides about later items."""
    table = "table"
    """Several people or things, a row each."""


class Prefill(StrEnum):
    """Say from where the office knows what stands in an item; there are no other sources."""

    family_name = "family_name"
    given_names = "given_names"
    birth_date = "birth_date"
    nationalities = "nationalities"
    file_number = "file_number"
    address = "address"
    title_basis = "title_basis"
    title_ends_on = "title_ends_on"
    passport_ends_on = "passport_ends_on"
    concern = "concern"


class Signing(StrEnum):
    """Say how a form reaches the office."""

    screen = "screen"
    """What is sent from the screen is enough."""
    paper = "paper"
    """Somebody has to sign by hand: it is printed, signed and brought."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Be one answer to tick; `name` is a German message id."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class FormField:
    """Be one item of a form; `name` and `help` are German message ids.

    `when`, `denied`: facts that must hold, and that must not; unknown ones leave the item on paper with its
    condition, and off the screen. `after` names an item whose date must not be later than this one's.
    """

    id: str
    number: str
    kind: FieldKind
    name: str
    help: str = ""
    is_optional: bool = False
    prefill: Prefill | None = None
    fact: Fact | None = None
    when: frozenset[Fact] = frozenset()
    denied: frozenset[Fact] = frozenset()
    choices: tuple[Choice, ...] = ()
    columns: tuple["FormField", ...] = ()
    after: str = ""

    def choice_name(self, value: str) -> str:
        """Return the words of a ticked answer as a German message id; what no choice has stays as it is."""
        return next((one.name for one in self.choices if one.id == value), value)


@dataclass(frozen=True, slots=True)
class FormPart:
    """Be a stretch of items under one heading."""

    id: str
    number: str
    name: str
    fields: tuple[FormField, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Be one form of the office's own.

    It answers the requirement `document`; `concern_ids` are those it is the application for, empty where everybody
    fills it in whose list names the document. `text` is what is declared above the signatures, `why` the note on
    data protection.
    """

    id: str
    name: str
    name_en: str
    document_id: str
    concern_ids: frozenset[str]
    signing: Signing
    text: str
    why: str
    signatures: tuple[str, ...]
    parts: tuple[FormPart, ...]
    source: Source

    @property
    def fields(self) -> tuple[FormField, ...]:
        """Return every item in its order."""
        return tuple(one for part in self.parts for one in part.fields)

    def find_field(self, field_id: str) -> FormField | None:
        """Return an item, or None."""
        return next((one for one in self.fields if one.id == field_id), None)

    def is_for(self, concern: Concern) -> bool:
        """Tell whether people with this concern may need the form."""
        if self.concern_ids:
            return concern.id in self.concern_ids
        return any(document.id == self.document_id for rule in concern.papers for document in rule.documents)


def list_forms(
    forms: Mapping[str, Form], concern: Concern | None, requirements: Collection[Requirement] | None = None
) -> tuple[Form, ...]:
    """Return the forms of a concern; with a person's list, only those that the list may ask for."""
    if concern is None:
        return ()
    wanted = None if requirements is None else {line.document.id for line in requirements}
    return tuple(
        form
        for form in forms.values()
        if form.is_for(concern) and (form.concern_ids or wanted is None or form.document_id in wanted)
    )


class Standing(StrEnum):
    """Say whether an item is this person's."""

    applies = "applies"
    open = "open"
    """Nobody knows the facts that decide."""
    not_theirs = "not_theirs"


def stand(one: FormField, sheet: FactSheet) -> Standing:
    """Return whether an item is to be filled in, as far as facts are known."""
    if one.when & sheet.false or one.denied & sheet.true:
        return Standing.not_theirs
    return Standing.applies if one.when <= sheet.true and one.denied <= sheet.false else Standing.open


@dataclass(frozen=True, slots=True)
class Filling:
    """Hold where one person stands with one form; `known` are the items the office knows, with their texts.

    `sheet` is what is known of the person without the form.
    """

    form: Form
    model: FactModel
    sheet: FactSheet
    values: Values
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> FactSheet:
        """Return what is known together with what was answered here; raises ContradictoryFacts."""
        return settle(self.model, self.sheet.join(self._answered))

    @property
    def _answered(self) -> FactSheet:
        given = {
            one.fact: {YES: True, NO: False}.get(str(self.values.get(one.id)))
            for one in self.form.fields
            if one.fact is not None and self.sheet.of(one.fact) is None
        }
        return FactSheet.read(given)

    @property
    def answered_facts(self) -> Mapping[Fact, bool]:
        """Return the facts that somebody answered in this form."""
        answered = self._answered
        return {**dict.fromkeys(answered.true, True), **dict.fromkeys(answered.false, False)}

    @property
    def settled(self) -> FactSheet:
        """Return the facts; of contradicting ones only what was known before."""
        try:
            return self.facts
        except ContradictoryFacts:
            return self.sheet

    @property
    def is_contradictory(self) -> bool:
        """Tell whether answers cannot all be true."""
        try:
            settle(self.model, self.sheet.join(self._answered))
        except ContradictoryFacts:
            return True
        return False

    def list_asked(self) -> tuple[FormField, ...]:
        """Return the items this person is asked: theirs, not known to the office, no fact that is known already.

        A fact that follows from another answer is not asked either, unless somebody answered it before.
        """
        sheet = self.settled
        return tuple(
            one
            for one in self.form.fields
            if stand(one, sheet) is Standing.applies
            and one.id not in self.known
            and self._is_open(one, sheet)
        )

    def _is_open(self, one: FormField, sheet: FactSheet) -> bool:
        if one.fact is None:
            return True
        return self.sheet.of(one.fact) is None and (one.id in self.values or sheet.of(one.fact) is None)

    def find_next(self, after: str = "") -> FormField | None:
        """Return the next item that was never answered, first among those that follow `after`."""
        asked = self.list_asked()
        place = next((number for number, one in enumerate(asked) if one.id == after), -1)
        missing = [one for one in (*asked[place + 1 :], *asked[: place + 1]) if one.id not in self.values]
        return missing[0] if missing else None

    def list_shown(self) -> tuple[FormField, ...]:
        """Return the items that stand on the finished form: theirs, and facts even where they were known."""
        sheet = self.settled
        return tuple(one for one in self.form.fields if stand(one, sheet) is Standing.applies)

    def value_of(self, one: FormField) -> Value:
        """Return what stands in an item; "" where nothing does."""
        if one.fact is not None and self.sheet.of(one.fact) is not None:
            return YES if self.sheet.of(one.fact) else NO
        return self.known.get(one.id) or self.values.get(one.id, "")

    def keep_theirs(self) -> dict[str, Value]:
        """Return what was typed without what no longer is this person's."""
        asked = {one.id for one in self.list_asked()}
        return {name: value for name, value in self.values.items() if name in asked}

    def find_early(self, one: FormField, typed: date) -> FormField | None:
        """Return the item whose date is later than `typed`, though it has to come first; None where all is well."""
        if not one.after:
            return None
        first = self.form.find_field(one.after)
        before = read_day(self.value_of(first)) if first is not None else None
        return first if before is not None and typed < before else None


def read_day(value: Value) -> date | None:
    """Return the day of a date item, None for anything else."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def read_values(stored: Mapping[str, Any]) -> dict[str, Value]:
    """Return stored values as they were typed."""
    return {
        str(name): tuple({str(key): str(text) for key, text in row.items()} for row in value)
        if isinstance(value, list)
        else str(value)
        for name, value in stored.items()
    }


def write_values(values: Values) -> dict[str, Any]:
    """Return values as plain data."""
    return {
        name: value if isinstance(value, str) else [dict(row) for row in value]
        for name, value in values.items()
    }
