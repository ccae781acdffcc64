"""Look after titles that the list no longer has."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from servicedesk.kernel.crypto import Vault
from servicedesk.register.models import RegisterChange, Title
from servicedesk.register.queries.known import (
    iter_current_titles,
    iter_superseded,
    list_known_people_by_id,
)
from servicedesk.register.rules import Change, ChangeKind, KnownPerson, KnownTitle, decide_missing
from servicedesk.register.rules.changes import follows
from servicedesk.register.service.digests import KnownDigests
from servicedesk.register.service.settle import Difference, change_values, mark_superseded, write_updates
from servicedesk.register.service.writers import Scope

_CHANGES_PER_WRITE = 500


def count_people_back(
    session: Session, office_id: UUID, import_id: UUID, current: KnownDigests, former: KnownDigests
) -> int:
    """Return how many people the list shows with a title that was renewed, and without the renewal.

    An export older than the last one looks like that. Asked before anything is written.
    """
    if not former.seen or current.seen == len(current):
        return 0
    back = {person for person, digest in iter_superseded(session, office_id) if former.line_of(digest)}
    unseen = iter_current_titles(session, office_id, import_id) if back else ()
    return len({person for _, person, digest in unseen if person in back and not current.line_of(digest)})


def settle_missing(
    session: Session, vault: Vault, scope: Scope, now: datetime, current: KnownDigests, difference: Difference
) -> None:
    """Mark current titles without a line as renewed or vanished, after every line was settled."""
    if current.seen == len(current):
        return
    missing: dict[UUID, set[UUID]] = {}
    for title_id, person_id, digest in iter_current_titles(session, scope.office_id, scope.import_id):
        if not current.line_of(digest):
            missing.setdefault(person_id, set()).add(title_id)
    pending: list[tuple[KnownPerson, Change]] = []
    for person in list_known_people_by_id(session, vault, scope.office_id, missing):
        listed = [t for t in person.titles if t.import_id == scope.import_id or current.line_of(t.digest)]
        for change in _decide(person, missing[person.id], listed):
            difference.add(change.kind, person.file_number)
            pending.append((person, change))
        if len(pending) >= _CHANGES_PER_WRITE:
            _write(session, scope, now, pending)
            pending = []
    _write(session, scope, now, pending)


def _decide(person: KnownPerson, missing: set[UUID], listed: list[KnownTitle]) -> list[Change]:
    changes = [decide_missing(title, listed) for title in person.titles if title.id in missing]
    # A renewed title counts again when what renewed it has vanished and the list still has it.
    gone = [
        t for t in person.titles if any(c.title_id == t.id and c.kind is ChangeKind.VANISHED for c in changes)
    ]
    standing = [title for title in listed if not title.is_superseded]
    changes.extend(
        Change(ChangeKind.REAPPEARED, title.id)
        for title in listed
        if title.is_superseded
        and any(follows(later, title) for later in gone)
        and not any(follows(other, title) for other in standing)
    )
    return changes


def _write(session: Session, scope: Scope, now: datetime, changes: list[tuple[KnownPerson, Change]]) -> None:
    renewed = [{"key": change.title_id} for _, change in changes if change.kind is ChangeKind.RENEWED]
    mark_superseded(session, renewed)
    gone = [change.title_id for _, change in changes if change.kind is ChangeKind.VANISHED]
    write_updates(session, Title, [{"key": title, "vanished_on": scope.today} for title in gone])
    back = [change.title_id for _, change in changes if change.kind is ChangeKind.REAPPEARED]
    write_updates(session, Title, [{"key": title, "is_superseded": False} for title in back])
    if changes:
        rows = [change_values(scope, person.id, change, now) for person, change in changes]
        session.execute(insert(RegisterChange), rows)
