"""Compare lines with stored people and write what follows: updates, superseded titles, register_change rows."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from servicedesk.kernel.crypto import Vault
from servicedesk.register.models import Person, RegisterChange, Title
from servicedesk.register.queries.known import list_known_people
from servicedesk.register.rules import (
    Change,
    ChangeKind,
    Decision,
    KnownPerson,
    KnownTitle,
    Rejection,
    Row,
    decide_line,
    renewal_of,
)
from servicedesk.register.service.writers import Scope, Writer

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Line:
    """Be an accepted line that waits to be compared."""

    number: int
    row: Row
    digest: bytes
    is_clean: bool


class Difference:
    """Count what an import changes, with a few file numbers as examples."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}

    def add(self, kind: str, file_number: str) -> None:
        """Note one event."""
        self.counts[kind] += 1
        shown = self.examples.setdefault(kind, [])
        if len(shown) < EXAMPLES:
            shown.append(file_number)

    def count_new(self, people: int) -> None:
        """Note that many people, each with one title, were seen for the first time."""
        self.counts["new_people"] += people
        self.counts["new_titles"] += people

    def as_dict(self) -> dict[str, Any]:
        """Return counts and examples for JSON."""
        kinds = ("new_people", "new_titles", *ChangeKind)
        return {**{str(kind): self.counts[kind] for kind in kinds}, "examples": dict(self.examples)}


class Settler:
    """Settle lines in batches against what is stored."""

    def __init__(
        self,
        writer: Writer,
        scope: Scope,
        vault: Vault,
        now: datetime,
        line_of: Callable[[bytes], int],
        difference: Difference,
        *,
        was_empty: bool,
    ) -> None:
        self._writer = writer
        self._scope = scope
        self._vault = vault
        self._now = now
        self._line_of = line_of
        self._difference = difference
        self._new_in = scope.import_id if was_empty else None
        self._people: list[dict[str, Any]] = []
        self._titles: list[dict[str, Any]] = []
        self._superseded: list[dict[str, Any]] = []
        self._changes: list[dict[str, Any]] = []

    def settle(self, lines: list[Line]) -> list[Decision | Rejection]:
        """Write what the lines bring; return the decision of each, in their order."""
        decisions: list[Decision | Rejection] = []
        with self._writer.session() as session:
            numbers = [line.row.file_number for line in lines]
            known = list_known_people(
                session, self._vault, self._scope.office_id, numbers, new_in=self._new_in
            )
            for line in lines:
                decision, person = self._line(line, known.get(line.row.file_number))
                decisions.append(decision)
                if person is not None:
                    known[line.row.file_number] = person
            self._write(session)
        return decisions

    def _line(self, line: Line, known: KnownPerson | None) -> tuple[Decision | Rejection, KnownPerson | None]:
        """Queue the writes of one line; return the person as stored afterwards."""
        row = line.row
        if known is None:
            self._difference.add("new_people", row.file_number)
            key = self._writer.add_person(row, is_clean=line.is_clean)
            person = _person_of(row, UUID(hex=key), ())
            return Decision(True, False, None, False, (), ()), self._add_title(
                line, person, is_superseded=False
            )
        decision = decide_line(row, line.digest, line.number, known, self._scope.import_id, self._line_of)
        if isinstance(decision, Rejection):
            return decision, None
        person = known
        if decision.updates_person:
            person = _person_of(row, known.id, known.titles)
            self._people.append(_person_values(person, self._vault))
        if decision.title_id is None:
            person = self._add_title(line, person, is_superseded=decision.is_superseded)
            newest = person.titles[-1]
            for earlier in (title for title in known.titles if title.id in decision.superseded):
                self._superseded.append({"key": earlier.id})
                if not earlier.is_new:
                    self._note(person, renewal_of(earlier, newest.id, newest))
            titles = tuple(
                replace(t, is_superseded=True) if t.id in decision.superseded else t for t in person.titles
            )
            person = replace(person, titles=titles)
        elif decision.updates_title:
            person = self._touch_title(line, person, decision.title_id)
        for change in decision.changes:
            self._note(person, change)
        return decision, person

    def _add_title(self, line: Line, person: KnownPerson, *, is_superseded: bool) -> KnownPerson:
        self._difference.add("new_titles", line.row.file_number)
        key = self._writer.add_title(
            person.id.hex,
            line.row,
            line.digest,
            line.number,
            is_clean=line.is_clean,
            is_superseded=is_superseded,
        )
        added = _title_of(
            line, UUID(hex=key), self._scope.import_id, is_superseded=is_superseded, is_new=True
        )
        return replace(person, titles=(*person.titles, added))

    def _touch_title(self, line: Line, person: KnownPerson, title_id: UUID) -> KnownPerson:
        row = line.row
        self._titles.append(
            {
                "key": title_id,
                "ends_on": _day(row.ends_on),
                "card_ends_on": _day(row.card_ends_on),
                "passport_ends_on": _day(row.passport_ends_on),
                "effective_ends_on": _day(row.effective_ends_on),
                "is_unlimited": row.is_unlimited,
                "employment_condition": row.employment_condition,
                "vanished_on": None,
                "digest": line.digest,
                "last_import_id": self._scope.import_id,
                "source_line": line.number,
            }
        )
        titles = tuple(
            _title_of(
                line, title.id, self._scope.import_id, is_superseded=title.is_superseded, is_new=title.is_new
            )
            if title.id == title_id
            else title
            for title in person.titles
        )
        return replace(person, titles=titles)

    def _note(self, person: KnownPerson, change: Change) -> None:
        self._difference.add(change.kind, person.file_number)
        self._changes.append(change_values(self._scope, person.id, change, self._now))

    def _write(self, session: Session) -> None:
        self._writer.flush()
        write_updates(session, Person, self._people)
        write_updates(session, Title, self._titles)
        mark_superseded(session, self._superseded)
        if self._changes:
            session.execute(insert(RegisterChange), self._changes)
        self._people, self._titles, self._superseded, self._changes = [], [], [], []


def write_updates(session: Session, model: type[Person] | type[Title], values: list[dict[str, Any]]) -> None:
    """Update rows by their `key`; every entry names the same columns."""
    if not values:
        return
    table = model.__table__
    columns = [name for name in values[0] if name != "key"]
    statement = (
        update(model)
        .where(table.c.id == bindparam("key"))
        .values({n: bindparam(f"new_{n}") for n in columns})
    )
    renamed = [{"key": entry["key"], **{f"new_{n}": entry[n] for n in columns}} for entry in values]
    session.connection().execute(statement, renamed)


def mark_superseded(session: Session, keys: Iterable[dict[str, Any]]) -> None:
    """Mark titles that a later one follows; `keys` are dictionaries with `key`."""
    write_updates(session, Title, [{"key": entry["key"], "is_superseded": True} for entry in keys])


def change_values(scope: Scope, person_id: UUID, change: Change, now: datetime) -> dict[str, Any]:
    """Return the columns of a register_change row."""
    return {
        "office_id": scope.office_id,
        "import_id": scope.import_id,
        "person_id": person_id,
        "title_id": change.title_id,
        "kind": change.kind.value,
        "old": change.old,
        "new": change.new,
        "at": now,
    }


def _person_of(row: Row, person_id: UUID, titles: tuple[KnownTitle, ...]) -> KnownPerson:
    return KnownPerson(person_id, *row[:17], titles)


def _title_of(
    line: Line, title_id: UUID, import_id: UUID, *, is_superseded: bool, is_new: bool
) -> KnownTitle:
    row = line.row
    return KnownTitle(
        id=title_id,
        legal_basis=row.legal_basis,
        identity=row.identity,
        issued_on=row.issued_on,
        ends_on=row.ends_on,
        card_ends_on=row.card_ends_on,
        passport_ends_on=row.passport_ends_on,
        effective_ends_on=row.effective_ends_on,
        is_unlimited=row.is_unlimited,
        employment_condition=row.employment_condition,
        is_superseded=is_superseded,
        has_vanished=False,
        digest=line.digest,
        import_id=import_id,
        source_line=line.number,
        is_new=is_new,
    )


def _person_values(person: KnownPerson, vault: Vault) -> dict[str, Any]:
    year, month, day = (int(part) for part in person.birth.split("-"))
    return {
        "key": person.id,
        "family_name": person.family_name,
        "given_names": person.given_names,
        "surname_key": person.surname_key,
        "birth_year": year,
        "birth_month": month,
        "birth_day": day,
        "sex": person.sex,
        "nationalities": person.nationalities,
        "street": person.street,
        "house_number": person.house_number,
        "postcode": person.postcode,
        "town": person.town,
        "language": person.language,
        "email_sealed": vault.seal_text(person.email, "person", person.id, "email_sealed")
        if person.email
        else None,
        "phone_sealed": vault.seal_text(person.phone, "person", person.id, "phone_sealed")
        if person.phone
        else None,
        "household_key": person.household,
        "representative_file_number": person.representative,
        "moved_away_on": _day(person.moved_away_on),
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
