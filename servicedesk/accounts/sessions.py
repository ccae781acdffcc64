"""Hold signed-in browsers as rows, so that a session can be ended from here."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from servicedesk.accounts.models import StaffAccount, WebSession
from servicedesk.db.prepared import Prepared, run
from servicedesk.kernel.crypto import CannotOpen, Vault
from servicedesk.kernel.ids import new_id, new_token

LIFETIME = {"staff": timedelta(hours=10), "resident": timedelta(hours=24), "visitor": timedelta(hours=24)}
"""When a session ends however busy it is (ASVS 5.0 7.3.2); a draft outlives 20 hours (WCAG 2.2 SC 2.2.6)."""

_SESSION = cast(Table, WebSession.__table__)
_READ_DATA = Prepared(select(_SESSION.c.data).where(_SESSION.c.id == bindparam("session_id")))
_SAVE_DATA = Prepared(
    update(_SESSION)
    .where(_SESSION.c.id == bindparam("session_id"))
    .values(data=bindparam("sealed"), seen_at=bindparam("now"))
)


def hash_token(token: str) -> bytes:
    """Return the form in which a token is stored and looked for."""
    return hashlib.sha256(token.encode()).digest()


def start_session(session: Session, *, office_id: UUID, kind: str, subject_id: UUID, now: datetime) -> str:
    """Open a session and return its token, which is stored only as a hash.

    `subject_id` is the staff account, the case that a resident's code opens, or a fresh id for the draft of a
    visitor who has no code.
    """
    token = new_token(32)
    session.add(
        WebSession(
            id=new_id(),
            token_hash=hash_token(token),
            office_id=office_id,
            kind=kind,
            subject_id=subject_id,
            data=None,
            created_at=now,
            seen_at=now,
            expires_at=now + LIFETIME[kind],
        )
    )
    session.flush()
    return token


def find_session(session: Session, *, kind: str, token: str, now: datetime) -> WebSession | None:
    """Return the living session of a token, or None."""
    return session.scalars(
        select(WebSession).where(
            WebSession.token_hash == hash_token(token), WebSession.kind == kind, WebSession.expires_at > now
        )
    ).first()


def end_session(session: Session, session_id: UUID) -> None:
    """End one session."""
    session.execute(delete(WebSession).where(WebSession.id == session_id))


def end_sessions_of(session: Session, kind: str, subject_id: UUID) -> int:
    """End every session of an account or a case; return how many."""
    ended = session.execute(
        delete(WebSession).where(WebSession.kind == kind, WebSession.subject_id == subject_id)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def end_expired(session: Session, *, now: datetime) -> int:
    """Delete sessions whose time is over; return how many."""
    ended = session.execute(delete(WebSession).where(WebSession.expires_at <= now))
    return int(ended.rowcount)  # type: ignore[attr-defined]


def read_data(row: WebSession, vault: Vault) -> dict[str, Any]:
    """Return what a session remembers; empty when nothing is there or the key was changed."""
    return _opened(row.data, row.id, vault)


def _opened(sealed: bytes | None, session_id: UUID, vault: Vault) -> dict[str, Any]:
    if sealed is None:
        return {}
    try:
        remembered: dict[str, Any] = json.loads(vault.open_text(sealed, "web_session", session_id, "data"))
    except CannotOpen:
        return {}
    return remembered


def load_data(session: Session, session_id: UUID, vault: Vault) -> dict[str, Any]:
    """Return what the session with this id remembers."""
    row = run(session, _READ_DATA, session_id=session_id).first
    return _opened(row.data, session_id, vault) if row is not None else {}


def save_data(
    session: Session, session_id: UUID, data: dict[str, Any], vault: Vault, *, now: datetime
) -> None:
    """Remember typed answers, sealed; without any, nothing is kept."""
    sealed = None
    if data:
        sealed = vault.seal_text(json.dumps(data, ensure_ascii=False), "web_session", session_id, "data")
    run(session, _SAVE_DATA, session_id=session_id, sealed=sealed, now=now)


def find_account(session: Session, account_id: UUID) -> StaffAccount | None:
    """Return an account that may still sign in."""
    account = session.get(StaffAccount, account_id)
    return account if account is not None and account.is_active else None
