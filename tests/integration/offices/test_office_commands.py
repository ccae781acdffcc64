import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.cli.office import office, ranges
from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.offices.queries import get_office
from servicedesk.offices.rules.setup import parse_setup
from servicedesk.register.models import Person
from tests.support.office import add_person
from tests.unit.offices.files import DEMO, MINIMAL


@pytest.fixture
def run(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/office.db"
    monkeypatch.setenv("SERVICEDESK_DATABASE_URL", url)
    monkeypatch.setenv("SERVICEDESK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SERVICEDESK_SECRET_KEY", "for tests only, " * 4)
    database = open_database(url)
    load_models().create_all(database.engine)
    database.close()

    def invoke(command, *arguments):
        return CliRunner().invoke(command, [str(argument) for argument in arguments])

    return invoke


def write(tmp_path, source):
    file = tmp_path / "office.toml"
    file.write_text(source, encoding="utf-8")
    return file


def test_load_twice_then_check_and_resolve(run):
    first = json.loads(run(office, "load", DEMO, "--json").stdout)
    assert first["created"]["office"] == ["musterstadt"]
    again = json.loads(run(office, "load", DEMO, "--json").stdout)
    assert (again["created"], again["changed"], again["deactivated"]) == ({}, {}, {})

    checked = run(ranges, "check", "--json")
    assert (checked.exit_code, json.loads(checked.stdout)) == (0, {"gaps": [], "overlaps": [], "vacant": []})

    resolved = json.loads(run(ranges, "resolve", "Al-Hassan", "--json").stdout)
    assert {"surname", "key", "owner", "range", "steps"} <= resolved.keys()
    assert (resolved["surname"], resolved["key"]) == ("Al-Hassan", "ALHASSAN")
    assert (resolved["owner"], resolved["range"]) == ("kw2", "Al H - Az")


def test_resolve_asks_the_team_of_the_concern(run):
    run(office, "load", DEMO)
    arguments = ("resolve", "Özdemir", "--concern", "tolerated_stay", "--on", "2026-12-01", "--json")
    resolved = json.loads(run(ranges, *arguments).stdout)
    assert (resolved["team"], resolved["owner"]) == ("asyl", "kw7")
    assert any("2026-12-01" in step for step in resolved["steps"])
    nobody = json.loads(run(ranges, "resolve", "???", "--json").stdout)
    assert (nobody["key"], nobody["owner"], nobody["range"]) == ("", None, None)


def test_resolve_refuses_a_concern_nobody_knows(run):
    run(office, "load", DEMO)
    answered = run(ranges, "resolve", "Ali", "--concern", "tolerated_sty")
    assert answered.exit_code == 1
    assert "did you mean 'tolerated_stay'?" in answered.stderr


def test_text_for_people(run):
    assert "kw1, kw2" in run(office, "load", DEMO).stdout
    assert run(office, "load", DEMO).stdout.strip() == "Office musterstadt: nothing changed."
    assert "aufenthalt: every surname has exactly one answer" in run(ranges, "check").stdout
    assert run(ranges, "resolve", "Zaki").stdout.splitlines()[-1] == "→ kw5 (team aufenthalt, 'Z')"


def test_gaps_and_overlaps_end_with_one(run, tmp_path):
    more = '\n[[letter_range]]\nteam = "aufenthalt"\npieces = ["%s"]\n%s\n'
    source = MINIMAL + more % ("R - S", 'owner = "kw2"') + more % ("X", "vacant = true")
    source += '\n[[case_worker]]\nref = "kw2"\nname = "Zwei, Z."\nteam = "aufenthalt"\n'
    loaded = run(office, "load", write(tmp_path, source))
    assert loaded.exit_code == 0
    assert "R belongs to kw1 and kw2" in loaded.stderr
    checked = run(ranges, "check", "--json")
    assert checked.exit_code == 1
    found = json.loads(checked.stdout)
    assert [gap["range"] for gap in found["gaps"]] == ["A – Alr", "B – Q", "T – W", "Yn – Z"]
    assert found["overlaps"] == [{"team": "aufenthalt", "range": "R", "owners": ["kw1", "kw2"]}]
    assert found["vacant"] == [{"team": "aufenthalt", "range": "X", "published": "X"}]


def test_a_faulty_file_loads_nothing_and_tells_every_fault(run, tmp_path):
    file = write(tmp_path, MINIMAL.replace('"direct"', '"at_once"').replace('"kw1"]', '"kw2"]'))
    refused = run(office, "load", file)
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert "at_once" in refused.stderr
    assert "there is no case worker 'kw2'" in refused.stderr
    assert str(file) in refused.stderr
    assert run(ranges, "check").exit_code == 1


def test_a_file_that_is_not_there_is_wrong_usage(run, tmp_path):
    assert run(office, "load", tmp_path / "none.toml").exit_code == 2


def test_an_unknown_concern_is_refused(run, tmp_path):
    refused = run(office, "load", write(tmp_path, MINIMAL.replace("permit_study", "permit_studies")))
    assert refused.exit_code == 1
    assert "did you mean 'permit_study'?" in refused.stderr


def test_two_offices_must_be_told_apart(run, tmp_path):
    run(office, "load", DEMO)
    run(office, "load", write(tmp_path, MINIMAL.replace("musterstadt", "nebenort")))
    assert "--office" in run(ranges, "check").stderr
    assert run(ranges, "check", "--office", "musterstadt").exit_code == 0
    assert run(ranges, "check", "--office", "nebenort").exit_code == 1
    taken = run(office, "load", write(tmp_path, MINIMAL.replace('ref = "musterstadt"', 'ref = "dritte"')))
    assert taken.exit_code == 1
    assert "'musterstadt' already answers" in taken.stderr


def test_another_folding_rule_files_everyone_anew(run, tmp_path):
    run(office, "load", write(tmp_path, MINIMAL))
    database = open_database(f"sqlite:///{tmp_path}/office.db")
    with database.unit_of_work() as session:
        for number, name in enumerate(["Özdemir", "Ali", "Ünal"]):
            add_person(session, get_office(session, "musterstadt"), name, file_number=f"33.26.{number}")
    loaded = run(office, "load", write(tmp_path, MINIMAL.replace("din-5007-2", "din-5007-1", 1)), "--json")
    assert json.loads(loaded.stdout)["refolded"] == 2
    with database.reading() as session:
        keys = session.scalars(select(Person.surname_key).order_by(Person.file_number)).all()
    database.close()
    assert keys == ["OZDEMIR", "ALI", "UNAL"]


def test_the_demo_office_knows_every_concern_its_titles_lead_to():
    catalogue = load_catalogue()
    known = {concern.id for concern in catalogue.list_concerns()}
    concerns = {concern.id for concern in parse_setup(DEMO.read_bytes(), catalogue=known).concerns}
    bases = """25.2.1 25.2.2 25.3 25.5 24 28.1.1 30 32 16b.1 18a 18b 18g 19c.1 21.1 20.1 20a 9 9a 26.3 60a""".split()
    for basis in [*bases, "AsylG 55", "FreizügG 5", "something else"]:
        assert catalogue.concern_of_title(basis, is_unlimited=basis in {"9", "9a", "26.3"}).id in concerns, (
            basis
        )
