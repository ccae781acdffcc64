"""Keep versions of the catalogue: the built-in one as it came, an office's own ones by four eyes."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.checklists.catalogue import build_catalogue, builtin_content, load_catalogue
from servicedesk.checklists.catalogue.content import digest_of, overlay
from servicedesk.checklists.catalogue.faults import VOLUNTARY, find_faults
from servicedesk.checklists.errors import (
    EffectiveInPast,
    FaultyCatalogue,
    FourEyesNeeded,
    NotADraft,
    ReasonNeeded,
    VersionNotFound,
)
from servicedesk.checklists.models import CatalogueVersion
from servicedesk.checklists.queries.versions import VersionState
from servicedesk.checklists.rules import demands_counselling, find_dead_lines
from servicedesk.db import audit
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import OPERATOR, Actor, ActorKind, Permission

LONGEST_NOTE = 2000


def keep_builtin(session: Session, *, now: datetime) -> str:
    """Store the built-in catalogue of this software if no one has yet; return its version.

    Called in the transaction that writes the version into a case, so that no case names what cannot be read.
    """
    catalogue = load_catalogue()
    known = select(CatalogueVersion.id).where(
        CatalogueVersion.version == catalogue.version, CatalogueVersion.office_id.is_(None)
    )
    if session.scalar(known) is None:
        row = _row(
            None,
            catalogue.version,
            OPERATOR,
            now,
            state=VersionState.released.value,
            content=builtin_content(),
            digest=catalogue.digest,
            released_at=now,
            released_by=OPERATOR.ref,
        )
        # Two processes may open their first cases at once; the unique index keeps one row.
        session.execute(_insert(session).values(row).on_conflict_do_nothing())
    return catalogue.version


def check_own(own: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is wrong with an office's own entries on top of the built-in catalogue; empty means they hold.

    Besides everything the reader refuses: lines that nobody would ever see, and proof of counselling.
    """
    problems: list[str] = []
    try:
        content = overlay(builtin_content(), own, problems)
        catalogue = build_catalogue(content, version="check", problems=problems)
    except (KeyError, TypeError, AttributeError) as fault:
        return (*problems, f"unreadable: {fault!r}")
    changed = {entry.get("id") for entry in own.get("concern", [])}
    for concern in catalogue.concerns.values():
        for place in find_dead_lines(concern, catalogue.facts) if concern.id in changed else ():
            names = ", ".join(document.id for document in concern.papers[place].documents)
            problems.append(f"concern {concern.id}: nobody would ever see the line {names}")
    problems.extend(
        f"document {document.id}: counselling is voluntary, no paper proves it"
        for document in catalogue.documents.values()
        if demands_counselling(document)
    )
    return (*problems, *_counselling(own))


def _counselling(own: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        faults = find_faults(own)
    except (KeyError, TypeError, AttributeError, ValueError):
        # Entries of such a shape are named already.
        return ()
    return tuple(
        f"{fault.kind} {fault.entry_id}: {fault.field}: counselling is voluntary, no paper proves it"
        for fault in faults
        if fault.message == VOLUNTARY
    )


def start_draft(
    session: Session, *, office_id: UUID, own: Mapping[str, Any], note: str, actor: Actor, now: datetime
) -> UUID:
    """Begin a version of an office; raises NotAllowed. A draft may be faulty, a proposal may not."""
    require_office(actor, office_id, Permission.manage_office)
    for _ in range(5):
        count = select(func.count()).where(CatalogueVersion.office_id == office_id)
        version = f"own-{(session.scalar(count) or 0) + 1}"
        row = _row(office_id, version, actor, now, state=VersionState.draft.value)
        row |= {"own": dict(own), "note": note[:LONGEST_NOTE]}
        inserting = _insert(session).values(row).on_conflict_do_nothing().returning(CatalogueVersion.id)
        made: UUID | None = session.scalar(inserting)
        if made is not None:
            note_act(session, "start_catalogue", (made, office_id, version), actor, now)
            return made
    raise NotADraft


def save_draft(
    session: Session, *, version_id: UUID, own: Mapping[str, Any], note: str, actor: Actor, now: datetime
) -> None:
    """Keep a draft's entries; raises VersionNotFound, NotAllowed, NotADraft."""
    row = find_version(session, version_id, actor, Permission.manage_office)
    values = {"own": dict(own), "note": note[:LONGEST_NOTE], "changed_by": actor.ref}
    move_version(session, row, VersionState.draft, VersionState.draft, now, values)


def propose_version(session: Session, *, version_id: UUID, actor: Actor, now: datetime) -> None:
    """Lay a draft before a second person; raises FaultyCatalogue, VersionNotFound, NotAllowed, NotADraft."""
    row = find_version(session, version_id, actor, Permission.manage_office)
    problems = (*check_own(row.own), *map(str, find_faults(row.own)))
    if problems:
        raise FaultyCatalogue(problems)
    values = {"proposed_at": now, "proposed_by": actor.ref}
    move_version(session, row, VersionState.draft, VersionState.proposed, now, values)
    note_act(session, "propose_catalogue", name_of(row), actor, now)


def take_back_version(session: Session, *, version_id: UUID, actor: Actor, now: datetime) -> None:
    """Turn a proposal into a draft again; raises VersionNotFound, NotAllowed, NotADraft."""
    row = find_version(session, version_id, actor, Permission.manage_office)
    values = {"proposed_at": None, "proposed_by": ""}
    move_version(session, row, VersionState.proposed, VersionState.draft, now, values)
    note_act(session, "take_back_catalogue", name_of(row), actor, now)


def send_back_version(
    session: Session, *, version_id: UUID, reason: str, actor: Actor, now: datetime
) -> None:
    """Give a proposal back to whoever wrote it, saying why; the second person's other answer.

    Raises ReasonNeeded, VersionNotFound, NotAllowed, NotADraft.
    """
    row = find_version(session, version_id, actor, Permission.manage_office, Permission.see_team)
    if not reason.strip():
        raise ReasonNeeded
    values = {"proposed_at": None, "proposed_by": ""}
    move_version(session, row, VersionState.proposed, VersionState.draft, now, values)
    note_act(
        session, "send_back_catalogue", name_of(row), actor, now, {"reason": reason.strip()[:LONGEST_NOTE]}
    )


def release_version(
    session: Session, *, version_id: UUID, effective_from: date, today: date, actor: Actor, now: datetime
) -> None:
    """Freeze a proposal and let it hold from a day on; another person than the one who proposed or last changed it.

    It is frozen on top of the built-in catalogue of today, whichever it was drafted on. Raises VersionNotFound,
    NotAllowed, FourEyesNeeded, EffectiveInPast, FaultyCatalogue, NotADraft.
    """
    row = find_version(session, version_id, actor, Permission.manage_office, Permission.see_team)
    if actor.ref in {row.proposed_by, row.changed_by}:
        raise FourEyesNeeded
    if effective_from < today:
        raise EffectiveInPast
    problems = check_own(row.own)
    if problems:
        raise FaultyCatalogue(problems)
    content = overlay(builtin_content(), row.own, [])
    values = {
        "base_version": keep_builtin(session, now=now),
        "content": content,
        "digest": digest_of(content),
        "released_at": now,
        "released_by": actor.ref,
        "effective_from": effective_from,
    }
    move_version(session, row, VersionState.proposed, VersionState.released, now, values)
    details = {"effective_from": effective_from.isoformat(), "digest": values["digest"]}
    note_act(session, "release_catalogue", name_of(row), actor, now, details)


def drop_version(session: Session, *, version_id: UUID, actor: Actor, now: datetime) -> None:
    """Lay a draft aside; what was released stays. Raises VersionNotFound, NotAllowed, NotADraft."""
    row = find_version(session, version_id, actor, Permission.manage_office)
    move_version(session, row, VersionState.draft, VersionState.dropped, now, {})
    note_act(session, "drop_catalogue", name_of(row), actor, now)


def _row(office_id: UUID | None, version: str, actor: Actor, now: datetime, **more: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "office_id": office_id,
        "version": version,
        "base_version": "" if office_id is None else load_catalogue().version,
        "note": "",
        "own": {},
        "content": None,
        "digest": "",
        "created_at": now,
        "created_by": actor.ref,
        "changed_at": now,
        "changed_by": actor.ref,
        "proposed_at": None,
        "proposed_by": "",
        "released_at": None,
        "released_by": "",
        "effective_from": None,
        **more,
    }


def _insert(session: Session) -> Any:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(CatalogueVersion) if is_postgresql else sqlite.insert(CatalogueVersion)


def require_office(actor: Actor, office_id: UUID | None, *permissions: Permission) -> None:
    """Refuse who belongs to another office, or may do none of these; raises VersionNotFound, NotAllowed."""
    if actor.kind in {ActorKind.system, ActorKind.operator}:
        return
    if actor.office_id != office_id:
        raise VersionNotFound
    if not any(actor.may(permission) for permission in permissions):
        raise NotAllowed


def find_version(
    session: Session, version_id: UUID, actor: Actor, *permissions: Permission
) -> CatalogueVersion:
    """Return a version of the actor's office; raises VersionNotFound, NotAllowed."""
    row = session.get(CatalogueVersion, version_id)
    if row is None or row.office_id is None:
        raise VersionNotFound
    require_office(actor, row.office_id, *permissions)
    return row


def name_of(row: CatalogueVersion) -> tuple[UUID, UUID | None, str]:
    """Return how the record names a version."""
    return row.id, row.office_id, row.version


def move_version(
    session: Session,
    row: CatalogueVersion,
    was: VersionState,
    becomes: VersionState,
    now: datetime,
    values: Mapping[str, Any],
) -> None:
    """Change a row only if it still is where the actor saw it."""
    changed: Any = session.execute(
        update(CatalogueVersion)
        .where(CatalogueVersion.id == row.id, CatalogueVersion.state == was.value)
        .values(state=becomes.value, changed_at=now, **values)
        .execution_options(synchronize_session=False)
    )
    session.expire(row)
    if changed.rowcount != 1:
        raise NotADraft


def note_act(
    session: Session,
    action: str,
    named: tuple[UUID, UUID | None, str],
    actor: Actor,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Record an act on a version."""
    version_id, office_id, version = named
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("catalogue_version", version_id),
        office_id=office_id,
        details={"version": version, **(details or {})},
    )
