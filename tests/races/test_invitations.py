"""Two nightly runs at once, a run that dies, and a case opened by hand in the same moment: nobody twice, nobody missed."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from servicedesk.cases.models import Case
from servicedesk.cases.service import open_case_by_hand
from servicedesk.db.audit import seal_audit
from servicedesk.invariants.checks import check_invariants
from servicedesk.notices.models import Outbox
from servicedesk.outreach.jobs import run_invitations
from servicedesk.outreach.models import DueOutcome, Invitation
from servicedesk.outreach.service import invitations
from servicedesk.register.models import Title
from tests.conftest import NOW
from tests.support.acting import staff
from tests.support.office import add_person, add_title, load_cast

PEOPLE = 60


class Died(Exception):
    """A worker that was killed."""


@pytest.fixture
def office(real_db):
    with real_db.unit_of_work() as session:
        cast = load_cast(session, NOW)
        for number in range(PEOPLE):
            letters = chr(65 + number % 26) + chr(97 + number // 26)
            person = add_person(session, cast.office, f"{letters}mann", file_number=f"R{number}")
            add_title(session, cast.office, person, date(2027, 1, 1) + timedelta(days=number % 9))
        session.execute(update(Title).values(first_seen_on=date(2026, 11, 1)))
    return cast


def count(database, column):
    with database.reading() as session:
        return session.scalar(select(func.count(func.distinct(column)))), session.scalar(
            select(func.count(column))
        )


def assert_sound(database):
    for column in (Case.title_id, Outbox.subject_id, Invitation.case_id, DueOutcome.title_id):
        assert count(database, column) == (PEOPLE, PEOPLE)
    with database.unit_of_work() as session:
        seal_audit(session, now=NOW)
    with database.reading() as session:
        assert check_invariants(session, now=NOW + timedelta(seconds=30), keys={}).violations == ()


def together(*works):
    faults, gate = [], threading.Barrier(len(works))

    def start(work):
        gate.wait()
        try:
            work()
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=start, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_two_runs_at_once_share_the_work(real_db, vault, office):
    answers = []

    def run():
        answers.append(run_invitations(real_db, vault, now=NOW, part=7, workers=3))

    together(run, run, run)
    assert sum(answer["invited"] for answer in answers) == PEOPLE
    assert sum(answer["due"] for answer in answers) == PEOPLE
    assert_sound(real_db)


def test_a_run_that_dies_is_taken_up_where_it_was(real_db, vault, office):
    def die(done, total):
        if done >= 20:
            raise Died

    with pytest.raises(Died):
        run_invitations(real_db, vault, now=NOW, part=10, progress=die)
    assert count(real_db, Case.id) == (20, 20)
    assert run_invitations(real_db, vault, now=NOW, part=10)["invited"] == PEOPLE - 20
    assert_sound(real_db)


def test_a_run_that_dies_inside_a_part_leaves_nothing_of_it(real_db, vault, office, monkeypatch):
    written = invitations.insert_audit

    def die(session, run):
        written(session, run)
        raise Died

    monkeypatch.setattr(invitations, "insert_audit", die)
    with pytest.raises(Died):
        run_invitations(real_db, vault, now=NOW)
    assert count(real_db, Case.id) == count(real_db, Outbox.id) == (0, 0)
    monkeypatch.undo()
    assert run_invitations(real_db, vault, now=NOW)["invited"] == PEOPLE
    assert_sound(real_db)


def test_a_case_opened_by_hand_in_the_same_moment_is_the_only_one(real_db, vault, office, monkeypatch):
    """The hand is quicker, after the run has decided and before it writes: the run leaves that title to its next turn."""
    list_kinds, rival = invitations.list_kinds, []

    def list_while_somebody_opens(session):
        if not rival and real_db.is_postgresql:
            with real_db.unit_of_work() as other:
                rival.append(other.scalar(select(Title.person_id).order_by(Title.id).limit(1)))
                open_case_by_hand(
                    other,
                    person_id=rival[0],
                    concern_id="permit_study",
                    actor=staff(other, office, "eva"),
                    now=NOW,
                )
        return list_kinds(session)

    monkeypatch.setattr(invitations, "list_kinds", list_while_somebody_opens)
    first = run_invitations(real_db, vault, now=NOW)
    monkeypatch.undo()
    second = run_invitations(real_db, vault, now=NOW)
    by_hand = 1 if real_db.is_postgresql else 0
    assert (first["invited"], second["excluded"]) == (PEOPLE - by_hand, by_hand)
    assert count(real_db, Case.title_id) == (PEOPLE, PEOPLE)
    assert count(real_db, Outbox.id) == (PEOPLE - by_hand, PEOPLE - by_hand)
