"""Carrying a catalogue between offices from the command line."""

import json

import pytest
from click.testing import CliRunner

from servicedesk.cli.catalogue import catalogue
from servicedesk.cli.office import office
from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from tests.support.catalogues import OWN_STUDY, PARKING
from tests.unit.offices.files import DEMO

AT = ("--now", "2026-11-23T09:00:00+01:00")


@pytest.fixture
def run(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/office.db"
    monkeypatch.setenv("SERVICEDESK_DATABASE_URL", url)
    monkeypatch.setenv("SERVICEDESK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SERVICEDESK_SECRET_KEY", "for tests only, " * 4)
    database = open_database(url)
    load_models().create_all(database.engine)
    database.close()
    assert CliRunner().invoke(office, ["load", str(DEMO)]).exit_code == 0
    return lambda *arguments: CliRunner().invoke(catalogue, arguments)


def write(path, own):
    path.write_text(json.dumps({"format": "servicedesk-catalogue/1", "name": "Nachbarort", "own": own}))
    return str(path)


def test_a_file_is_checked_read_into_a_draft_and_written_again(run, tmp_path):
    file = write(tmp_path / "in.json", OWN_STUDY)
    checked = run("check", file, "--json")
    assert json.loads(checked.stdout) == {"name": "Nachbarort", "entries": 3, "file": file}
    taken = run("import", file, "--json", *AT)
    assert taken.exit_code == 0, taken.output
    assert json.loads(taken.stdout)["version"] == "own-1"
    assert json.loads(taken.stdout)["state"] == "draft"
    out = tmp_path / "out.json"
    assert run("export", str(out), "--version", "own-1", *AT).exit_code == 0
    assert json.loads(out.read_text())["own"] == OWN_STUDY


def test_without_a_version_of_its_own_there_is_nothing_to_write(run, tmp_path):
    done = run("export", str(tmp_path / "out.json"), *AT)
    assert done.exit_code == 1
    assert "this office has changed nothing" in done.output
    assert (
        "There is no version 'own-7'" in run("export", str(tmp_path / "o"), "--version", "own-7", *AT).output
    )


def test_every_fault_of_a_file_is_named_in_english(run, tmp_path):
    bad = {"document": [{**PARKING, "name": "Nachweis der Beratung", "max_age": "soon"}]}
    done = run("check", write(tmp_path / "bad.json", bad))
    assert done.exit_code == 1
    assert "document parking_note name: Counselling is voluntary." in done.output
    assert "document parking_note max_age: The span cannot be read." in done.output
    (tmp_path / "torn.json").write_text('{"format":\n')
    assert "cannot be read at line 2, column 1" in run("import", str(tmp_path / "torn.json"), *AT).output
    assert "cannot be read: No such file" in run("check", str(tmp_path / "none.json")).output
