"""Let a dry run on SQLite write as a real one does, into temporary tables that hide the real ones."""

from uuid import UUID

from sqlalchemy.orm import Session

_SHADOWED = ("person", "title")
_KEYS = {
    "person": ("id", "office_id, file_number"),
    "title": ("id", "person_id, legal_basis, identity"),
}


def shadow_tables(session: Session, office_id: UUID) -> None:
    """Copy the office's rows into temporary tables of the same names; the session's end removes them.

    Temporary tables live in a database of their own: filling them takes no write lock, so bookings go on.
    """
    connection = session.connection()
    for table in _SHADOWED:
        # Table and column names are the constants above.
        connection.exec_driver_sql(
            f"CREATE TEMP TABLE {table} AS SELECT * FROM main.{table} WHERE office_id = ?",  # noqa: S608
            (office_id.hex,),
        )
        for number, columns in enumerate(_KEYS[table]):
            connection.exec_driver_sql(
                f"CREATE UNIQUE INDEX temp.shadow_{table}_{number} ON {table} ({columns})"
            )
    connection.exec_driver_sql(
        "CREATE TEMP TABLE register_change AS SELECT * FROM main.register_change WHERE 0"
    )
