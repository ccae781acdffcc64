"""Decide what an accepted line means for what is stored: new, corrected, renewed, moved away, or a contradiction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from servicedesk.register.rules.fields import Field
from servicedesk.register.rules.parse import Row
from servicedesk.register.rules.reasons import Rejection


class ChangeKind(StrEnum):
    """What the rooms above are told about; new people and titles are no change."""

    END_CORRECTED = "end_corrected"
    RENEWED = "renewed"
    MOVED_AWAY = "moved_away"
    MOVED_BACK = "moved_back"
    VANISHED = "vanished"
    REAPPEARED = "reappeared"
    NAME_CHANGED = "name_changed"
    ADDRESS_CHANGED = "address_changed"
    BIRTH_DATE_CHANGED = "birth_date_changed"


@dataclass(frozen=True, slots=True)
class KnownTitle:
    """Be a stored title; dates as ISO texts, None where there is none.

    `is_new` says that this import saw it for the first time: nobody above knows it yet.
    """

    id: UUID
    legal_basis: str
    identity: str
    issued_on: str | None
    ends_on: str | None
    card_ends_on: str | None
    passport_ends_on: str | None
    effective_ends_on: str | None
    is_unlimited: bool
    employment_condition: str
    is_superseded: bool
    has_vanished: bool
    digest: bytes
    import_id: UUID
    source_line: int
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Be a stored person with all titles; e-mail and phone are open."""

    id: UUID
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
    titles: tuple[KnownTitle, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Be one row of register_change; `old` and `new` carry dates and keys, no names."""

    kind: ChangeKind
    title_id: UUID | None
    old: dict[str, Any] = field(default_factory=dict)
    new: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """Say what to write for a line.

    `title_id` is the stored title the line belongs to, None for a new one; `updates_title` is false for the
    second of two equal lines only, so that a third one is compared with what this list says. `is_accepted` is false when the line
    says nothing new and counts as unchanged. `superseded` are titles that this one follows; `is_superseded` says
    that it is itself older than one already stored.
    """

    is_accepted: bool
    updates_person: bool
    title_id: UUID | None
    updates_title: bool
    superseded: tuple[UUID, ...]
    changes: tuple[Change, ...]
    warnings: tuple[str, ...] = ()
    is_superseded: bool = False


NEW = Decision(True, False, None, False, (), ())
"""The decision for a person seen for the first time."""

_ADDRESS = ("street", "house_number", "postcode", "town")
_PERSON = (
    "family_name", "given_names", "surname_key", "birth", "sex", "nationalities", *_ADDRESS,
    "language", "email", "phone", "household", "representative", "moved_away_on",
)  # fmt: skip
_TITLE = (
    "ends_on", "card_ends_on", "passport_ends_on", "effective_ends_on", "is_unlimited", "employment_condition",
)  # fmt: skip


def decide_line(
    row: Row, digest: bytes, line: int, known: KnownPerson, import_id: UUID, line_of: Callable[[bytes], int]
) -> Decision | Rejection:
    """Decide about a line of a person who is stored already.

    `line_of` tells at which line of this file a stored title's own line stands, 0 where it does not. Of several
    lines of one person in one file the first one gives name, address and contact.
    """
    title = next(
        (t for t in known.titles if (t.legal_basis, t.identity) == (row.legal_basis, row.identity)), None
    )
    if title is not None:
        other = title.source_line if title.import_id == import_id else line_of(title.digest)
        if other:
            if title.digest == digest:
                return Decision(False, False, title.id, False, (), ())
            return Rejection(line, "", row.file_number, "duplicate_differs", other)
    if _is_somebody_else(row, known):
        return Rejection(line, Field.FILE_NUMBER, row.file_number, "file_number_reused")
    is_second_line = any(t.import_id == import_id for t in known.titles)
    differs = any(getattr(row, name) != getattr(known, name) for name in _PERSON)
    changes: list[Change] = []
    if differs and not is_second_line:
        changes.extend(_person_changes(row, known))
    siblings = [t for t in known.titles if t.legal_basis == row.legal_basis]
    superseded: tuple[UUID, ...] = ()
    has_news = title is None
    if title is None:
        superseded = tuple(t.id for t in siblings if not t.is_superseded and follows(row, t))
    else:
        has_news = any(getattr(row, name) != getattr(title, name) for name in _TITLE)
        changes.extend(_title_changes(row, title))
    return Decision(
        is_accepted=has_news or bool(changes) or (differs and not is_second_line),
        updates_person=differs and not is_second_line,
        title_id=title.id if title else None,
        updates_title=title is not None,
        superseded=superseded,
        changes=tuple(changes),
        warnings=("person_differs",) if differs and is_second_line else (),
        is_superseded=title is None and any(follows(t, row) for t in siblings),
    )


def follows(later: Row | KnownTitle, earlier: Row | KnownTitle) -> bool:
    """Tell whether a title renews an earlier one: issued after it, and ending later or never."""
    if earlier.is_unlimited:
        return False
    both_unknown = not (later.issued_on or earlier.issued_on)
    if not both_unknown and (later.issued_on or "") <= (earlier.issued_on or ""):
        return False
    return later.is_unlimited or (later.effective_ends_on or "") > (earlier.effective_ends_on or "")


def renewal_of(earlier: KnownTitle, later_id: UUID, later: Row | KnownTitle) -> Change:
    """Return the change that tells that `later` follows `earlier`."""
    return Change(
        ChangeKind.RENEWED,
        earlier.id,
        {"issued_on": earlier.issued_on, "effective_ends_on": earlier.effective_ends_on},
        {
            "title_id": str(later_id),
            "legal_basis": later.legal_basis,
            "issued_on": later.issued_on,
            "effective_ends_on": later.effective_ends_on,
        },
    )


def decide_missing(missing: KnownTitle, others: Iterable[KnownTitle]) -> Change:
    """Decide about a title whose line is no longer in the list: renewed by another of the person, or vanished.

    `others` are the person's titles that the list still has, of any legal basis.
    """
    later = [title for title in others if not title.is_superseded and follows(title, missing)]
    if later:
        newest = max(later, key=lambda title: title.issued_on or "")
        return renewal_of(missing, newest.id, newest)
    return Change(ChangeKind.VANISHED, missing.id, {"effective_ends_on": missing.effective_ends_on})


def _is_somebody_else(row: Row, known: KnownPerson) -> bool:
    """Tell whether a file number seems to have been given to another person.

    A marriage changes the surname, a correction the birth date; family name, given names and birth year all at
    once are another person.
    """
    return (
        row.surname_key != known.surname_key
        and row.given_names.casefold() != known.given_names.casefold()
        and row.birth[:4] != known.birth[:4]
    )


def _person_changes(row: Row, known: KnownPerson) -> list[Change]:
    changes = []
    if (row.family_name, row.given_names, row.surname_key) != (
        known.family_name,
        known.given_names,
        known.surname_key,
    ):
        keys = {"surname_key": known.surname_key}, {"surname_key": row.surname_key}
        changes.append(Change(ChangeKind.NAME_CHANGED, None, *keys))
    if row.birth != known.birth:
        changes.append(
            Change(ChangeKind.BIRTH_DATE_CHANGED, None, {"birth": known.birth}, {"birth": row.birth})
        )
    if any(getattr(row, name) != getattr(known, name) for name in _ADDRESS):
        changes.append(Change(ChangeKind.ADDRESS_CHANGED, None))
    if row.moved_away_on and not known.moved_away_on:
        changes.append(Change(ChangeKind.MOVED_AWAY, None, {}, {"moved_away_on": row.moved_away_on}))
    if known.moved_away_on and not row.moved_away_on:
        changes.append(Change(ChangeKind.MOVED_BACK, None, {"moved_away_on": known.moved_away_on}, {}))
    return changes


def _title_changes(row: Row, title: KnownTitle) -> list[Change]:
    changes = []
    ends = ("ends_on", "effective_ends_on", "is_unlimited")
    if any(getattr(row, name) != getattr(title, name) for name in ends):
        old, new = ({name: getattr(side, name) for name in ends} for side in (title, row))
        changes.append(Change(ChangeKind.END_CORRECTED, title.id, old, new))
    if title.has_vanished:
        changes.append(Change(ChangeKind.REAPPEARED, title.id))
    return changes
