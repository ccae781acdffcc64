"""What the rules get to see of a case: gathered set-wise, with since when the office could know."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, update

from servicedesk.cases.models import Case
from servicedesk.cases.rules import CloseReason, Decision, Origin
from servicedesk.cases.service import open_case
from servicedesk.interim.queries.facts import find_interim_case, list_interim_cases
from servicedesk.interim.rules.guarantee import Standing
from servicedesk.interim.rules.values import Code, Note, TitleKind
from servicedesk.interim.service import decline, note_fact, propose, take_back_note, withdraw
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.contexts import EndCause
from servicedesk.register.models import Person, RegisterChange
from tests.support.interim import TODAY, Life
from tests.support.office import add_person, add_title

SOON = TODAY + timedelta(days=10)


@pytest.fixture
def life(db, vault, tmp_path):
    return Life(db, vault, tmp_path)


def found(life, case_id):
    with life.db.reading() as session:
        return find_interim_case(session, life.office, case_id, now=life.now)


def changed(life, case_id, kind):
    with life.db.unit_of_work() as session:
        case = session.get_one(Case, case_id)
        session.add(
            RegisterChange(
                office_id=life.office.id,
                import_id=life.office.id,
                person_id=case.person_id,
                title_id=case.title_id,
                kind=kind,
                at=life.now,
            )
        )


def test_the_earliest_application_in_force_counts_with_the_day_it_was_written_down(life):
    received, corrected = life.now - timedelta(days=5), life.now - timedelta(days=9)
    case_id = life.applied(SOON, received_at=received)
    with life.db.unit_of_work() as session:
        first = life.receive(session, life.office.id, case_id, life.now - timedelta(days=20))
        life.receive(session, life.office.id, case_id, corrected, recorded_at=life.now, supersedes_id=first)
    case = found(life, case_id)
    assert (case.facts.received_at, case.facts.recorded_at, case.known_at) == (corrected, life.now, life.now)


def test_what_became_known_last_counts(life):
    case_id = life.applied(SOON)
    recorded = found(life, case_id).facts.recorded_at
    assert found(life, case_id).known_at == recorded
    life.pass_days(1)
    changed(life, case_id, "address_changed")
    assert found(life, case_id).known_at == recorded
    changed(life, case_id, "end_corrected")
    corrected_at = life.now
    assert found(life, case_id).known_at == corrected_at
    life.pass_days(1)
    with life.db.unit_of_work() as session:
        note_id = note_fact(
            session, case_id=case_id, kind=Note.identity_check, actor=life.actor(), now=life.now
        )
    assert found(life, case_id).known_at == life.now
    life.pass_days(1)
    with life.db.unit_of_work() as session:
        take_back_note(session, note_id=note_id, actor=life.actor(), now=life.now)
    case = found(life, case_id)
    assert (case.known_at, case.facts.notes) == (life.now, frozenset())
    life.pass_days(91)
    with life.db.unit_of_work() as session:
        session.connection().exec_driver_sql("DELETE FROM interim_note")
    assert found(life, case_id).known_at == recorded


def test_a_no_is_remembered_for_this_question_only(life):
    case_id = life.applied(SOON)
    life.run()
    life.act(decline, confirmation_id=life.row(case_id).id, reason="nicht zuständig", actor=life.actor())
    assert found(life, case_id).outcome.code is Code.declined_by_person
    life.set_title(case_id, effective_ends_on=SOON + timedelta(days=3))
    assert found(life, case_id).outcome.code is Code.title_continues
    life.set_title(case_id, effective_ends_on=SOON)
    life.act(propose, case_id=case_id, actor=life.actor())
    assert found(life, case_id).outcome.code is Code.title_continues


def test_who_took_one_back_said_no(life):
    case_id = life.applied(TODAY + timedelta(days=1))
    life.run()
    life.act(
        withdraw,
        confirmation_id=life.row(case_id).id,
        cause=EndCause.FACTS_WRONG,
        reason="falsch",
        actor=life.actor(),
    )
    case = found(life, case_id)
    assert case.outcome.code is Code.declined_by_person
    assert [cover.until_on for cover in case.covers] == [local_day(life.now, life.office.zone)]
    assert case.judge(life.office, life.now).standing is Standing.alarm


def test_days_are_covered_from_the_day_after_to_the_check_again_day(life):
    ends_on = TODAY + timedelta(days=1)
    case_id = life.applied(ends_on)
    life.run()
    row = life.row(case_id)
    (cover,) = found(life, case_id).covers
    assert (cover.from_on, cover.until_on) == (ends_on + timedelta(days=1), row.check_again_on)
    assert cover.issued_at == life.now


def test_a_second_case_for_the_same_title_is_covered_by_the_first(life):
    case_id = life.applied(TODAY + timedelta(days=1))
    life.run()
    with life.db.unit_of_work() as session:
        person = session.get_one(Person, life.case(case_id).person_id)
        second = open_case(
            session,
            person=person,
            concern_id="settlement_permit",
            origin=Origin.hand,
            actor=SYSTEM,
            now=life.now,
        )
        life.receive(session, life.office.id, second.id, life.now)
    case = found(life, second.id)
    assert case.title_id == life.case(case_id).title_id
    assert case.is_covered_elsewhere
    assert case.judge(life.office, life.now).standing is Standing.settled
    assert not found(life, case_id).is_covered_elsewhere


def test_a_case_without_a_title_is_about_the_persons_current_one(life):
    with life.db.unit_of_work() as session:
        person_id = add_person(session, life.office, "Aydın")
        add_title(session, life.office, person_id, SOON, issued_on=date(2024, 1, 1), is_superseded=True)
        current = add_title(session, life.office, person_id, SOON + timedelta(days=5))
        opened = open_case(
            session,
            person=session.get_one(Person, person_id),
            concern_id="naturalisation",
            origin=Origin.hand,
            actor=SYSTEM,
            now=life.now,
        )
        session.execute(update(Case).where(Case.id == opened.id).values(title_id=None))
        life.receive(session, life.office.id, opened.id, life.now)
    case = found(life, opened.id)
    assert (case.title_id, case.outcome.ends_on) == (current, SOON + timedelta(days=5))
    assert case.outcome.code is Code.not_for_title


def test_a_person_the_register_does_not_know_well_is_left_to_a_person(life):
    case_id = life.applied(SOON)
    life.set_person(case_id, family_name="", given_names="Amina", birth_month=0, birth_day=0)
    assert found(life, case_id).outcome.code is Code.title_continues
    life.set_person(case_id, birth_year=0)
    assert found(life, case_id).outcome.code is Code.person_unknown


def test_an_unknown_basis_a_lost_line_and_a_move_are_seen(life):
    case_id = life.applied(SOON)
    life.set_title(case_id, legal_basis="99z")
    case = found(life, case_id)
    assert (case.facts.title, case.outcome.code) == (TitleKind.unknown, Code.title_unknown)
    life.set_title(case_id, legal_basis="16b.1", vanished_on=TODAY)
    assert found(life, case_id).outcome.code is Code.title_vanished
    life.set_person(case_id, moved_away_on=TODAY)
    assert found(life, case_id).outcome.code is Code.moved_away
    life.set_person(case_id, moved_away_on=None)
    with life.db.unit_of_work() as session:
        note_fact(
            session,
            case_id=case_id,
            kind=Note.departure,
            since_on=TODAY,
            actor=life.actor(),
            now=life.now,
        )
    assert found(life, case_id).outcome.code is Code.moved_away


def test_lived_gaps_end_with_the_decision_the_close_or_the_departure(life):
    ends_on = TODAY + timedelta(days=1)
    kinds = ("open", "decided", "closed", "gone")
    ids = {kind: life.applied(ends_on, name=kind.capitalize()) for kind in kinds}
    life.pass_days(5)
    life.decide(ids["decided"], Decision.refused)
    life.close(ids["closed"], CloseReason.renewed)
    life.set_person(ids["gone"], moved_away_on=local_day(life.now, life.office.zone))
    life.pass_days(3)

    def lived(kind, since=TODAY):
        return len(found(life, ids[kind]).lived_gaps(life.office, life.now, since))

    assert {kind: lived(kind) for kind in kinds} == {"open": 6, "decided": 3, "closed": 3, "gone": 3}
    assert lived("open", since=local_day(life.now, life.office.zone)) == 0


def test_cases_of_another_office_are_not_found(life):
    other = life.applied(SOON, cast=life.noise)
    assert found(life, other) is None


def test_the_number_of_statements_does_not_depend_on_the_number_of_cases(life):
    statements = []

    def read(number):
        for _ in range(number):
            life.applied(SOON)
        with life.db.reading() as session:
            list_interim_cases(session, life.office, only=Case.office_id == life.office.id, now=life.now)
            engine = session.get_bind().engine
            statements.clear()
            event.listen(engine, "before_cursor_execute", count)
            cases = list_interim_cases(
                session, life.office, only=Case.office_id == life.office.id, now=life.now
            )
            event.remove(engine, "before_cursor_execute", count)
        return len(cases), len(statements)

    def count(*arguments):
        statements.append(arguments)

    few, many = read(2), read(6)
    assert (few[0], many[0]) == (2, 8)
    assert few[1] == many[1] <= 7


def test_a_title_that_runs_on_by_ordinance_is_confirmed_near_its_real_end_and_explained(life):
    ends_on = TODAY + timedelta(days=40)
    case_id = life.applied(ends_on)
    life.set_title(case_id, ends_on=date(2025, 3, 4))
    assert found(life, case_id).outcome.code is Code.extended_by_ordinance
    life.pass_days(38)
    assert found(life, case_id).outcome.is_extended
    life.run()
    facts = life.context(life.outbox(life.row(case_id).id)[0]).facts
    assert facts.title_ends_on == ends_on
    assert facts.title.endswith("(Karte bis 04.03.2025, durch Verordnung verlängert)")
