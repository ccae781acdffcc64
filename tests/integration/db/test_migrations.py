"""Migrations lead to exactly the tables that the program declares, on both engines, and can be cut off."""

from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from servicedesk.db.all_models import load_models
from servicedesk.db.migrate import find_head, find_revision, make_config, upgrade
from servicedesk.db.session import open_database
from servicedesk.db.types import UtcDateTime
from tests.conftest import ENGINES, _drop_postgres, _new_postgres


@pytest.fixture(params=ENGINES)
def empty(request, tmp_path):
    url = f"sqlite:///{tmp_path}/empty.db" if request.param == "sqlite" else _new_postgres()
    database = open_database(url)
    yield database
    database.close()
    if request.param == "postgresql":
        _drop_postgres(url)


def test_an_empty_database_gets_the_declared_tables(empty):
    assert upgrade(empty.engine) == (None, find_head())
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": _is_other_type, "include_object": lambda *a: True}
        )
        differences = [d for d in compare_metadata(context, load_models()) if not _is_noise(d)]
    assert differences == []


def test_a_second_upgrade_changes_nothing(empty):
    upgrade(empty.engine)
    head = find_head()
    assert upgrade(empty.engine) == (head, head)
    assert find_revision(empty.engine) == head


def test_a_migration_cut_off_leaves_nothing_and_runs_again(empty, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("alembic.command.upgrade", _cut(make_config()))
        upgrade(empty.engine)
    assert inspect(empty.engine).get_table_names() == []
    assert upgrade(empty.engine)[1] == find_head()


def _cut(_config):
    def run(config, _target):
        connection = config.attributes["connection"]
        connection.execute(text("CREATE TABLE half_way (id INTEGER)"))
        assert ScriptDirectory.from_config(config).get_current_head()
        raise RuntimeError("cut off")

    return run


def _is_other_type(_context, _inspected_column, _column, inspected, declared):
    # The engines report a family of types, not our decorators; families are compared by their Python type.
    if isinstance(declared, UtcDateTime):
        return False
    try:
        pair = {inspected.python_type, declared.python_type}
    except NotImplementedError:
        return False
    return len(pair) == 2 and pair not in ({dict, str}, {list, dict}, {int, bool}, {UUID, str}, {list, str})


def _is_noise(difference):
    kind = difference[0] if isinstance(difference, tuple) else ""
    return kind in {"add_table_comment", "remove_table_comment"}
