"""Look after what the list no longer has, and what it has again."""

from collections.abc import Callable, Container
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from servicedesk.kernel.crypto import Vault
from servicedesk.register.models import RegisterChange, Title
from servicedesk.register.queries.known import (
    iter_current_titles,
    list_gone,
    list_known_people_by_id,
    list_superseded,
)
from servicedesk.register.rules import Change, ChangeKind, KnownPerson, decide_missing
from servicedesk.register.rules.changes import follows
from servicedesk.register.service.settle import Difference, change_values, mark_superseded, write_updates
from servicedesk.register.service.writers import Scope

_CHANGES_PER_WRITE = 500

LineOf = Callable[[bytes], int]


def count_people_back(session: Session, office_id: UUID, import_id: UUID, line_of: LineOf) -> int:
    """Return how many people the list shows with a title that was renewed, and without the renewal.

    An export older than the last one looks like that. Asked before anything is written.
    """
    back = {person for person, digest in list_superseded(session, office_id) if line_of(digest)}
    if not back:
        return 0
    current = iter_current_titles(session, office_id, import_id)
    return len({person for _, person, digest in current if person in back and not line_of(digest)})


def settle_missing(
    session: Session, vault: Vault, scope: Scope, now: datetime, line_of: LineOf, difference: Difference
) -> None:
    """Mark titles without a line as renewed or vanished, and take back the mark of those that are listed again."""
    missing: dict[UUID, set[UUID]] = {}
    for title_id, person_id, digest in iter_current_titles(session, scope.office_id, scope.import_id):
        if not line_of(digest):
            missing.setdefault(person_id, set()).add(title_id)
    again = {
        title: person for title, person, digest in list_gone(session, scope.office_id) if line_of(digest)
    }
    concerned = [*missing, *again.values()]
    pending: list[tuple[KnownPerson, Change]] = []
    for person in list_known_people_by_id(session, vault, scope.office_id, concerned):
        for change in _decide(person, missing.get(person.id, set()), again):
            difference.add(change.kind, person.file_number)
            pending.append((person, change))
        if len(pending) >= _CHANGES_PER_WRITE:
            _write(session, scope, now, pending)
            pending = []
    _write(session, scope, now, pending)


def _decide(person: KnownPerson, missing: set[UUID], again: Container[UUID]) -> list[Change]:
    listed = [
        title
        for title in person.titles
        if title.id in again or (title.id not in missing and not title.has_vanished)
    ]
    changes = [decide_missing(title, listed) for title in person.titles if title.id in missing]
    # A renewed title counts again when what renewed it has vanished and it is itself still listed.
    gone = [
        t for t in person.titles if any(c.title_id == t.id and c.kind is ChangeKind.VANISHED for c in changes)
    ]
    current = [title for title in listed if not title.is_superseded]
    changes.extend(Change(ChangeKind.REAPPEARED, title.id) for title in listed if title.id in again)
    changes.extend(
        Change(ChangeKind.REAPPEARED, title.id)
        for title in listed
        if title.is_superseded
        and title.id not in again
        and any(follows(later, title) for later in gone)
        and not any(follows(other, title) for other in current)
    )
    return changes


def _write(session: Session, scope: Scope, now: datetime, changes: list[tuple[KnownPerson, Change]]) -> None:
    renewed = [{"key": change.title_id} for _, change in changes if change.kind is ChangeKind.RENEWED]
    mark_superseded(session, renewed)
    gone = [change.title_id for _, change in changes if change.kind is ChangeKind.VANISHED]
    write_updates(session, Title, [{"key": title, "vanished_on": scope.today} for title in gone])
    back = [change.title_id for _, change in changes if change.kind is ChangeKind.REAPPEARED]
    write_updates(
        session, Title, [{"key": title, "vanished_on": None, "is_superseded": False} for title in back]
    )
    if changes:
        rows = [change_values(scope, person.id, change, now) for person, change in changes]
        session.execute(insert(RegisterChange), rows)
