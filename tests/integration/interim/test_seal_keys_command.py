"""The operator's commands for the keys of the seal: answers, exit codes, refusals, traces."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from servicedesk.cli import main
from servicedesk.cli.base import Context
from servicedesk.db.audit import AuditEvent
from servicedesk.interim.keys import FOLDER, load_keyring
from servicedesk.interim.seal import read_token
from servicedesk.kernel.clock import FixedClock
from tests.conftest import NOW
from tests.support.confirmations import add_confirmation
from tests.support.interim import TODAY, Life
from tests.support.outbox import make_settings
from tests.support.portal import send_letter


class Operator:
    """Run commands at an instant that the test sets."""

    def __init__(self, database, tmp_path):
        self.database = database
        self.clock = FixedClock(NOW)
        self.settings = make_settings(tmp_path)
        self.folder = self.settings.data_dir / FOLDER

    def __call__(self, *arguments):
        context = Context(self.settings, self.clock, self.database)
        return CliRunner().invoke(main, ["seal-keys", *arguments], obj=context)

    def json(self, *arguments):
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def operator(db, tmp_path):
    return Operator(db, tmp_path)


def test_without_a_key_the_list_is_a_finding(operator):
    result = operator("list", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["keys"] == []
    assert "servicedesk seal-keys new" in result.stderr


def test_a_new_key_signs_and_its_successor_waits(operator):
    first, second = operator.json("new"), operator.json("new", "--days", "100")
    states = {line["key"]: line["state"] for line in operator.json("list")["keys"]}
    assert states == {first["key"]: "signs", second["key"]: "waits"}
    operator.clock.advance(timedelta(days=1))
    states = {line["key"]: line["state"] for line in operator.json("list")["keys"]}
    assert states == {first["key"]: "in reserve", second["key"]: "signs"}
    assert load_keyring(operator.folder, operator.clock.now()).signing.public.id == second["key"]


def test_the_list_for_people_names_every_key(operator):
    key = operator.json("new")["key"]
    shown = operator("list")
    assert shown.exit_code == 0
    assert key in shown.stdout
    assert "2026-11-23 00:00 UTC" in shown.stdout


def test_a_month_before_the_end_the_list_is_a_finding(operator):
    operator.json("new", "--days", "40")
    assert operator("list").exit_code == 0
    operator.clock.advance(timedelta(days=11))
    late = operator("list")
    assert late.exit_code == 1
    assert "ends on 02.01.2027" in late.stderr


def test_a_retired_key_leaves_the_list_with_its_end(operator):
    key = operator.json("new")["key"]
    assert operator.json("retire", key.lower())["signing"] is None
    listed = operator("list", "--json")
    assert json.loads(listed.stdout)["keys"][0]["state"] == "ended"
    again = operator("retire", key)
    assert (again.exit_code, "ended already" in again.stderr) == (1, True)


def test_revoking_says_how_many_people_need_a_new_letter(operator, db, vault):
    key = operator.json("new")["key"]
    with db.unit_of_work() as session:
        case_id = send_letter(session, vault, NOW).case_id
        add_confirmation(session, case_id, now=NOW, key_id=key)
        add_confirmation(session, case_id, now=NOW, key_id=key, state="superseded", sequence=2)
    assert operator.json("revoke", key, "--yes")["issued"] == 1
    assert json.loads(operator("list", "--json").stdout)["keys"][0]["state"] == "revoked"
    assert operator("revoke", key, "--yes").exit_code == 1


def test_what_a_revoked_key_has_sealed_is_issued_anew_without_a_gap(db, vault, tmp_path):
    life = Life(db, vault, tmp_path)
    operator = Operator(db, tmp_path)
    object.__setattr__(operator.settings, "vault", vault)
    cases = [life.applied(TODAY + timedelta(days=1), name=name) for name in ("Ahmadi", "Berisha")]
    life.run()
    stolen = load_keyring(operator.folder, NOW).signing.public.id
    old = [life.row(case_id) for case_id in cases]
    assert operator.json("revoke", stolen, "--yes")["issued"] == 2
    without = operator("reissue")
    assert (without.exit_code, "No key can sign" in without.stderr) == (1, True)
    fresh = operator.json("new")["key"]
    assert operator.json("reissue") == {"issued": 2, "waiting": 0, "refused": 0}
    keys = load_keyring(operator.folder, NOW).public
    for case_id, before in zip(cases, old, strict=True):
        rows = life.rows(case_id)
        assert [row.state for row in rows] == ["superseded", "issued"]
        assert rows[0].id == before.id
        assert rows[1].key_id == fresh
        assert rows[1].status_code != before.status_code
        assert read_token(rows[1].token, keys).facts.title_ends_on == TODAY + timedelta(days=1)
        assert len(life.outbox(rows[1].id, "interim_confirmation")) == 1
    assert operator.json("reissue") == {"issued": 0, "waiting": 0, "refused": 0}


def test_revoking_asks_first(operator):
    key = operator.json("new")["key"]
    assert operator("revoke", key).exit_code == 1
    assert operator.json("list")["keys"][0]["state"] == "signs"


def test_a_key_that_is_not_there_is_refused(operator):
    result = operator("retire", "ABCDEF")
    assert (result.exit_code, "no key 'ABCDEF'" in result.stderr) == (1, True)


def test_a_key_cannot_begin_in_the_past(operator):
    assert operator("new", "--from", "2026-01-01T00:00:00+00:00").exit_code == 2
    assert operator("new", "--days", "0").exit_code == 2


def test_every_act_leaves_its_trace_and_no_secret(operator, db):
    key = operator.json("new")["key"]
    operator.json("retire", key)
    operator.json("revoke", key, "--yes")
    with db.reading() as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [row.action for row in rows] == ["make_seal_key", "retire_seal_key", "revoke_seal_key"]
    assert {row.details["key_id"] for row in rows} == {key}
    assert {row.actor for row in rows} == {"operator"}
