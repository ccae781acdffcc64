"""Bring a database to the newest shape, and say which shape it has."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

_ROOT = Path(__file__).resolve().parents[2]


def make_config() -> Config:
    """Return the configuration of the migrations folder."""
    config = Config()
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    return config


def upgrade(engine: Engine) -> tuple[str | None, str | None]:
    """Run every migration that is missing; return the revision before and after.

    Restartable: a migration that was cut off is rolled back as a whole and runs again.
    """
    config = make_config()
    with engine.execution_options(servicedesk_write=True).begin() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        after = MigrationContext.configure(connection).get_current_revision()
    return before, after


def find_head() -> str | None:
    """Return the newest revision this program knows."""
    return ScriptDirectory.from_config(make_config()).get_current_head()


def find_revision(engine: Engine) -> str | None:
    """Return the revision of a database, None where nothing was ever migrated."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
