"""The operator's command: JSON on standard output, people's words on standard error, exit codes."""

import json

import pytest
from click.testing import CliRunner

from servicedesk.cli.base import Context
from servicedesk.cli.register import register
from servicedesk.register.service.locks import import_lock
from servicedesk.settings import load_settings
from tests.support.lists import as_csv, line, rows


@pytest.fixture
def run(desk):
    settings = load_settings({"SERVICEDESK_DATA_DIR": str(desk.folder / "data")})

    def invoke(lines, *arguments):
        file = desk.folder / "liste.csv"
        file.write_text(as_csv(lines), encoding="utf-8")
        context = Context(settings, desk.clock, desk.database)
        return CliRunner().invoke(register, ["import", str(file), *arguments], obj=context)

    return invoke


def test_json_has_the_keys_others_rely_on(run):
    result = run([*rows(30), line(geburtsdatum="x")], "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["lines"], told["accepted"], told["unchanged"], told["rejected"]) == (31, 30, 0, 1)
    assert told["rejects_file"].endswith("-rejects.csv")
    assert (told["encoding"], told["delimiter"], told["mapping"]) == ("utf-8", ";", "standard")
    assert told["difference"]["new_people"] == 30


def test_words_for_people(run):
    result = run([line(familienname="?zt?rk")], "--office", "musterstadt")
    assert "1 lines = 1 accepted + 0 unchanged + 0 rejected" in result.stdout
    assert "the export lost a letter" in result.stdout
    assert "found by looking" in result.stdout


def test_a_refusal_ends_with_one_and_changes_nothing(run, desk):
    run(rows(30))
    result = run(rows(60))
    assert result.exit_code == 1
    assert "--confirm" in result.stderr
    assert len(desk.people()) == 30
    assert run(rows(60), "--dry-run").exit_code == 0
    assert "would ask for --confirm" in run(rows(60), "--dry-run").stdout
    assert run(rows(60), "--confirm").exit_code == 0
    assert run([], "--confirm", "--encoding", "klingonisch").exit_code == 1
    assert run([], "--nonsense").exit_code == 2


def test_a_second_import_at_once_says_so(run, desk):
    with import_lock(desk.database, desk.office.id, desk.folder / "data"):
        result = run(rows(3))
    assert result.exit_code == 1
    assert "läuft bereits ein Import" in result.stderr
    assert desk.people() == {}
    assert run(rows(3)).exit_code == 0
