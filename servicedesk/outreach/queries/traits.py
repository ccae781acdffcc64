"""Let the database tell what decides about a due title: a few bits, so that a night decides each kind of title once."""

from datetime import date, timedelta
from enum import IntFlag
from functools import cache

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, null, or_
from sqlalchemy.orm import InstrumentedAttribute, aliased

from servicedesk.checklists.rules import PersonFacts, RegisterFacts, known_facts
from servicedesk.outreach.models import InvitationHold
from servicedesk.outreach.rules import DueFacts
from servicedesk.register.models import Person, Title

AGE_UNKNOWN = -1

_OLDEST = 130
_BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_SHORT_MONTHS = (4, 6, 9, 11)


class Trait(IntFlag):
    """Say one thing about a due title that its outcome depends on."""

    superseded = 1
    moved_away = 2
    vanished = 4
    held = 8
    nameless = 16
    unaddressed = 32
    undated = 64
    """The birth date is no date, so nobody can say whether the letter goes to the parents."""
    ended = 128


def traits_of(today: date) -> ColumnElement[int]:
    """Return the traits of a `Title` joined with its `Person`, as a number."""
    hold = aliased(InvitationHold)
    held = exists().where(hold.title_id == Title.id, hold.ends_on == Title.effective_ends_on)
    found: dict[Trait, ColumnElement[bool]] = {
        Trait.superseded: Title.is_superseded.is_(True),
        Trait.moved_away: Person.moved_away_on <= today,
        Trait.vanished: Title.vanished_on.is_not(None),
        Trait.held: held,
        Trait.nameless: and_(_is_blank(Person.family_name), _is_blank(Person.given_names)),
        Trait.unaddressed: and_(
            # An address that staff have confirmed is a whole one.
            Person.post_address.is_(null()),
            or_(*map(_is_blank, (Person.street, Person.postcode, Person.town))),
        ),
        Trait.undated: _is_undated(),
        Trait.ended: Title.effective_ends_on < today,
    }
    bits = [case((condition, literal(trait.value)), else_=literal(0)) for trait, condition in found.items()]
    total: ColumnElement[int] = bits[0]
    for bit in bits[1:]:
        total = total + bit
    return total


def age_of(today: date) -> ColumnElement[int]:
    """Return the last age at which the papers of a `Person` change, or AGE_UNKNOWN.

    Where day or month is unknown, the first day the person may be born counts, as in `person_age`.
    """
    month = case((Person.birth_month == 0, 1), else_=Person.birth_month)
    day = case((or_(Person.birth_month == 0, Person.birth_day == 0), 1), else_=Person.birth_day)
    born = Person.birth_year * 10_000 + month * 100 + day
    this_day = today.month * 100 + today.day
    whens = [(born <= (today.year - age) * 10_000 + this_day, age) for age in reversed(age_steps()[1:])]
    return case((Person.birth_year <= 0, AGE_UNKNOWN), *whens, else_=age_steps()[0])


@cache
def age_steps() -> tuple[int, ...]:
    """Return the ages from which a person's papers, or whom the letter is for, are others than a year before."""
    facts = [known_facts(PersonFacts(is_renewal=True, age=age)) for age in range(_OLDEST)]
    return (0, *(age for age in range(1, _OLDEST) if facts[age] != facts[age - 1]))


def passport_of(today: date) -> ColumnElement[int]:
    """Return what the register knows of the passport beside a `Title`, for `register_facts`; 0 is nothing."""
    is_valid = case((Title.passport_ends_on >= today, 2), else_=0)
    is_short = case((Title.passport_ends_on < Title.effective_ends_on, 1), else_=0)
    return case((Title.passport_ends_on.is_(None), 0), else_=is_valid + is_short + 1)


def register_facts(nationalities: str, passport: int, today: date) -> RegisterFacts:
    """Return what the register knows, with days that stand for all that `passport_of` gives the same number."""
    if not passport:
        return RegisterFacts(today=today, nationalities=nationalities)
    is_valid, is_short = divmod(passport - 1, 2)
    passport_ends_on = today if is_valid else today - timedelta(days=1)
    return RegisterFacts(
        today=today,
        nationalities=nationalities,
        passport_ends_on=passport_ends_on,
        title_ends_on=passport_ends_on + timedelta(days=is_short),
    )


def due_facts(traits: Trait, ends_on: date, today: date, *, refusal: str, has_case: bool) -> DueFacts:
    """Return what the rule decides on."""
    return DueFacts(
        ends_on=ends_on,
        is_superseded=Trait.superseded in traits,
        moved_away_on=today if Trait.moved_away in traits else None,
        has_case=has_case,
        has_vanished=Trait.vanished in traits,
        refusal=refusal,
        is_held=Trait.held in traits,
        has_name=Trait.nameless not in traits,
        has_address=Trait.unaddressed not in traits,
        has_birth_date=Trait.undated not in traits,
    )


def _is_blank(column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    # The same signs as str.strip() takes away; without them PostgreSQL and SQLite would only know the space.
    return func.ltrim(column, _BLANKS) == ""


def _is_undated() -> ColumnElement[bool]:
    year, month, day = Person.birth_year, Person.birth_month, Person.birth_day
    is_leap = and_(year % 4 == 0, or_(year % 100 != 0, year % 400 == 0))
    last = case((month.in_(_SHORT_MONTHS), 30), (month == 2, case((is_leap, 29), else_=28)), else_=31)
    wrong_day = and_(month != 0, or_(day < 0, day > last))
    return and_(year > 0, or_(year > date.max.year, month < 0, month > 12, wrong_day))
