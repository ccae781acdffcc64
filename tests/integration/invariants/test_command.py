"""The operator's command: one JSON document, exit 1 on findings."""

import json
from datetime import UTC, datetime

from click.testing import CliRunner
from sqlalchemy import insert

from servicedesk.cli.invariants import check_invariants
from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.invariants.checks import CALCULATIONS, STATEMENTS
from servicedesk.kernel.ids import new_id
from servicedesk.register.models import Person

NUMBER = len(STATEMENTS) + len(CALCULATIONS)


def test_an_empty_database_is_sound_and_an_orphan_is_found(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/checked.db"
    monkeypatch.setenv("SERVICEDESK_DATABASE_URL", url)
    monkeypatch.setenv("SERVICEDESK_DATA_DIR", str(tmp_path / "data"))
    untouched = CliRunner().invoke(check_invariants, ["--json"])
    assert (untouched.exit_code, untouched.stdout) == (1, "")
    database = open_database(url)
    load_models().create_all(database.engine)
    sound = CliRunner().invoke(check_invariants, ["--json"])
    assert (sound.exit_code, json.loads(sound.stdout)) == (0, {"checked": NUMBER, "violations": []})
    with database.unit_of_work() as session:
        session.execute(
            insert(Person).values(
                id=new_id(),
                office_id=new_id(),
                file_number="1",
                family_name="A",
                given_names="B",
                surname_key="A",
                birth_year=1990,
                birth_month=1,
                birth_day=1,
                sex="x",
                nationalities="",
                street="",
                house_number="",
                postcode="",
                town="",
                first_seen_on=datetime(2026, 1, 1, tzinfo=UTC).date(),
            )
        )
    database.close()
    broken = CliRunner().invoke(check_invariants, ["--json"])
    answer = json.loads(broken.stdout)
    assert broken.exit_code == 1
    assert [found["check"] for found in answer["violations"]] == ["person_has_an_office"]
    assert "A" not in {found["subject"] for found in answer["violations"]}
    text = CliRunner().invoke(check_invariants, [])
    assert "person_has_an_office" in text.stdout
    assert text.exit_code == 1
