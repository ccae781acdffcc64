"""Queue a night's letters: the database writes the rows from a SELECT, what they share is sealed here once."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.db.types import UtcDateTime
from servicedesk.kernel.crypto import Vault
from servicedesk.notices.models import NoticePart, Outbox
from servicedesk.notices.queue import defer_delivery, has_queue

_OF_EACH = (
    "id",
    "kind",
    "person_id",
    "subject_kind",
    "subject_id",
    "team_id",
    "scope_member_id",
    "locale",
    "context_parts",
    "dedupe_key",
)


class PartPress:
    """Seal what the letters of a run share, each part once; threads may share it."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._sealed: dict[str, bytes] = {}

    def name_of(self, fragment: Mapping[str, Any]) -> str:
        """Return the name the fragment is found under; the same content always has the same name."""
        content = json.dumps(fragment, ensure_ascii=False, sort_keys=True).encode()
        part_id = UUID(bytes=self._vault.digest("notice-part", content)[:16])
        if part_id.hex not in self._sealed:
            sealed = self._vault.seal(content, "notice_part", part_id, "content_sealed")
            self._sealed[part_id.hex] = sealed
        return part_id.hex

    def write(self, session: Session, names: Collection[str]) -> None:
        """Store those of the named parts that are not stored yet.

        In one order, so that two transactions that store the same parts never wait for each other in a circle.
        """
        ids = [UUID(name) for name in names]
        known = set(session.scalars(select(NoticePart.id).where(NoticePart.id.in_(ids)))) if ids else set()
        rows = [
            {"id": part_id, "content_sealed": self._sealed[part_id.hex]}
            for part_id in sorted(ids)
            if part_id not in known
        ]
        if rows:
            is_postgresql = session.get_bind().dialect.name == "postgresql"
            inserting: Any = postgresql.insert(NoticePart) if is_postgresql else sqlite.insert(NoticePart)
            session.execute(inserting.on_conflict_do_nothing(), rows)


def queue_set(session: Session, *, now: datetime, office_id: UUID, letters: Select[Any]) -> int:
    """Queue one letter for each row of `letters` and return how many were new.

    `letters` gives, in this order: id, kind, person, subject kind and id, team, member in whose scope it lies, locale,
    the names of the shared parts strung together, and the key that makes the same letter one letter. What is the
    person's own is asked of the register when the letter is made.
    """
    each = letters.subquery()
    shared = {
        "office_id": literal(office_id, Outbox.office_id.type),
        "channel": literal("letter"),
        "context_sealed": literal(b""),
        "state": literal("pending"),
        "attempts": literal(0),
        "created_at": literal(now, UtcDateTime),
        "next_attempt_at": literal(now, UtcDateTime),
        "last_error": literal(""),
    }
    # Without a condition SQLite takes ON CONFLICT for a part of a join.
    source = select(*each.c, *shared.values()).where(literal(1) == 1)
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    inserting: Any = postgresql.insert(Outbox) if is_postgresql else sqlite.insert(Outbox)
    inserting = inserting.from_select([*_OF_EACH, *shared], source).on_conflict_do_nothing()
    if not has_queue(session):
        result: Any = session.execute(inserting, execution_options={"preserve_rowcount": True})
        return int(result.rowcount)
    queued = list(session.scalars(inserting.returning(Outbox.id)))
    defer_delivery(session, queued)
    return len(queued)
