"""The issue of a confirmation cut off after any of its statements: all of it is there afterwards, or none."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from servicedesk.db.audit import AuditEvent
from servicedesk.interim.service import release, settle_case, withdraw
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.contexts import EndCause
from servicedesk.notices.models import Outbox
from tests.support.interim import TODAY, Life


class CutOff(Exception):
    """The connection, or the machine, is gone."""


class Cutter:
    """Let a number of statements through, then cut the connection off."""

    def __init__(self, engine, after):
        self.engine, self.left, self.seen = engine, after, 0

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._look)
        return self

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._look)

    def _look(self, _connection, _cursor, statement, *_):
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            self.seen += 1
            if self.left is not None and self.seen > self.left:
                raise CutOff(statement[:60])


@pytest.fixture
def life(real_db, vault, tmp_path):
    life = Life(real_db, vault, tmp_path)
    life.keys_there, life.keys = life.keys, tmp_path / "later"
    case_id = life.applied(TODAY + timedelta(days=1))
    life.confirm_email(case_id)
    life.case_id = case_id
    life.run()
    life.keys = life.keys_there
    return life


def _picture(life):
    """Return what an issue leaves behind: state, seal, letters and mails, acts."""
    rows = life.rows(life.case_id)
    outbox = life.read(select(Outbox.kind).where(Outbox.subject_id.in_([row.id for row in rows])))
    acts = life.read(select(AuditEvent.action).where(AuditEvent.subject_id == life.case_id))
    states = [(row.state, bool(row.token), row.letters) for row in rows]
    return states, sorted(outbox), sorted(one for one in acts if "interim" in one)


def test_an_issue_cut_off_anywhere_leaves_all_or_nothing(life):
    before = _picture(life)
    assert before[0] == [("released", False, 0)]
    after = 0
    while True:
        with Cutter(life.db.engine, after) as cutter:
            try:
                life.act(settle_case, case_id=life.case_id, actor=SYSTEM)
            except CutOff:
                assert _picture(life) == before
                after += 1
                continue
        assert cutter.seen <= after
        break
    assert after >= 4
    states, outbox, acts = _picture(life)
    assert states == [("issued", True, 1)]
    assert outbox == ["interim_confirmation", "interim_issued_mail"]
    assert acts == ["issue_interim", "propose_interim", "release_interim"]
    assert life.did() == {}


def test_a_withdrawal_cut_off_anywhere_leaves_it_valid_or_withdrawn(life):
    life.run()
    before = _picture(life)
    row_id = life.row(life.case_id).id
    after = 0
    while True:
        with Cutter(life.db.engine, after):
            try:
                life.act(
                    withdraw,
                    confirmation_id=row_id,
                    cause=EndCause.FACTS_WRONG,
                    reason="falsch",
                    actor=life.actor(),
                )
            except CutOff:
                assert _picture(life) == before
                after += 1
                continue
        break
    assert after >= 2
    assert life.row(life.case_id).state == "withdrawn"


def test_a_release_by_hand_cut_off_anywhere_can_be_done_again(real_db, vault, tmp_path):
    life = Life(real_db, vault, tmp_path)
    life.case_id = life.applied(TODAY + timedelta(days=10))
    life.run()
    before = _picture(life)
    row_id = life.row(life.case_id).id
    after = 0
    while True:
        with Cutter(life.db.engine, after):
            try:
                life.act(release, confirmation_id=row_id, actor=life.actor())
            except CutOff:
                assert _picture(life) == before
                after += 1
                continue
        break
    assert _picture(life)[0] == [("issued", True, 1)]
