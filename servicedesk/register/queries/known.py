"""Read what an import compares its lines with."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Row, and_, exists, func, literal, not_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from servicedesk.kernel.crypto import Vault
from servicedesk.register.models import ImportRun, Person, Title
from servicedesk.register.rules import KnownPerson, KnownTitle

_PEOPLE_PER_QUERY = 500


def has_people(session: Session, office_id: UUID) -> bool:
    """Tell whether the office's register holds anybody yet."""
    return bool(session.scalar(select(exists().where(Person.office_id == office_id))))


def find_lines_of_last_import(session: Session, office_id: UUID) -> int | None:
    """Return how many lines the office's last finished import had, None before the first."""
    last = (
        select(ImportRun.lines)
        .where(ImportRun.office_id == office_id, ImportRun.state == "done")
        .order_by(ImportRun.started_at.desc(), ImportRun.id.desc())
        .limit(1)
    )
    return session.scalar(last)


def read_packed_digests(session: Session, office_id: UUID, *, is_current: bool) -> bytes:
    """Return the first eight bytes of the stored digests of the office, sorted and joined.

    Current titles are those that the list should have; the others were renewed or have vanished.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Joined by the server: a million rows would cost the client more than reading the list.
        first = func.substring(Title.digest, 1, 8, type_=LargeBinary)
        joined = func.string_agg(first, aggregate_order_by(literal(b"", LargeBinary), Title.digest))
        return bytes(session.scalar(select(joined).where(_is_of(office_id, is_current=is_current))) or b"")
    digests = select(Title.digest).where(_is_of(office_id, is_current=is_current)).order_by(Title.digest)
    packed = array("B")
    for digest in session.scalars(digests.execution_options(yield_per=5000)):
        packed.frombytes(digest[:8])
    return packed.tobytes()


def _is_of(office_id: UUID, *, is_current: bool) -> ColumnElement[bool]:
    current = and_(Title.vanished_on.is_(None), Title.is_superseded.is_(False))
    return and_(Title.office_id == office_id, current if is_current else not_(current))


def list_known_people(
    session: Session,
    vault: Vault,
    office_id: UUID,
    file_numbers: Collection[str],
    *,
    new_in: UUID | None = None,
) -> dict[str, KnownPerson]:
    """Return the stored people among `file_numbers`, by file number, with all their titles.

    `new_in` is the running import when the office was empty before it: its titles are all new.
    """
    chosen = Person.file_number.in_(sorted(set(file_numbers)))
    return {person.file_number: person for person in _people(session, vault, office_id, chosen, new_in)}


def list_known_people_by_id(
    session: Session, vault: Vault, office_id: UUID, ids: Collection[UUID]
) -> Iterator[KnownPerson]:
    """Yield stored people with all their titles, some hundreds per query."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _PEOPLE_PER_QUERY):
        chosen = Person.id.in_(wanted[start : start + _PEOPLE_PER_QUERY])
        yield from _people(session, vault, office_id, chosen, None)


def iter_current_titles(
    session: Session, office_id: UUID, import_id: UUID
) -> Iterator[tuple[UUID, UUID, bytes]]:
    """Yield (title, person, digest) of what the list should still have and this import has not written."""
    rows = select(Title.id, Title.person_id, Title.digest).where(
        _is_of(office_id, is_current=True), Title.last_import_id != import_id
    )
    for row in session.execute(rows.execution_options(yield_per=5000)):
        yield row.id, row.person_id, bytes(row.digest)


def iter_superseded(session: Session, office_id: UUID) -> Iterator[tuple[UUID, bytes]]:
    """Yield (person, digest) of titles that a later one follows."""
    rows = select(Title.person_id, Title.digest).where(Title.office_id == office_id, Title.is_superseded)
    for row in session.execute(rows.execution_options(yield_per=5000)):
        yield row.person_id, bytes(row.digest)


def _people(
    session: Session, vault: Vault, office_id: UUID, chosen: ColumnElement[bool], new_in: UUID | None
) -> Iterator[KnownPerson]:
    people = session.execute(select(Person.__table__).where(Person.office_id == office_id, chosen)).all()
    titles: dict[UUID, list[KnownTitle]] = defaultdict(list)
    owned = Title.person_id.in_([person.id for person in people])
    if people:
        for row in session.execute(select(Title.__table__).where(owned).order_by(Title.id)):
            titles[row.person_id].append(_title(row, new_in))
    for person in people:
        yield _person(person, vault, tuple(titles[person.id]))


def _person(row: Row[Any], vault: Vault, titles: tuple[KnownTitle, ...]) -> KnownPerson:
    def opened(column: str) -> str:
        sealed = getattr(row, column)
        return vault.open_text(bytes(sealed), "person", row.id, column) if sealed else ""

    return KnownPerson(
        id=row.id,
        file_number=row.file_number,
        family_name=row.family_name,
        given_names=row.given_names,
        surname_key=row.surname_key,
        birth=f"{row.birth_year:04d}-{row.birth_month:02d}-{row.birth_day:02d}",
        sex=row.sex,
        nationalities=row.nationalities,
        street=row.street,
        house_number=row.house_number,
        postcode=row.postcode,
        town=row.town,
        language=row.language,
        email=opened("email_sealed"),
        phone=opened("phone_sealed"),
        household=row.household_key,
        representative=row.representative_file_number,
        moved_away_on=_iso(row.moved_away_on),
        titles=titles,
    )


def _title(row: Row[Any], new_in: UUID | None) -> KnownTitle:
    return KnownTitle(
        id=row.id,
        legal_basis=row.legal_basis,
        identity=row.identity,
        issued_on=_iso(row.issued_on),
        ends_on=_iso(row.ends_on),
        card_ends_on=_iso(row.card_ends_on),
        passport_ends_on=_iso(row.passport_ends_on),
        effective_ends_on=_iso(row.effective_ends_on),
        is_unlimited=row.is_unlimited,
        employment_condition=row.employment_condition,
        is_superseded=row.is_superseded,
        has_vanished=row.vanished_on is not None,
        digest=bytes(row.digest),
        import_id=row.last_import_id,
        source_line=row.source_line,
        is_new=row.last_import_id == new_in,
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
