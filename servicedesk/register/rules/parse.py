"""Judge one line of an expiry list: a row as it will be stored, or a rejection that names column and reason.

A million lines pass here, so values that repeat (names, dates, legal bases …) are judged once and remembered,
dates are compared as sortable texts, and a row is a plain tuple in the order of `Row`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import NamedTuple, TypeVar

from servicedesk.kernel.names import FoldingRule
from servicedesk.register.rules import text as texts
from servicedesk.register.rules.dates import (
    UNLIMITED,
    DateFault,
    has_foreign_digits,
    is_in_calendar,
    read_birth,
    read_date,
)
from servicedesk.register.rules.fields import FIELDS, POSITION, Field, RawRow
from servicedesk.register.rules.ordinances import Ordinance, effective_end, normalise_basis
from servicedesk.register.rules.reasons import Rejection

_REMEMBERED = 50_000
_FARTHEST_END_YEARS = 50
_CONDITION = POSITION[Field.EMPLOYMENT_CONDITION]
_NAMES = frozenset({POSITION[Field.SURNAME], POSITION[Field.GIVEN_NAMES]})
LIMITS: dict[int, int] = {
    POSITION[Field.FILE_NUMBER]: 60,
    POSITION[Field.NATIONALITIES]: 80,
    POSITION[Field.STREET]: 200,
    POSITION[Field.HOUSE_NUMBER]: 30,
    POSITION[Field.POSTCODE]: 12,
    POSITION[Field.TOWN]: 100,
    POSITION[Field.LEGAL_BASIS]: 40,
    POSITION[Field.EMPLOYMENT_CONDITION]: 4000,
    POSITION[Field.HOUSEHOLD]: 60,
    POSITION[Field.REPRESENTATIVE]: 60,
}
"""Longest values by position; a longer one is rejected."""


_V = TypeVar("_V")


class Row(NamedTuple):
    """Be an accepted line. Dates are ISO texts; an unknown day or month of `birth` is 00; None means no value.

    `identity` distinguishes the titles of one legal basis: the issue date, or where that is empty kind and end.
    `effective_ends_on` is None where nothing ever ends.
    """

    file_number: str
    family_name: str
    given_names: str
    surname_key: str
    birth: str
    sex: str
    nationalities: str
    street: str
    house_number: str
    postcode: str
    town: str
    language: str | None
    email: str
    phone: str
    household: str | None
    representative: str | None
    moved_away_on: str | None
    legal_basis: str
    identity: str
    issued_on: str | None
    ends_on: str | None
    card_ends_on: str | None
    passport_ends_on: str | None
    effective_ends_on: str | None
    is_unlimited: bool
    employment_condition: str


@dataclass(frozen=True, slots=True)
class Context:
    """Hold what a line is judged against: the office's day, how it files names, the ordinances."""

    today: date
    folding: FoldingRule = field(default_factory=FoldingRule)
    ordinances: tuple[Ordinance, ...] = ()


class _Fault(Exception):
    def __init__(self, column: Field, value: str, code: str) -> None:
        self.column, self.value, self.code = column, value, code
        super().__init__(code)


def farthest_end(today: date) -> str:
    """Return the last day, as ISO text, on which a limited title may plausibly end."""
    return f"{today.year + _FARTHEST_END_YEARS:04d}{today.isoformat()[4:]}"


class Judge:
    """Judge lines one after another; remembers repeated values, so one judge serves one import.

    `warnings` holds the codes of the line judged last.
    """

    def __init__(self, context: Context) -> None:
        self.warnings: list[str] = []
        self._context = context
        today = context.today
        self._today = today.isoformat()
        self._farthest_end = farthest_end(today)
        self._dates: dict[str, str] = {}
        self._births: dict[str, tuple[str, str | None]] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._keys: dict[str, str] = {}
        self._extending: dict[str, tuple[Ordinance, ...]] = {}
        self._sexes: dict[str, str] = {}
        self._nationalities: dict[str, tuple[str, bool]] = {}
        self._languages: dict[str, str] = {}

    def judge(self, line: int, raw: RawRow, *, is_clean: bool) -> Row | Rejection:
        """Return the row of a line or its rejection.

        `is_clean` promises that every character is printable and no field has blanks at its edges.
        """
        if self.warnings:
            self.warnings = []
        try:
            if not is_clean:
                raw = self._clean(raw)
            return self._row(raw)
        except _Fault as fault:
            return Rejection(line, fault.column, fault.value, fault.code)

    def _clean(self, raw: RawRow) -> RawRow:
        whole = "".join(raw)
        if whole.isprintable() and "\ufffd" not in whole:
            return tuple(map(str.strip, raw))
        cleaned = []
        for index, value in enumerate(raw):
            try:
                seen, has_lost = texts.clean_text(value, may_break=index == _CONDITION)
            except texts.TextFault as fault:
                raise _Fault(FIELDS[index], value, fault.code) from None
            if has_lost and index in _NAMES:
                self.warnings.append("invisible_removed")
            cleaned.append(seen)
        return tuple(cleaned)

    def _row(self, raw: RawRow) -> Row:
        (
            number, surname, given, birth_text, sex_text, nations_text, street, house, postcode, town,
            basis, issued_text, ends_text, card_text, passport_text, condition, household, representative,
            language_text, email, phone, moved_text,
        ) = raw  # fmt: skip
        if not number or not texts.is_file_number(number):
            raise _Fault(Field.FILE_NUMBER, number, "file_number_sign" if number else "file_number_missing")
        if (
            len(number) + len(nations_text) > 60
            or len(household) + len(representative) > 60
            or len(house) > 30
        ):
            self._check_lengths(raw)
        if len(street) + len(town) > 100 or len(postcode) > 12 or len(basis) > 40 or len(condition) > 4000:
            self._check_lengths(raw)
        names, dates, warnings = self._names, self._dates, self.warnings
        found = names.get(surname)
        if found is None:
            found = self._name(Field.SURNAME, surname)
        if found:
            warnings.extend(found)
        found = names.get(given)
        if found is None:
            found = self._name(Field.GIVEN_NAMES, given)
        if found:
            warnings.extend(found)
        key = self._keys.get(surname) or self._key(surname, given)
        birth = self._births.get(birth_text) or self._birth(birth_text, issued_text, ends_text)
        if birth[1]:
            self.warnings.append(birth[1])
        title = self._title(birth[0], basis, issued_text, ends_text, card_text, passport_text)
        sex = self._known(self._sexes, sex_text, texts.read_sex, "sex_unknown") or "x"
        nations = self._nationalities.get(nations_text) or self._nations(nations_text)
        if not nations[1]:
            self.warnings.append("nationality_unknown")
        if postcode and not (len(postcode) == 5 and postcode.isdigit()):
            self.warnings.append("postcode_unusual")
        language = (
            self._known(self._languages, language_text, texts.read_language, "language_unknown")
            if language_text
            else None
        )
        if email and not texts.is_email(email):
            self.warnings.append("email_unusable")
            email = ""
        if phone and not texts.is_phone(phone):
            self.warnings.append("phone_unusable")
            phone = ""
        if representative == number:
            self.warnings.append("own_representative")
            representative = ""
        moved = (dates.get(moved_text) or self._date(Field.MOVED_AWAY_ON, moved_text)) if moved_text else None
        # A third cheaper than calling Row with twenty-six arguments.
        return Row._make((
            number, surname, given, key, birth[0], sex, nations[0], street, house, postcode, town, language,
            email, phone, household or None, representative or None, None if moved == UNLIMITED else moved, basis, *title, condition,
        ))  # fmt: skip

    def _title(
        self, birth: str, basis: str, issued_text: str, ends_text: str, card_text: str, passport_text: str
    ) -> tuple[str, str | None, str | None, str | None, str | None, str | None, bool]:
        dates, read = self._dates, self._date
        if not basis:
            raise _Fault(Field.LEGAL_BASIS, basis, "legal_basis_missing")
        issued = (dates.get(issued_text) or read(Field.ISSUED_ON, issued_text)) if issued_text else ""
        ends = (dates.get(ends_text) or read(Field.ENDS_ON, ends_text)) if ends_text else ""
        card = (dates.get(card_text) or read(Field.CARD_ENDS_ON, card_text)) if card_text else ""
        passport = (
            (dates.get(passport_text) or read(Field.PASSPORT_ENDS_ON, passport_text)) if passport_text else ""
        )
        card = "" if card == UNLIMITED else card
        passport = "" if passport == UNLIMITED else passport
        if issued and issued < birth:
            raise _Fault(Field.ISSUED_ON, issued_text, "issued_before_birth")
        if issued > self._today:
            self.warnings.append("issued_in_future")
        is_unlimited = not ends or ends == UNLIMITED
        if not is_unlimited:
            if issued and ends < issued:
                raise _Fault(Field.ENDS_ON, ends_text, "end_before_issue")
            if ends < birth:
                raise _Fault(Field.ENDS_ON, ends_text, "end_before_birth")
            if ends > self._farthest_end:
                raise _Fault(Field.ENDS_ON, ends_text, "end_implausible")
        if issued and card and card < issued:
            raise _Fault(Field.CARD_ENDS_ON, card_text, "card_before_issue")
        if is_unlimited:
            return (
                issued or "unlimited",
                issued or None,
                None,
                card or None,
                passport or None,
                card or None,
                True,
            )
        rules = self._extending.get(basis)
        if rules is None:
            rules = self._ordinances_of(basis)
        effective = effective_end(rules, issued, ends) if rules else ends
        return (
            issued or f"limited {ends}",
            issued or None,
            ends,
            card or None,
            passport or None,
            effective,
            False,
        )

    # What follows runs once per distinct value.

    def _check_lengths(self, raw: RawRow) -> None:
        for position, limit in LIMITS.items():
            if len(raw[position]) > limit:
                raise _Fault(FIELDS[position], raw[position], "too_long")

    def _name(self, column: Field, name: str) -> tuple[str, ...]:
        try:
            return self._remember(self._names, name, texts.check_name(name))
        except texts.TextFault as fault:
            raise _Fault(column, name, fault.code) from None

    def _key(self, surname: str, given: str) -> str:
        folding = self._context.folding
        if not texts.is_missing_part(surname):
            return self._remember(self._keys, surname, texts.surname_key(surname, given, folding))
        if texts.is_missing_part(given):
            raise _Fault(Field.SURNAME, surname, "name_missing")
        self.warnings.append("name_in_wrong_column")
        return texts.surname_key(surname, given, folding)

    def _birth(self, text: str, issued_text: str, ends_text: str) -> tuple[str, str | None]:
        try:
            written = read_birth(text, self._context.today)
        except DateFault as fault:
            code = fault.code
            if code == "birth_in_future" and self._look_swapped(issued_text, ends_text):
                code = "columns_swapped"
            raise _Fault(Field.BIRTH, text, code) from None
        year, month, day = (int(part) for part in written.split("-"))
        warning = None
        if has_foreign_digits(text):
            warning = "foreign_digits"
        elif month and day and not is_in_calendar(year, month, day):
            warning = "birth_not_in_calendar"
        return self._remember(self._births, text, (written, warning))

    def _ordinances_of(self, basis: str) -> tuple[Ordinance, ...]:
        known = normalise_basis(basis)
        rules = tuple(rule for rule in self._context.ordinances if known in rule.bases)
        return self._remember(self._extending, basis, rules)

    def _look_swapped(self, issued_text: str, ends_text: str) -> bool:
        try:
            ends = read_date(ends_text)
            return bool(ends) and ends < (read_date(issued_text) or self._today)
        except DateFault:
            return False

    def _date(self, column: Field, text: str) -> str:
        try:
            written = read_date(text)
        except DateFault as fault:
            raise _Fault(column, text, fault.code) from None
        if has_foreign_digits(text):
            self.warnings.append("foreign_digits")
            return written
        return self._remember(self._dates, text, written)

    def _nations(self, text: str) -> tuple[str, bool]:
        return self._remember(self._nationalities, text, texts.read_nationalities(text))

    def _known(
        self, memory: dict[str, str], text: str, read: Callable[[str], str | None], code: str
    ) -> str | None:
        known = memory.get(text)
        if known is None:
            known = read(text)
            if known is None:
                self.warnings.append(code)
            else:
                memory[text] = known
        return known

    @staticmethod
    def _remember(memory: dict[str, _V], key: str, value: _V) -> _V:
        if len(memory) >= _REMEMBERED:
            memory.clear()
        memory[key] = value
        return value


def build_picker(
    positions: Sequence[int], width: int, values: Mapping[Field, Mapping[str, str]] | None = None
) -> Callable[[list[str]], RawRow | str]:
    """Return the function that puts a record's fields into the order of `FIELDS`.

    `positions` are -1 for columns the list lacks; `values` translates single values of a field. The function
    returns the code of the rejection when a record has too few columns or too many; empty ones beyond the
    header's last title do not count.
    """
    is_plain = tuple(positions) == tuple(range(len(FIELDS))) and width == len(FIELDS) and not values
    # A missing column points at the empty text appended behind the last one.
    places = itemgetter(*(position if position >= 0 else width for position in positions))
    translated = [(POSITION[name], table) for name, table in (values or {}).items()]

    def pick(fields: list[str]) -> RawRow | str:
        if len(fields) != width:
            if len(fields) < width:
                return "too_few_columns"
            if any(fields[width:]):
                return "too_many_columns"
            fields = fields[:width]
        if is_plain:
            return tuple(fields)
        chosen = list(places([*fields, ""]))
        for position, table in translated:
            chosen[position] = table.get(chosen[position].strip(), chosen[position])
        return tuple(chosen)

    return pick
