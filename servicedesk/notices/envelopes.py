"""Say which letters of a print file go into one envelope, so that whoever folds them finds them side by side."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.notices.queries import LetterLine
from servicedesk.notices.rules import Reader, last_day_as_child, sort_envelopes
from servicedesk.register.models import Person


def put_into_envelopes(
    session: Session, lines: Sequence[LetterLine], *, today: date
) -> tuple[tuple[LetterLine, ...], ...]:
    """Return letters by envelope, in the order of printing; a household at one address lies together."""
    people = {line.person_id for line in lines if line.person_id is not None}
    readers = {
        person.id: _reader(person, today)
        for person in session.scalars(select(Person).where(Person.id.in_(people)))
    }
    nobody = (
        Reader(home=f"letter:{line.id.hex}", file_number="", born=(0, 0, 0), is_child=False) for line in lines
    )
    order = sort_envelopes(
        [
            (line.id, readers.get(line.person_id, alone) if line.person_id else alone)
            for line, alone in zip(lines, nobody, strict=True)
        ]
    )
    known: dict[UUID, LetterLine] = {line.id: line for line in lines}
    return tuple(tuple(known[letter_id] for letter_id in envelope) for envelope in order)


def take_file(envelopes: Sequence[Sequence[LetterLine]], most: int) -> list[LetterLine]:
    """Return the letters of the first envelopes that fit into one file; no envelope is torn apart."""
    taken: list[LetterLine] = []
    for envelope in envelopes:
        if taken and len(taken) + len(envelope) > most:
            break
        taken += envelope
    return taken[:most]


def _reader(person: Person, today: date) -> Reader:
    born = (person.birth_year, person.birth_month, person.birth_day)
    address = person.letter_address
    place = "|".join(" ".join(part.split()).casefold() for part in address.values())
    home = f"home:{person.household_key}:{place}" if person.household_key else f"person:{person.id.hex}"
    return Reader(
        home=home,
        file_number=person.file_number,
        born=born,
        is_child=_is_child(born, today),
        represented_by=person.representative_file_number or "",
    )


def _is_child(born: tuple[int, int, int], today: date) -> bool:
    """Tell whether letters go to the parents; of an unknown day or month the earliest counts."""
    year, month, day = born
    if not year:
        return False
    try:
        earliest = date(year, month or 1, day if month and day else 1)
    except ValueError:
        # The register may hold a day that no calendar has, such as the 30th of February.
        earliest = date(year, month, 1)
    return today <= last_day_as_child(earliest)
