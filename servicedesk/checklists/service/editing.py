"""Change a draft of the catalogue entry by entry, so that two people at once lose nothing of each other's work."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.checklists.catalogue.content import Content, digest_of
from servicedesk.checklists.catalogue.entries import Entry
from servicedesk.checklists.catalogue.exchange import read_file
from servicedesk.checklists.catalogue.own import drop_entry, find_own, own_translation, put_entry, put_texts
from servicedesk.checklists.errors import EntryChanged, NotADraft, UnreadableFile
from servicedesk.checklists.models import CatalogueVersion
from servicedesk.checklists.queries.versions import VersionState
from servicedesk.checklists.service.versions import (
    LONGEST_NOTE,
    find_version,
    move_version,
    name_of,
    note_act,
    start_draft,
)
from servicedesk.kernel.permissions import Actor, Permission


def seen_of(own: Mapping[str, Any], kind: str, name: str) -> str:
    """Return a mark of how an entry stands, for the form that shows it to carry."""
    return digest_of(find_own(own, kind, name) or {})[:16]


def change_entry(
    session: Session,
    *,
    version_id: UUID,
    kind: str,
    name: str,
    entry: Entry | None,
    seen: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Lay an entry into a draft, or with None take the office's own away again.

    `seen` is what `seen_of` said when the page was opened. Raises EntryChanged where somebody else has saved
    meanwhile, VersionNotFound, NotAllowed, NotADraft.
    """

    def change(own: Content) -> Content:
        present = find_own(own, kind, name)
        if seen_of(own, kind, name) != seen and present != (dict(entry) if entry else None):
            raise EntryChanged
        return drop_entry(own, kind, name) if entry is None else put_entry(own, kind, entry)

    _change(session, version_id, change, {"kind": kind, "entry": name}, actor, now)


def change_texts(
    session: Session,
    *,
    version_id: UUID,
    tag: str,
    words: Mapping[str, str],
    seen: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Lay translations (German → text) into a draft; only those that differ from what the page showed (`seen`).

    Raises EntryChanged where somebody else has written another text for the same German one meanwhile,
    VersionNotFound, NotAllowed, NotADraft.
    """
    typed = {german: text for german, text in words.items() if text != seen.get(german, "")}

    def change(own: Content) -> Content:
        for german, text in typed.items():
            if own_translation(own, tag, german) not in {seen.get(german, ""), text}:
                raise EntryChanged
        return put_texts(own, tag, typed)

    if typed:
        _change(session, version_id, change, {"kind": "texts", "entry": tag}, actor, now)


def change_note(session: Session, *, version_id: UUID, note: str, actor: Actor, now: datetime) -> None:
    """Say in a draft what it is about; raises VersionNotFound, NotAllowed, NotADraft."""
    row = find_version(session, version_id, actor, Permission.manage_office)
    values = {"note": note.strip()[:LONGEST_NOTE], "changed_by": actor.ref}
    move_version(session, row, VersionState.draft, VersionState.draft, now, values)


def import_draft(
    session: Session, *, office_id: UUID, file: bytes, note: str, actor: Actor, now: datetime
) -> UUID:
    """Begin a draft with the entries of another office's file; raises UnreadableFile, NotAllowed."""
    own, name, faults = read_file(file)
    if faults:
        raise UnreadableFile(faults)
    return start_draft(session, office_id=office_id, own=own, note=note or name, actor=actor, now=now)


def _change(
    session: Session,
    version_id: UUID,
    change: Callable[[Content], Content],
    details: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    find_version(session, version_id, actor, Permission.manage_office)
    # The row is held until the end: two people who save at once come one after the other, each onto the other's.
    row = session.scalars(
        select(CatalogueVersion)
        .where(CatalogueVersion.id == version_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if row.state != VersionState.draft.value:
        raise NotADraft
    own = change(row.own)
    if own == row.own:
        return
    move_version(
        session, row, VersionState.draft, VersionState.draft, now, {"own": own, "changed_by": actor.ref}
    )
    note_act(session, "change_catalogue", name_of(row), actor, now, details)
