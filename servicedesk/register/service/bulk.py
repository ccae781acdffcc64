"""Build the search indexes once at the end when a big first list fills empty tables.

Keeping a sorted index up to date costs several times what sorting a million entries once costs. Primary and unique
keys stay throughout. The tables are empty, so nobody can be looking anything up in them.
"""

from collections.abc import Sequence

from sqlalchemy import Index, Table, exists, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from servicedesk.register.models import Person, Title

WORTH_IT_BYTES = 16_000_000
"""Below some eighty thousand lines the indexes cost less than a second either way."""


def pause_search_indexes(session: Session) -> Sequence[Index]:
    """Drop the indexes that are no keys, inside the session's transaction; return them for `build_search_indexes`.

    Does nothing, and returns nothing, when a table holds rows of any office, when somebody uses one of them right
    now, or when the database role does not own them. PostgreSQL only.
    """
    if session.scalar(select(exists().select_from(Person))) or session.scalar(
        select(exists().select_from(Title))
    ):
        return ()
    tables = [model.__table__ for model in (Person, Title) if isinstance(model.__table__, Table)]
    indexes = sorted(
        (index for table in tables for index in table.indexes), key=lambda index: str(index.name)
    )
    try:
        with session.begin_nested():
            session.execute(text("SET LOCAL lock_timeout = '1s'"))
            for index in indexes:
                index.drop(session.connection())
            session.execute(text("SET LOCAL lock_timeout = DEFAULT"))
    except DBAPIError:
        return ()
    return indexes


def build_search_indexes(session: Session, indexes: Sequence[Index]) -> None:
    """Build again what `pause_search_indexes` dropped."""
    if indexes:
        session.execute(text("SET LOCAL maintenance_work_mem = '128MB'"))
    for index in indexes:
        index.create(session.connection())
