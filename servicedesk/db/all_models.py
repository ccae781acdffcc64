"""Load every table into the metadata; imported by migrations, tests and the composition root only."""

from importlib import import_module

from sqlalchemy import MetaData

from servicedesk.db.base import Base

_ROOMS_WITH_TABLES = (
    "db.audit",
    "db.jobs",
    "web.models",
    "accounts.models",
    "offices.models",
    "register.models",
    "notices.models",
    "checklists.models",
    "cases.models",
    "cases.upload_models",
    "cases.question_models",
    "interim.models",
    "booking.models",
    "booking.feed_models",
    "outreach.models",
    "exports.models",
)


def load_models() -> MetaData:
    """Import every module that declares tables and return the complete metadata.

    The names are looked up at run time: the database layer must not import the rooms above it.
    """
    for room in _ROOMS_WITH_TABLES:
        import_module(f"servicedesk.{room}")
    return Base.metadata
