"""Give every table one base and constraints one way of being named."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Be the parent of every mapped class."""

    metadata = MetaData(naming_convention=_NAMES)

    def __repr__(self) -> str:
        """Return class and primary key, never personal data."""
        keys = ", ".join(
            f"{column.name}={getattr(self, column.name, None)!r}" for column in self.__table__.primary_key
        )
        return f"<{type(self).__name__} {keys}>"
