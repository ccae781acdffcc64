"""Make a form into a sheet for the printer: blank, prefilled, or as it reached the office."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from servicedesk.checklists.catalogue import Catalogue
from servicedesk.checklists.printing import Words
from servicedesk.checklists.rules import BASIC_FACTS, PersonFacts, read_sheet
from servicedesk.checklists.rules.forms import (
    NO,
    UNKNOWN,
    YES,
    FieldKind,
    Filling,
    Form,
    FormField,
    Prefill,
    Signing,
    Standing,
    Value,
    stand,
)
from servicedesk.kernel.locales import get_language
from servicedesk.notices.contexts import OfficeBlock, Phrase
from servicedesk.notices.contexts.forms import (
    FormArrival,
    FormItem,
    FormRow,
    FormSection,
    FormSheet,
    FormTick,
    ItemKind,
)
from servicedesk.notices.letters import RenderedLetter
from servicedesk.notices.letters.forms import render_form

N_ = str
"""Mark a German text for the catalogues of translations."""

YES_NO = {YES: N_("Ja"), NO: N_("Nein")}
FACT_WORDS = {**YES_NO, UNKNOWN: N_("Weiß ich nicht")}
_AT_HAND = N_("liegt der Ausländerbehörde vor")
_NOT_GIVEN = N_("nicht angegeben")
_ON_THE_LETTER = frozenset(
    {Prefill.family_name, Prefill.given_names, Prefill.file_number, Prefill.concern, Prefill.title_ends_on}
)
"""What a person's letter shows, and so their own copy of a form may show, too."""
_ROWS_TO_WRITE = 4
_PLACES = {
    FieldKind.lines: ItemKind.LINES,
    FieldKind.choice: ItemKind.TICKS,
    FieldKind.yes_no: ItemKind.TICKS,
    FieldKind.fact: ItemKind.TICKS,
    FieldKind.table: ItemKind.TABLE,
}


@dataclass(frozen=True, slots=True)
class FormOrder:
    """Say which form is wanted, and for whom.

    `conceals`: it goes to whoever holds the code, so that what only the register knows is not printed.
    `subject` is the reference of the case, empty on a blank form.
    """

    filling: Filling
    locale: str
    printed_on: date
    subject: str = ""
    is_large: bool = False
    conceals: bool = False
    arrival: FormArrival | None = None


def blank_filling(form: Form, catalogue: Catalogue, facts: PersonFacts | None = None) -> Filling:
    """Return a form nobody has filled in; without `facts` that of a grown-up, first issue and renewal alike."""
    if facts is not None:
        return Filling(form, catalogue.facts, read_sheet(facts), {})
    grown_up = read_sheet(PersonFacts(is_renewal=True))
    neither = {one for one in BASIC_FACTS if one.value in {"first_issue", "renewal"}}
    sheet = type(grown_up)(grown_up.true - neither, grown_up.false - neither)
    return Filling(form, catalogue.facts, sheet, {})


def build_form(order: FormOrder, catalogue: Catalogue, office: OfficeBlock) -> FormSheet:
    """Return the values of one printed form."""
    form = order.filling.form
    words = Words(catalogue, get_language(order.locale))
    return FormSheet(
        locale=words.language.tag,
        office=office,
        name=words.phrase(form.name),
        sections=tuple(_sections(order, words)),
        declaration=words.phrase(form.text),
        why=words.phrase(form.why),
        signatures=tuple(words.phrase(one) for one in form.signatures),
        version=catalogue.version,
        printed_on=order.printed_on,
        is_machine_translated=office.is_machine_translated(words.language.tag),
        is_large=order.is_large,
        subject=order.subject,
        needs_hand=form.signing is Signing.paper,
        arrival=order.arrival,
    )


def print_form(sheet: FormSheet) -> RenderedLetter:
    """Render one form; a blank one is drawn once per day, language and version. Raises LettersUnavailable."""
    return _kept(sheet) if sheet.is_blank else render_form(sheet)


@lru_cache(maxsize=100)
def _kept(sheet: FormSheet) -> RenderedLetter:
    return render_form(sheet)


def answer_text(one: FormField, value: Value) -> str:
    """Return what stands in an item as a text in German words; a date in digits, as a card shows it."""
    if not isinstance(value, str):
        return "\n".join(
            ", ".join(answer_text(column, row.get(column.id, "")) for column in one.columns) for row in value
        )
    if one.kind is FieldKind.date:
        return figures(value)
    if one.kind in {FieldKind.yes_no, FieldKind.fact}:
        return FACT_WORDS.get(value, value)
    return one.choice_name(value)


def figures(value: str) -> str:
    """Return a stored day as `22.01.2027`, anything else as it is; unknown parts stay zeros."""
    parts = value.split("-")
    if len(parts) == 3 and all(part.isdecimal() for part in parts):
        return f"{parts[2]}.{parts[1]}.{parts[0]}"
    return value


def _sections(order: FormOrder, words: Words) -> Iterator[FormSection]:
    filling = order.filling
    sheet = filling.settled
    for part in filling.form.parts:
        standings = [(one, stand(one, sheet)) for one in part.fields]
        items = tuple(
            _item(one, standing, order, words)
            for one, standing in standings
            if standing is Standing.applies or (standing is Standing.open and order.arrival is None)
        )
        if items:
            yield FormSection(part.number, words.phrase(part.name), items, words.phrase(part.text))


def _item(one: FormField, standing: Standing, order: FormOrder, words: Words) -> FormItem:
    filling = order.filling
    value = filling.value_of(one)
    is_of_office = one.id in filling.known or (
        one.fact is not None and filling.sheet.of(one.fact) is not None
    )
    note = Phrase("")
    if order.conceals and is_of_office and one.prefill not in _ON_THE_LETTER:
        value, note = "", words.phrase(_AT_HAND)
    elif order.arrival is not None and not value:
        note = words.phrase(_NOT_GIVEN)
    kind = _PLACES.get(one.kind, ItemKind.LINE)
    return FormItem(
        number=one.number,
        name=words.phrase(one.name),
        kind=kind,
        help=words.phrase(one.help),
        condition=_condition(one, order, words) if standing is Standing.open else Phrase(""),
        text=answer_text(one, value) if kind in {ItemKind.LINE, ItemKind.LINES} else "",
        note=note,
        ticks=_ticks(one, value, words) if kind is ItemKind.TICKS else (),
        columns=tuple(words.phrase(column.name) for column in one.columns),
        rows=_rows(one, value),
    )


def _condition(one: FormField, order: FormOrder, words: Words) -> Phrase:
    """Say for whom an item is, in the words of the first fact that nobody knows."""
    filling = order.filling
    sheet = filling.settled
    texts = [filling.model[fact].if_true for fact in sorted(one.when - sheet.true)]
    texts += [filling.model[fact].if_false for fact in sorted(one.denied - sheet.false)]
    return words.phrase(next((text for text in texts if text), ""))


def _ticks(one: FormField, value: Value, words: Words) -> tuple[FormTick, ...]:
    if one.kind is FieldKind.choice:
        return tuple(FormTick(words.phrase(choice.name), choice.id == value) for choice in one.choices)
    names = FACT_WORDS if one.kind is FieldKind.fact else YES_NO
    return tuple(FormTick(words.phrase(name), key == value) for key, name in names.items())


def _rows(one: FormField, value: Value) -> tuple[FormRow, ...]:
    if one.kind is not FieldKind.table:
        return ()
    typed = () if isinstance(value, str) else value
    rows = tuple(
        FormRow(tuple(answer_text(column, row.get(column.id, "")) for column in one.columns)) for row in typed
    )
    empty = FormRow(("",) * len(one.columns))
    return rows or (empty,) * _ROWS_TO_WRITE
