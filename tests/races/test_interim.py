"""Two runs, two people, a decision in the same moment: one confirmation, one letter, and never one after the end."""

import contextlib
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from servicedesk.cases.rules import Decision
from servicedesk.db.audit import AuditEvent
from servicedesk.interim.errors import ConfirmationChanged
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.service import decline, release, settle_case
from servicedesk.notices.models import Outbox
from tests.races.test_invitations import together
from tests.support.interim import TODAY, Life

CASES = 30


@pytest.fixture
def life(real_db, vault, tmp_path):
    return Life(real_db, vault, tmp_path)


def _count(life, query):
    with life.db.reading() as session:
        return session.scalar(query)


def test_two_runs_at_once_issue_everything_once(life):
    cases = [life.applied(TODAY + timedelta(days=1)) for _ in range(CASES)]
    answers = []
    together(*[lambda: answers.append(life.run(part=7))] * 3)
    assert [life.states(case) for case in cases] == [["issued"]] * CASES
    assert sum(answer["issued"] for answer in answers) == CASES
    letters = select(func.count()).select_from(Outbox).where(Outbox.kind == "interim_confirmation")
    acts = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "issue_interim")
    assert (_count(life, letters), _count(life, acts)) == (CASES, CASES)


@pytest.mark.parametrize("number", range(4))
def test_two_people_and_the_night_release_one_proposal_once(life, number):
    case_id = life.applied(TODAY + timedelta(days=10))
    life.run()
    life.pass_days(9)
    row_id = life.row(case_id).id
    done = []

    def person(login):
        with contextlib.suppress(ConfirmationChanged):
            done.append(life.act(release, confirmation_id=row_id, actor=life.actor(login)))

    together(lambda: person("boris"), lambda: person("eva"), life.run)
    assert life.states(case_id) == ["issued"]
    assert len(done) == (0 if life.row(case_id).is_automatic else 1)
    assert len(life.outbox(row_id)) == 1


@pytest.mark.parametrize("number", range(4))
def test_two_people_release_the_same_proposal_once(life, number):
    case_id = life.applied(TODAY + timedelta(days=10))
    life.run()
    row_id = life.row(case_id).id
    done, refused = [], []

    def person(login):
        try:
            done.append(life.act(release, confirmation_id=row_id, actor=life.actor(login)))
        except ConfirmationChanged:
            refused.append(login)

    together(lambda: person("boris"), lambda: person("eva"))
    assert (len(done), len(refused)) == (1, 1)
    assert len(life.outbox(row_id)) == 1


@pytest.mark.parametrize("number", range(4))
def test_one_releases_while_another_says_no(life, number):
    case_id = life.applied(TODAY + timedelta(days=10))
    life.run()
    row_id = life.row(case_id).id
    done = []

    def act(work, **more):
        try:
            life.act(work, confirmation_id=row_id, **more)
            done.append(work.__name__)
        except ConfirmationChanged:
            pass

    together(
        lambda: act(release, actor=life.actor()),
        lambda: act(decline, actor=life.actor("eva"), reason="nein"),
    )
    assert len(done) == 1
    expected = {"release": ("issued", 1), "decline": ("declined", 0)}[done[0]]
    assert (life.row(case_id).state, len(life.outbox(row_id))) == expected


@pytest.mark.parametrize("number", range(6))
def test_a_decision_in_the_moment_of_issue_leaves_no_valid_confirmation(life, number):
    cases = [life.applied(TODAY + timedelta(days=1)) for _ in range(6)]

    def decide():
        for case_id in cases:
            life.decide(case_id, Decision.granted)
            life.act(settle_case, case_id=case_id, actor=life.actor())

    together(decide, lambda: life.run(part=2), lambda: life.run(part=3))
    life.run()
    held = (
        select(func.count())
        .select_from(InterimConfirmation)
        .where(InterimConfirmation.state.in_(["proposed", "released", "issued"]))
    )
    assert _count(life, held) == 0
    for case_id in cases:
        for row in life.rows(case_id):
            letters = [one.state for one in life.outbox(row.id)]
            assert "pending" not in letters, (row.state, letters)
