"""The job `confirmations`: every step on its day, by itself, once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from servicedesk.cases.models import Case
from servicedesk.db.audit import AuditEvent
from servicedesk.interim.models import InterimConfirmation, InterimRequest
from servicedesk.interim.rules.values import Note
from servicedesk.interim.seal import read_token
from servicedesk.interim.service import advancing, note_fact, request_confirmation
from servicedesk.interim.service.issuing import issue
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.models import Outbox
from servicedesk.offices.models import Office, StaffAbsence
from servicedesk.register.models import ImportRun
from tests.support.interim import TODAY, Life


@pytest.fixture
def life(db, vault, tmp_path):
    return Life(db, vault, tmp_path)


def _choose(life, **choices):
    with life.db.unit_of_work() as session:
        settings = session.scalar(select(Office.settings).where(Office.id == life.office.id))
        session.execute(
            update(Office)
            .where(Office.id == life.office.id)
            .values(settings=settings | {"interim": settings.get("interim", {}) | choices})
        )


def _be_away(life, member, deputy, first_on=TODAY, last_on=TODAY + timedelta(days=40)):
    with life.db.unit_of_work() as session:
        session.add(
            StaffAbsence(
                id=new_id(),
                office_id=life.office.id,
                member_id=life.cast.members[member],
                deputy_id=life.cast.members[deputy],
                first_on=first_on,
                last_on=last_on,
                entered_at=life.now,
                entered_by="staff",
            )
        )


def test_a_proposal_comes_fourteen_days_before_the_end_and_not_earlier(life):
    case_id = life.applied(TODAY + timedelta(days=15))
    assert life.did() == {}
    life.pass_days(1)
    assert life.did() == {"proposed": 1}
    row = life.row(case_id)
    assert (row.state, row.outcome_kind, row.outcome_code) == ("proposed", "issue", "title_continues")
    assert row.assigned_to == life.cast.members["boris"]
    assert (row.title_ends_on, row.valid_from_on) == (TODAY + timedelta(days=15), TODAY + timedelta(days=16))
    assert len(row.status_code) == 10
    assert row.ref.startswith("Z-")
    assert row.token == ""
    assert life.outbox(row.id) == []


def test_nobody_without_an_application_is_proposed(life):
    case_id = life.applied(TODAY + timedelta(days=3), has_applied=False)
    assert life.did() == {}
    assert life.rows(case_id) == []


def test_an_unreleased_proposal_goes_to_the_team_seven_days_before_the_end(life):
    case_id = life.applied(TODAY + timedelta(days=9))
    life.run()
    life.pass_days(1)
    assert life.did() == {}
    life.pass_days(1)
    assert life.did() == {"handed_over": 1}
    row = life.row(case_id)
    assert row.assigned_to is None
    assert row.escalated_at == life.now
    assert life.did() == {}


def test_who_is_away_has_the_proposal_with_the_deputy_from_the_start(life):
    _be_away(life, "boris", "clara")
    case_id = life.applied(TODAY + timedelta(days=9))
    life.run()
    assert life.row(case_id).assigned_to == life.cast.members["clara"]
    life.pass_days(2)
    assert life.did() == {"handed_over": 1}
    assert life.row(case_id).assigned_to == life.cast.members["clara"]


def test_who_goes_away_meanwhile_passes_the_proposal_on(life):
    case_id = life.applied(TODAY + timedelta(days=12))
    life.run()
    _be_away(life, "boris", "clara", first_on=TODAY + timedelta(days=1))
    life.pass_days(1)
    life.run()
    assert life.row(case_id).assigned_to == life.cast.members["clara"]


def test_two_days_before_the_end_the_night_releases_and_issues_what_a_machine_can_check(life):
    case_id = life.applied(TODAY + timedelta(days=9))
    life.run()
    life.pass_days(6)
    assert "issued" not in life.did()
    life.pass_days(1)
    assert life.did() == {"released": 1, "issued": 1}
    row = life.row(case_id)
    assert (row.state, row.is_automatic, row.released_by) == ("issued", True, "system")
    assert row.issued_at == life.now
    (letter,) = life.outbox(row.id)
    assert (letter.kind, letter.channel, letter.state) == ("interim_confirmation", "letter", "pending")
    assert letter.scope_member_id == life.cast.members["boris"]
    acts = life.read(
        select(AuditEvent.action).where(AuditEvent.subject_id == case_id).order_by(AuditEvent.id)
    )
    assert [one for one in acts if "interim" in one] == [
        "propose_interim",
        "hand_over_interim",
        "release_interim",
        "issue_interim",
    ]
    assert life.tasks(case_id) == []


def test_what_is_printed_is_what_is_sealed(life):
    case_id = life.applied(TODAY + timedelta(days=1))
    life.run()
    row = life.row(case_id)
    letter = life.context(life.outbox(row.id)[0])
    with life.db.reading() as session:
        keys = life.desk(session).keyring.public
    sealed = read_token(row.token, keys).facts
    assert letter.token == row.token
    assert row.key_id in keys
    for name in ("name", "birth_date", "file_number", "title", "legal_basis", "employment_condition"):
        assert getattr(letter.facts, name) == getattr(sealed, name)
    assert (sealed.name, sealed.birth_date) == ("Amina Çelik", "17.05.1990")
    assert (sealed.title, sealed.legal_basis) == ("Aufenthaltserlaubnis zum Studium", "§ 16b Abs. 1 AufenthG")
    assert sealed.employment_condition == "Erwerbstätigkeit erlaubt"
    assert sealed.status_code == row.status_code
    assert (sealed.title_ends_on, sealed.issued_on) == (TODAY + timedelta(days=1), TODAY)
    assert sealed.check_again_on == row.check_again_on == date(2027, 2, 24)
    assert letter.law == "§ 81 Abs. 4 Satz 1 AufenthG"


def test_who_applies_at_ten_to_midnight_on_the_last_day_has_it_minutes_later(life):
    # 23:50 in Berlin.
    life.now = datetime(2026, 11, 23, 22, 50, tzinfo=UTC)
    case_id = life.applied(TODAY, received_at=life.now)
    life.now += timedelta(minutes=20)
    assert life.did() == {"proposed": 1, "released": 1, "issued": 1}
    row = life.row(case_id)
    assert row.valid_from_on == TODAY + timedelta(days=1)


def test_one_minute_late_there_is_none(life):
    life.now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    case_id = life.applied(TODAY, received_at=datetime(2026, 11, 23, 23, 1, tzinfo=UTC))
    assert life.did() == {}
    assert life.rows(case_id) == []


def test_an_office_that_releases_by_hand_is_asked_once_and_nothing_is_issued(life):
    _choose(life, automatic=False)
    case_id = life.applied(TODAY + timedelta(days=2))
    assert life.did() == {"proposed": 1, "handed_over": 1, "alarms": 1}
    assert life.states(case_id) == ["proposed"]
    assert life.tasks(case_id) == ["interim_overdue"]
    assert life.did() == {}
    life.pass_days(4)
    assert life.did() == {}


def test_what_no_machine_can_vouch_for_waits_for_a_person(life):
    # Recorded by hand after the end: the evidence has to be looked at.
    case_id = life.applied(TODAY + timedelta(days=30))
    life.set_title(case_id, effective_ends_on=TODAY - timedelta(days=1), ends_on=TODAY - timedelta(days=1))
    with life.db.unit_of_work() as session:
        session.execute(update(Case).where(Case.id == case_id).values(ends_on=TODAY - timedelta(days=1)))
        life.receive(session, life.office.id, case_id, life.now - timedelta(days=3), recorded_at=life.now)
    answer = life.did()
    assert answer == {"proposed": 1, "handed_over": 1, "alarms": 1}
    assert life.row(case_id).is_machine_checked is False
    assert life.states(case_id) == ["proposed"]


def test_where_the_rules_leave_it_to_a_person_there_is_a_task_and_no_release(life):
    case_id = life.applied(TODAY + timedelta(days=10), legal_basis="104c")
    assert life.did() == {"proposed": 1}
    assert life.row(case_id).outcome_kind == "person"
    assert life.tasks(case_id) == ["interim_decide"]
    life.pass_days(9)
    life.run()
    assert life.states(case_id) == ["proposed"]
    assert life.tasks(case_id) == ["interim_decide", "interim_overdue"]


def test_a_second_run_writes_nothing(life):
    for days in (1, 5, 12):
        life.applied(TODAY + timedelta(days=days))
    life.run()

    def rows():
        counted = [
            select(func.count()).select_from(table) for table in (AuditEvent, Outbox, InterimConfirmation)
        ]
        with life.db.reading() as session:
            return [session.scalar(query) for query in counted]

    before = rows()
    assert life.did() == {}
    assert rows() == before


def test_the_neighbours_are_left_alone(life):
    mine, theirs = life.applied(TODAY), life.applied(TODAY, cast=life.noise)
    life.run()
    assert life.states(mine) == ["issued"]
    assert life.states(theirs) == []


def test_many_cases_are_taken_in_parts_and_progress_is_told(life):
    cases = [life.applied(TODAY + timedelta(days=1)) for _ in range(5)]
    told = []
    answer = life.run(part=2, progress=lambda done, of: told.append((done, of)))
    assert answer["issued"] == 5
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert len({life.row(case).status_code for case in cases}) == 5


def test_a_run_that_is_told_to_stop_leaves_the_rest_for_the_next(life):
    for _ in range(3):
        life.applied(TODAY + timedelta(days=1))
    stops = iter([False, True, True, True])
    assert life.run(part=1, should_stop=lambda: next(stops))["issued"] == 1
    assert life.run(part=1)["issued"] == 2


def test_a_list_that_is_too_old_keeps_the_night_from_releasing(life):
    with life.db.unit_of_work() as session:
        session.add(
            ImportRun(
                id=new_id(),
                office_id=life.office.id,
                file_name="liste.csv",
                file_sha256="0" * 64,
                encoding="utf-8",
                delimiter=";",
                mapping="",
                state="done",
                started_at=life.now - timedelta(days=60),
                finished_at=life.now - timedelta(days=60),
                started_by="operator",
            )
        )
    case_id = life.applied(TODAY + timedelta(days=1))
    life.run()
    assert life.states(case_id) == ["proposed"]


def test_one_title_is_confirmed_once_though_two_cases_are_about_it(life):
    first = life.applied(TODAY + timedelta(days=1))
    case = life.case(first)
    second = new_id()
    with life.db.unit_of_work() as session:
        session.add(
            Case(
                id=second,
                office_id=case.office_id,
                ref="V-TWIN-0001",
                person_id=case.person_id,
                title_id=None,
                first_ends_on=case.ends_on,
                ends_on=case.ends_on,
                concern_id="permit_study",
                catalogue_version=case.catalogue_version,
                team_id=case.team_id,
                owner_id=case.owner_id,
                opened_at=life.now,
                opened_by="staff",
                origin="hand",
                ready_by="",
            )
        )
        session.flush()
        life.receive(session, case.office_id, second, life.now)
    life.run()
    assert sorted([*life.states(first), *life.states(second)]) == ["issued"]


def test_without_a_key_nothing_is_issued_and_everybody_is_told(db, vault, tmp_path):
    life = Life(db, vault, tmp_path, has_key=False)
    case_id = life.applied(TODAY + timedelta(days=1))
    answer = life.run()
    assert (answer["released"], answer["issued"], answer["waiting_for_key"]) == (1, 0, 1)
    assert answer["key_alarms"] == ["no_seal_key"]
    row = life.row(case_id)
    assert (row.state, row.token, row.issued_at) == ("released", "", None)
    assert life.outbox(row.id) == []
    assert life.tasks() == ["interim_no_key"]
    life.run()
    assert life.tasks() == ["interim_no_key"]
    life.make_key()
    assert life.did() == {"issued": 1}
    assert life.row(case_id).state == "issued"


def test_facts_that_fit_no_seal_are_not_issued_but_looked_at(life):
    case_id = life.applied(TODAY + timedelta(days=1))
    life.set_title(case_id, employment_condition="Beschäftigung als " + "Pflegefachkraft, " * 120)
    answer = life.did()
    assert (answer["not_sealed"], answer.get("issued")) == (1, None)
    assert life.states(case_id) == ["released"]
    assert life.tasks(case_id) == ["interim_unissued"]
    life.set_title(case_id, employment_condition="Beschäftigung als Pflegefachkraft", digest=b"1" * 16)
    assert life.did() == {"issued": 1}
    assert life.tasks(case_id) == []


def test_one_case_that_cannot_be_handled_keeps_no_other_back(life, monkeypatch):
    cases = [life.applied(TODAY + timedelta(days=1)) for _ in range(4)]
    bad = sorted(cases)[1]

    def stumble(session, desk, writes, case, *more):
        if case.case.case_id == bad:
            raise RuntimeError("nobody foresaw this")
        return issue(session, desk, writes, case, *more)

    with monkeypatch.context() as patch:
        patch.setattr(advancing, "issue", stumble)
        answer = life.did()
    assert (answer["issued"], answer["failed"]) == (3, 1)
    assert [life.states(case) for case in sorted(cases)] == [["issued"], [], ["issued"], ["issued"]]
    assert life.did() == {"proposed": 1, "released": 1, "issued": 1}


def test_a_title_that_left_the_register_after_the_release_is_looked_at(life):
    life.keys, keys = life.keys / "none", life.keys
    case_id = life.applied(TODAY + timedelta(days=1))
    life.run()
    assert life.states(case_id) == ["released"]
    with life.db.unit_of_work() as session:
        session.execute(update(Case).where(Case.id == case_id).values(title_id=new_id()))
    life.keys = keys
    answer = life.did()
    assert (answer["not_sealed"], answer.get("issued")) == (1, None)
    assert "interim_unissued" in life.tasks(case_id)


def test_concerns_that_ask_for_no_title_are_not_even_looked_at(life):
    case_id = life.applied(TODAY + timedelta(days=1))
    with life.db.unit_of_work() as session:
        session.execute(update(Case).where(Case.id == case_id).values(concern_id="travel_doc_refugee"))
    assert life.run()["cases"] == 0
    note = {"case_id": case_id, "kind": Note.applies_for_extension, "actor": SYSTEM, "now": life.now}
    life.act(lambda session, desk: note_fact(session, **note))
    assert life.did() == {"proposed": 1, "released": 1, "issued": 1}


def test_an_unanswered_request_of_the_front_desk_is_an_alarm(life):
    case_id = life.applied(TODAY + timedelta(days=60))
    life.act(request_confirmation, case_id=case_id, note="Arbeitgeber wartet", actor=life.actor("dmitri"))
    assert life.did() == {}
    life.now += timedelta(hours=5)
    assert life.did() == {"requests_overdue": 1}
    assert life.did() == {}
    assert life.tasks(case_id) == ["interim_request", "interim_request_overdue"]
    assert life.requests(case_id)[0].alarmed_at == life.now


def test_a_confirmation_answers_the_front_desk(life):
    case_id = life.applied(TODAY + timedelta(days=1))
    life.act(request_confirmation, case_id=case_id, note="", actor=life.actor("dmitri"))
    life.run()
    (request,) = life.read(select(InterimRequest))
    assert (request.answer, request.answered_by) == ("issued", "system")
    assert life.tasks(case_id) == []
