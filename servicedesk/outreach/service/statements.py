"""Help statements over the temporary tables: planner, dialects, counted rows."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.outreach.service.staging import FACT, KIND

LOOK_UP: Mapping[str, str] = {
    "join_collapse_limit": "1",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
"""Look each title of the part up by its keys, in the order written; the planner would read whole tables."""

JOIN_SETS: Mapping[str, str] = {"enable_nestloop": "off", "enable_seqscan": "off"}
"""Join the part with what was decided about it by hashing, and look intervals up by their keys."""


@contextmanager
def steered(session: Session, settings: Mapping[str, str]) -> Iterator[None]:
    """Tell PostgreSQL's planner how to go about one statement.

    It knows nothing of what the temporary tables hold; gathering statistics would take longer than the statement.
    After an error the savepoint takes the settings back.
    """
    if not is_postgresql(session):
        yield
        return
    session.execute(select(*(func.set_config(name, value, True) for name, value in settings.items())))
    yield
    for name in settings:
        session.execute(text(f"SET LOCAL {name} TO DEFAULT"))


def is_of_kind() -> ColumnElement[bool]:
    """Return the condition that joins what decides about a title with what was decided."""
    return and_(
        KIND.c.legal_basis == FACT.c.legal_basis,
        KIND.c.is_unlimited == FACT.c.is_unlimited,
        KIND.c.traits == FACT.c.traits,
        KIND.c.case_state == FACT.c.case_state,
    )


def count_rows(session: Session, statement: Any) -> int:
    """Execute a statement and return how many rows it wrote."""
    result: Any = session.execute(statement, execution_options={"preserve_rowcount": True})
    return int(result.rowcount)


def upsert(session: Session, table: Any) -> Any:
    """Return an INSERT of the session's dialect, which knows ON CONFLICT."""
    return postgresql.insert(table) if is_postgresql(session) else sqlite.insert(table)


def is_postgresql(session: Session) -> bool:
    """Tell which engine the session speaks to."""
    return session.get_bind().dialect.name == "postgresql"
