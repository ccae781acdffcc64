"""Do what a form asks once, however often it arrives."""

import hashlib
from collections.abc import Callable

from flask import g, redirect, request
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.kernel.errors import Refusal
from servicedesk.kernel.ids import new_token
from servicedesk.web.models import IdempotencyKey
from servicedesk.web.runtime import runtime

FIELD = "_idempotency_key"
_NOT_CONTENT = {FIELD, "csrf_token"}


class AlreadyDone(Refusal):
    """Refuse a form that was already sent with other values, for instance after going back."""

    code = "already_done"
    message = "Dieses Formular haben Sie schon abgeschickt. Es ist nichts doppelt geschehen."


def new_key() -> str:
    """Return the key a form carries; drawn once per rendered page."""
    if "idempotency_key" not in g:
        g.idempotency_key = new_token(24)
    return str(g.idempotency_key)


def act(work: Callable[[Session], Response]) -> Response:
    """Run `work` in one unit of work, at most once per key; a repeated form gets the first answer again.

    The key is claimed before anything is read, so that of two simultaneous requests one waits for the other.
    Only redirects are kept: a page that asks for corrections rolls everything back, the key too.
    Raises AlreadyDone for the same key with other values.
    """
    key = request.form.get(FIELD, "")[:64]

    def once(session: Session) -> Response:
        if not key:
            return work(session)
        stored = _claim(session, key)
        if stored is not None:
            return stored
        response = work(session)
        if response.status_code in {302, 303}:
            session.execute(
                update(IdempotencyKey)
                .where(IdempotencyKey.key == key)
                .values(status=303, location=response.headers["Location"])
            )
        else:
            session.execute(delete(IdempotencyKey).where(IdempotencyKey.key == key))
        return response

    return runtime().database.run(once)


def _claim(session: Session, key: str) -> Response | None:
    row = {
        "key": key,
        "scope": f"{request.endpoint}",
        "request_digest": _digest(),
        "status": 0,
        "location": "",
        "session_id": g.identity.session_id if g.get("identity") else None,
        "created_at": g.received_at,
    }
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    claimed = session.execute(
        insert(IdempotencyKey).values(row).on_conflict_do_nothing().returning(IdempotencyKey.key)
    ).first()
    if claimed is not None:
        return None
    first = session.execute(select(IdempotencyKey).where(IdempotencyKey.key == key)).scalar_one()
    mine = (first.scope, first.request_digest, first.session_id) == (
        row["scope"],
        row["request_digest"],
        row["session_id"],
    )
    if not mine or not first.location:
        raise AlreadyDone
    return redirect(first.location, 303)


def _digest() -> bytes:
    digest = hashlib.sha256(request.path.encode())
    for name in sorted(set(request.form) - _NOT_CONTENT):
        for value in request.form.getlist(name):
            digest.update(b"\0" + name.encode() + b"=" + value.encode())
    return digest.digest()
