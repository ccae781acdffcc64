"""Keep what a visitor without a code has typed so far: sealed on the server, found by a token in their cookie."""

from typing import Any

from flask import session as browser
from sqlalchemy.orm import Session

from servicedesk.accounts import sessions
from servicedesk.accounts.models import WebSession
from servicedesk.kernel.ids import new_id
from servicedesk.web.runtime import now, office, reading, runtime

_KEY = "draft"
_KIND = "visitor"


def read_draft() -> dict[str, Any]:
    """Return the answers given so far, empty for a new visitor."""
    with reading() as session:
        row = _find(session)
        return sessions.read_data(row, runtime().vault) if row else {}


def write_draft(session: Session, answers: dict[str, Any]) -> None:
    """Keep the answers; opens a draft when there is none yet."""
    row = _find(session)
    if row is None:
        token = sessions.start_session(
            session, office_id=office().id, kind=_KIND, subject_id=new_id(), now=now()
        )
        browser[_KEY] = token
        row = _find(session)
    if row is not None:
        sessions.save_data(session, row.id, answers, runtime().vault, now=now())


def _find(session: Session) -> WebSession | None:
    token = browser.get(_KEY)
    if not isinstance(token, str):
        return None
    row = sessions.find_session(session, kind=_KIND, token=token, now=now())
    return row if row is not None and row.office_id == office().id else None
