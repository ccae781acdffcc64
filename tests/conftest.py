"""Shared fixtures: both engines, a fixed clock, a vault, a named cast."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from servicedesk.accounts import staff
from servicedesk.db.all_models import load_models
from servicedesk.db.session import Database, open_database
from servicedesk.kernel.clock import FixedClock
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_crockford

POSTGRES = os.environ.get("SERVICEDESK_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
ENGINES = ("sqlite", "postgresql")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday, 9 o'clock in Berlin."""


def _new_postgres() -> str:
    name = f"sd_test_{new_crockford(10).lower()}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    admin.dispose()
    return make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


def _drop_postgres(url: str) -> None:
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Database]]:
    """Make one database per engine and worker, opened when first asked for."""
    opened: dict[str, Database] = {}
    urls: list[str] = []

    class Lazy(dict[str, Database]):
        def __missing__(self, name: str) -> Database:
            if name == "sqlite":
                url = f"sqlite:///{tmp_path_factory.mktemp('db')}/shared.db"
            else:
                url = _new_postgres()
                urls.append(url)
            database = open_database(url)
            load_models().create_all(database.engine)
            self[name] = opened[name] = database
            return database

    yield Lazy()
    for database in opened.values():
        database.close()
    for url in urls:
        _drop_postgres(url)


@pytest.fixture(params=ENGINES)
def db(request: pytest.FixtureRequest, engines: dict[str, Database]) -> Iterator[Database]:
    """Give a database of each engine whose every commit is undone after the test (savepoints)."""
    shared = engines[request.param]
    with shared.engine.execution_options(servicedesk_write=True).connect() as connection:
        outer = connection.begin()
        yield Database(shared.engine, connection)
        outer.rollback()


@pytest.fixture(params=ENGINES)
def real_db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a database of its own whose commits are real; for races, processes and crashes."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/real.db"
    else:
        url = _new_postgres()
    database = open_database(url, pool_size=20)
    load_models().create_all(database.engine)
    yield database
    database.close()
    if request.param == "postgresql":
        _drop_postgres(url)


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    """Give an open session on each engine, undone after the test."""
    with db.unit_of_work() as opened:
        yield opened


@pytest.fixture
def clock() -> FixedClock:
    """Give a clock that stands at NOW."""
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def vault() -> Vault:
    """Give a vault with one key; not secret, tests only."""
    return Vault(keys={1: bytes(range(32))}, active=1, pepper=b"pepper for tests, thirty-two byt")


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> None:
    """Hash passwords with the least effort; the cast signs in thousands of times."""
    staff._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    staff._NOBODY = staff._hasher.hash("nobody")
