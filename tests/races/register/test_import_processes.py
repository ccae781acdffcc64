"""Two imports at once, and imports that are killed: real processes, both engines."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from servicedesk.register.models import ImportRun, Person, Title
from tests.conftest import NOW
from tests.support.lists import as_csv, rows
from tests.support.office import load_cast

ROOT = Path(__file__).resolve().parents[3]
LINES = 12_000


@pytest.fixture
def start(real_db, tmp_path):
    with real_db.unit_of_work() as session:
        load_cast(session, NOW)
    file = tmp_path / "liste.csv"
    file.write_text(as_csv(rows(LINES)), encoding="utf-8")
    url = real_db.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.support.import_process", url, str(file), str(tmp_path / "data")]

    def begin() -> subprocess.Popen:
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return begin


def _count(database, model) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def _wait_until_running(database) -> None:
    for _ in range(600):
        with database.reading() as session:
            if session.scalar(
                select(func.count()).select_from(ImportRun).where(ImportRun.state == "running")
            ):
                return
        time.sleep(0.02)
    raise AssertionError("no import began")


def test_the_second_import_at_once_says_so_and_stops(real_db, start):
    first = start()
    _wait_until_running(real_db)
    first.send_signal(signal.SIGSTOP)
    second = start()
    _, told = second.communicate(timeout=60)
    first.send_signal(signal.SIGCONT)
    out, _ = first.communicate(timeout=120)
    assert (second.returncode, first.returncode) == (1, 0)
    assert "läuft bereits ein Import" in told
    assert json.loads(out)["accepted"] == LINES
    assert _count(real_db, Person) == _count(real_db, Title) == LINES


def test_a_killed_import_is_repeated_at_once_and_ends_complete(real_db, start):
    killed = start()
    _wait_until_running(real_db)
    time.sleep(0.3)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    assert _count(real_db, Person) == _count(real_db, Title)
    out, told = start().communicate(timeout=120)
    report = json.loads(out or told)
    assert report["accepted"] + report["unchanged"] == report["lines"] == LINES
    assert _count(real_db, Person) == _count(real_db, Title) == LINES
    with real_db.reading() as session:
        states = session.scalars(select(ImportRun.state).order_by(ImportRun.started_at)).all()
    assert states == ["failed", "done"]


def test_others_write_while_a_list_is_imported(real_db, start):
    importing = start()
    _wait_until_running(real_db)
    waited = []
    while importing.poll() is None:
        began = time.monotonic()
        with real_db.unit_of_work() as session:
            session.execute(
                ImportRun.__table__.update().values(warnings=0).where(ImportRun.state == "nobody")
            )
        waited.append(time.monotonic() - began)
        time.sleep(0.01)
    importing.communicate(timeout=60)
    assert importing.returncode == 0
    assert len(waited) > 3
    assert max(waited) < 2
