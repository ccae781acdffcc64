"""Read people and their titles as plain values.

Every function that lists takes the caller's scope: a condition on `Person` that says whom the caller may see.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session

from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.names import FoldingRule, fold_surname
from servicedesk.register.models import Person, Title

_LAST_KEY_SIGN = "~"  # sorts behind every letter of a key


@dataclass(frozen=True, slots=True)
class PersonView:
    """Be a resident as pages and letters see one; `birth_month` and `birth_day` are 0 where unknown."""

    id: UUID
    office_id: UUID
    file_number: str
    family_name: str
    given_names: str
    surname_key: str
    birth_year: int
    birth_month: int
    birth_day: int
    sex: str
    nationalities: tuple[str, ...]
    street: str
    house_number: str
    postcode: str
    town: str
    language: str | None
    household_key: str | None
    representative_file_number: str | None
    moved_away_on: date | None
    first_seen_on: date

    @property
    def birth_text(self) -> str:
        """Return the birth date as the card shows it, `00.00.1990` where day and month are unknown."""
        return f"{self.birth_day:02d}.{self.birth_month:02d}.{self.birth_year:04d}"

    @property
    def full_name(self) -> str:
        """Return given names before family name, without a gap where one is missing."""
        return " ".join(part for part in (self.given_names, self.family_name) if part)


@dataclass(frozen=True, slots=True)
class TitleView:
    """Be a residence title; `effective_ends_on` is None where nothing ever ends."""

    id: UUID
    person_id: UUID
    legal_basis: str
    issued_on: date | None
    ends_on: date | None
    card_ends_on: date | None
    passport_ends_on: date | None
    effective_ends_on: date | None
    is_unlimited: bool
    employment_condition: str
    is_superseded: bool
    vanished_on: date | None
    first_seen_on: date


@dataclass(frozen=True, slots=True)
class VanishedView:
    """Be a title whose line the last list did not have, with the person it belongs to."""

    person: PersonView
    title: TitleView


def find_person_by_file_number(
    session: Session, office_id: UUID, file_number: str, scope: ColumnElement[bool] | None = None
) -> PersonView | None:
    """Return the person of that file number within the scope, or None."""
    chosen = _within(office_id, scope).where(Person.file_number == file_number.strip())
    return _view_or_none(session.scalars(chosen).one_or_none())


def find_person(
    session: Session, office_id: UUID, person_id: UUID, scope: ColumnElement[bool] | None = None
) -> PersonView | None:
    """Return the person within the scope, or None."""
    return _view_or_none(
        session.scalars(_within(office_id, scope).where(Person.id == person_id)).one_or_none()
    )


def get_person(
    session: Session, office_id: UUID, person_id: UUID, scope: ColumnElement[bool] | None = None
) -> PersonView:
    """Return the person; raises NotFound where there is none in the scope."""
    found = find_person(session, office_id, person_id, scope)
    if found is None:
        raise NotFound
    return found


def search_people(
    session: Session,
    office_id: UUID,
    query: str,
    folding: FoldingRule,
    scope: ColumnElement[bool] | None = None,
    limit: int = 50,
) -> list[PersonView]:
    """Return people whose file number or folded surname begins with `query`, ordered by surname key and name.

    An empty query finds nobody.
    """
    wanted = query.strip()
    if not wanted:
        return []
    conditions = [Person.file_number.between(wanted, wanted + _LAST_KEY_SIGN)]
    key = fold_surname(wanted, folding)
    # Names have no digits: with one it can only be a file number.
    if key and not any(character.isdigit() for character in wanted):
        conditions.append(Person.surname_key.between(key, key + _LAST_KEY_SIGN))
    chosen = _within(office_id, scope).where(or_(*conditions))
    ordered = chosen.order_by(Person.surname_key, Person.given_names, Person.file_number).limit(limit)
    return [_view(person) for person in session.scalars(ordered)]


def list_titles(session: Session, person_id: UUID) -> list[TitleView]:
    """Return the titles of a person, the newest issue date first."""
    chosen = select(Title).where(Title.person_id == person_id)
    return [
        _title(t)
        for t in session.scalars(chosen.order_by(Title.issued_on.desc(), Title.legal_basis, Title.id))
    ]


def list_household(session: Session, person: PersonView) -> list[PersonView]:
    """Return the other members of the person's household, the oldest first."""
    if person.household_key is None:
        return []
    chosen = select(Person).where(
        Person.office_id == person.office_id,
        Person.household_key == person.household_key,
        Person.id != person.id,
    )
    ordered = chosen.order_by(Person.birth_year, Person.birth_month, Person.birth_day, Person.file_number)
    return [_view(member) for member in session.scalars(ordered)]


def find_representative(session: Session, person: PersonView) -> PersonView | None:
    """Return the recorded representative, None where none is recorded or the register does not know them."""
    if person.representative_file_number is None:
        return None
    return find_person_by_file_number(session, person.office_id, person.representative_file_number)


def list_vanished(
    session: Session, office_id: UUID, scope: ColumnElement[bool] | None = None, limit: int = 200
) -> list[VanishedView]:
    """Return titles the list no longer has and nobody knows why, the latest to vanish first.

    People who moved away are left out: their lines are expected to end.
    """
    chosen = (
        select(Person, Title)
        .join(Title, Title.person_id == Person.id)
        .where(
            Person.office_id == office_id,
            true() if scope is None else scope,
            Title.vanished_on.is_not(None),
            Title.is_superseded.is_(False),
            Person.moved_away_on.is_(None),
        )
        .order_by(Title.vanished_on.desc(), Person.surname_key, Person.file_number)
        .limit(limit)
    )
    return [VanishedView(_view(person), _title(title)) for person, title in session.execute(chosen)]


def _within(office_id: UUID, scope: ColumnElement[bool] | None) -> Select[Person]:
    return select(Person).where(Person.office_id == office_id, true() if scope is None else scope)


def _view_or_none(person: Person | None) -> PersonView | None:
    return None if person is None else _view(person)


def _view(person: Person) -> PersonView:
    return PersonView(
        id=person.id,
        office_id=person.office_id,
        file_number=person.file_number,
        family_name=person.family_name,
        given_names=person.given_names,
        surname_key=person.surname_key,
        birth_year=person.birth_year,
        birth_month=person.birth_month,
        birth_day=person.birth_day,
        sex=person.sex,
        nationalities=tuple(key for key in person.nationalities.split(",") if key),
        street=person.street,
        house_number=person.house_number,
        postcode=person.postcode,
        town=person.town,
        language=person.language,
        household_key=person.household_key,
        representative_file_number=person.representative_file_number,
        moved_away_on=person.moved_away_on,
        first_seen_on=person.first_seen_on,
    )


def _title(title: Title) -> TitleView:
    return TitleView(
        id=title.id,
        person_id=title.person_id,
        legal_basis=title.legal_basis,
        issued_on=title.issued_on,
        ends_on=title.ends_on,
        card_ends_on=title.card_ends_on,
        passport_ends_on=title.passport_ends_on,
        effective_ends_on=title.effective_ends_on,
        is_unlimited=title.is_unlimited,
        employment_condition=title.employment_condition,
        is_superseded=title.is_superseded,
        vanished_on=title.vanished_on,
        first_seen_on=title.first_seen_on,
    )
