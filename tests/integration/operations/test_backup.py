"""A backup taken while people write restores to the same facts, on both engines."""

import json
import threading

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from servicedesk.cli.main import main
from servicedesk.db import audit
from servicedesk.db.audit import AuditEvent
from servicedesk.db.migrate import upgrade
from servicedesk.db.session import open_database
from servicedesk.kernel.permissions import SYSTEM
from tests.conftest import ENGINES, NOW, _drop_postgres, _new_postgres


@pytest.fixture(params=ENGINES)
def url(request, tmp_path):
    made = f"sqlite:///{tmp_path}/live.db" if request.param == "sqlite" else _new_postgres()
    yield made
    if request.param == "postgresql":
        _drop_postgres(made)


def _run(url, tmp_path, *arguments):
    environment = {"SERVICEDESK_DATABASE_URL": url, "SERVICEDESK_DATA_DIR": str(tmp_path)}
    return CliRunner().invoke(main, list(arguments), env=environment)


def _count(url):
    database = open_database(url)
    try:
        with database.reading() as session:
            return session.scalar(select(func.count()).select_from(AuditEvent))
    finally:
        database.close()


def _write(database, times):
    for _ in range(times):
        with database.unit_of_work() as session:
            audit.record(session, now=NOW, actor=SYSTEM, action="x", subject=("case", None))


def test_a_backup_restores_what_was_there(url, tmp_path):
    database = open_database(url)
    upgrade(database.engine)
    _write(database, 30)
    busy = threading.Thread(target=_write, args=(database, 40))
    busy.start()
    file = tmp_path / "copy.backup"
    answer = _run(url, tmp_path, "backup", str(file), "--json")
    busy.join(60)
    database.close()
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["bytes"] > 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert _count(url) == 70

    assert _run(url, tmp_path, "restore", str(file)).exit_code == 1
    assert _count(url) == 70
    answer = _run(url, tmp_path, "restore", str(file), "--confirm")
    assert answer.exit_code == 0, answer.output
    assert 30 <= _count(url) <= 70
    again = open_database(url)
    with again.reading() as session:
        assert audit.verify_audit(session, now=NOW).faults == ()
    again.close()


def test_a_damaged_copy_changes_nothing(tmp_path):
    url = f"sqlite:///{tmp_path}/live.db"
    database = open_database(url)
    upgrade(database.engine)
    _write(database, 3)
    database.close()
    file = tmp_path / "copy.backup"
    assert _run(url, tmp_path, "backup", str(file)).exit_code == 0
    content = bytearray(file.read_bytes())
    content[8192:12288] = bytes(4096)
    file.write_bytes(content)
    answer = _run(url, tmp_path, "restore", str(file), "--confirm")
    assert answer.exit_code == 1, answer.output
    assert _count(url) == 3
