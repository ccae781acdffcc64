"""Do what a form asks once, however often it arrives."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import g, redirect, request
from flask.globals import app_ctx, request_ctx
from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.db.prepared import Answer, Prepared, run, run_later
from servicedesk.kernel.errors import Refusal
from servicedesk.kernel.ids import new_token
from servicedesk.web.models import IdempotencyKey
from servicedesk.web.runtime import reading, runtime

FIELD = "_idempotency_key"
_NOT_CONTENT = {FIELD, "csrf_token"}

_KEYS = cast(Table, IdempotencyKey.__table__)
_VALUES: dict[str, Any] = {column.name: bindparam(column.name) for column in _KEYS.c}
_CLAIM = Prepared(
    postgresql_insert(_KEYS).values(_VALUES).on_conflict_do_nothing().returning(_KEYS.c.key),
    sqlite=sqlite_insert(_KEYS).values(_VALUES).on_conflict_do_nothing().returning(_KEYS.c.key),
)
_READ = Prepared(
    select(_KEYS.c.scope, _KEYS.c.request_digest, _KEYS.c.session_id, _KEYS.c.location).where(
        _KEYS.c.key == bindparam("claimed")
    )
)
_ANSWER = Prepared(
    update(_KEYS)
    .where(_KEYS.c.key == bindparam("claimed"))
    .values(status=bindparam("status"), location=bindparam("location"))
)
_DROP = Prepared(delete(_KEYS).where(_KEYS.c.key == bindparam("claimed")))


class AlreadyDone(Refusal):
    """Refuse a form that was already sent with other values, for instance after going back."""

    code = "already_done"
    message = "Dieses Formular haben Sie schon abgeschickt. Es ist nichts doppelt geschehen."


def new_key() -> str:
    """Return the key a form carries; drawn once per rendered page."""
    if "idempotency_key" not in g:
        g.idempotency_key = new_token(24)
    return str(g.idempotency_key)


def act(work: Callable[[Session], Response], *, leads_to: str = "") -> Response:
    """Run `work` in one unit of work, at most once per key; a repeated form gets the first answer again.

    The key is claimed before anything is read, so that of two simultaneous requests one waits for the other.
    Only redirects are kept: a page that asks for corrections rolls everything back, the key too. `leads_to` is the
    address of the redirect where it is known beforehand: it is written with the claim, which saves a statement.
    Raises AlreadyDone for the same key with other values.
    """
    key = request.form.get(FIELD, "")[:64]
    if not key:
        return runtime().database.run(work)
    claim = _claim(key, leads_to)

    def once(session: Session) -> Response:
        # It leaves with the first statement of `work`, before that one is answered.
        run_later(session, (_CLAIM, claim), _refuse_taken)
        response = work(session)
        if response.status_code not in {302, 303}:
            run_later(session, (_DROP, {"claimed": key}))
        elif response.headers["Location"] != leads_to:
            run_later(
                session, (_ANSWER, {"claimed": key, "status": 303, "location": response.headers["Location"]})
            )
        return response

    try:
        return runtime().database.run(once)
    except _KeyTaken:
        return _first_answer(claim)


class _KeyTaken(Exception):
    """Say that a form was sent before."""


def _claim(key: str, leads_to: str) -> dict[str, Any]:
    held = app_ctx.g
    identity = held.get("identity")
    return {
        "key": key,
        "scope": f"{request.endpoint}",
        "request_digest": _digest(),
        "status": 303 if leads_to else 0,
        "location": leads_to,
        "session_id": identity.session_id if identity is not None else None,
        "created_at": held.received_at,
    }


def _refuse_taken(claimed: Answer) -> None:
    if not claimed.rows:
        raise _KeyTaken


def _first_answer(claim: Mapping[str, Any]) -> Response:
    """Return the answer that was given to the same form; raises AlreadyDone for other values."""
    with reading() as session:
        first = run(session, _READ, claimed=claim["key"]).first
    if first is None or not first.location:
        raise AlreadyDone
    if any(getattr(first, name) != claim[name] for name in ("scope", "request_digest", "session_id")):
        raise AlreadyDone
    return redirect(first.location, 303)


def _digest() -> bytes:
    asked = request_ctx.request
    digest = hashlib.sha256(asked.path.encode())
    for name in sorted(set(asked.form) - _NOT_CONTENT):
        for value in asked.form.getlist(name):
            digest.update(b"\0" + name.encode() + b"=" + value.encode())
    return digest.digest()
