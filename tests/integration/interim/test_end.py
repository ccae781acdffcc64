"""A confirmation follows what it rests on: renewal without a gap, and every way it ends."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from servicedesk.cases.models import Application, Case
from servicedesk.cases.rules import CloseReason, Decision
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.rules.values import Note
from servicedesk.interim.service import note_fact, settle_case
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.models import Letter, Outbox
from tests.support.interim import TODAY, Life


@pytest.fixture
def life(db, vault, tmp_path):
    return Life(db, vault, tmp_path)


@pytest.fixture
def issued(life):
    """Return a case with an issued confirmation whose letter was printed."""
    case_id = life.applied(TODAY + timedelta(days=1))
    life.run()
    _print(life, life.row(case_id))
    return case_id


def _print(life, row):
    """Let the letter leave the house."""
    with life.db.unit_of_work() as session:
        outbox = session.scalars(
            select(Outbox).where(Outbox.subject_id == row.id, Outbox.kind == "interim_confirmation")
        ).one()
        outbox.state = "done"
        session.flush()
        session.add(
            Letter(
                id=new_id(),
                outbox_id=outbox.id,
                office_id=outbox.office_id,
                pdf_sealed=b"",
                sha256="0" * 64,
                pages=1,
                rendered_at=life.now,
                printed_at=life.now,
            )
        )


def _told(life, row):
    """Return why the holder was told that it ended, None where they were not."""
    letters = life.outbox(row.id, "interim_ended")
    return life.context(letters[0]).cause.value if letters else None


def test_a_renewal_is_there_before_the_day_to_check_again_and_replaces_the_old_one(life, issued):
    old = life.row(issued)
    life.pass_days((old.check_again_on - TODAY).days - 14)
    assert life.did() == {"proposed": 1}
    assert life.states(issued) == ["issued", "proposed"]
    life.pass_days(12)
    assert life.did() == {"released": 1, "issued": 1, "superseded": 1}
    first, second = life.rows(issued)
    assert (first.state, first.end_reason, second.state, second.sequence) == (
        "superseded",
        "superseded",
        "issued",
        2,
    )
    assert first.ended_at == second.issued_at
    assert second.issued_at.date() < first.check_again_on < second.check_again_on
    assert second.status_code != first.status_code
    letter = life.context(life.outbox(second.id)[0])
    assert letter.is_renewal is True
    assert _told(life, first) is None


def test_an_undecided_case_is_never_without_one_for_a_year_and_more(life):
    case_id = life.applied(TODAY + timedelta(days=20))
    for _ in range(500):
        life.pass_days(1)
        life.run()
    rows = life.rows(case_id)
    assert [row.state for row in rows] == ["superseded"] * (len(rows) - 1) + ["issued"]
    assert len(rows) == 6
    for earlier, later in pairwise(rows):
        assert later.issued_at.date() < earlier.check_again_on


@pytest.mark.parametrize("decision", list(Decision))
def test_a_decision_ends_it_and_the_holder_is_told(life, issued, decision):
    life.pass_days(20)
    life.decide(issued, decision)
    assert life.did() == {"ended": 1}
    row = life.row(issued)
    assert (row.state, row.end_reason, row.ended_by) == ("ended", decision.value, "system")
    assert row.ended_at == life.now
    assert _told(life, row) == "decided"
    assert life.did() == {}


def test_an_edge_that_decides_ends_it_in_the_same_transaction(life, issued):
    life.decide(issued)
    acts = life.act(settle_case, case_id=issued, actor=life.actor())
    assert acts == {"end_interim": 1}
    assert life.row(issued).ended_by.startswith("staff:")
    assert life.did() == {}


def test_a_decision_before_the_release_lets_the_proposal_lapse_and_tells_nobody(life):
    case_id = life.applied(TODAY + timedelta(days=10))
    life.run()
    life.decide(case_id, Decision.refused)
    assert life.did() == {"lapsed": 1}
    row = life.row(case_id)
    assert (row.state, row.end_reason) == ("lapsed", "refused")
    assert life.outbox(row.id) == []


def test_nobody_is_told_about_a_paper_that_never_left_the_house(life):
    case_id = life.applied(TODAY + timedelta(days=1))
    life.run()
    life.decide(case_id)
    life.run()
    row = life.row(case_id)
    assert [(one.kind, one.state) for one in life.outbox(row.id)] == [("interim_confirmation", "cancelled")]


def test_who_was_handed_the_paper_at_the_counter_is_told_though_the_letter_was_stopped(life):
    case_id = life.applied(TODAY + timedelta(days=1))
    life.run()
    with life.db.unit_of_work() as session:
        handed_out = update(InterimConfirmation).where(InterimConfirmation.case_id == case_id)
        session.execute(handed_out.values(handed_out_at=life.now))
    life.decide(case_id)
    life.run()
    row = life.row(case_id)
    assert [(one.kind, one.state) for one in life.outbox(row.id)] == [
        ("interim_confirmation", "cancelled"),
        ("interim_ended", "pending"),
    ]


def test_who_has_confirmed_an_address_gets_an_e_mail_that_says_the_least(life):
    case_id = life.applied(TODAY + timedelta(days=1))
    life.confirm_email(case_id)
    life.run()
    row = life.row(case_id)
    assert [one.kind for one in life.outbox(row.id)] == ["interim_confirmation", "interim_issued_mail"]
    _print(life, row)
    life.decide(case_id)
    life.run()
    kinds = [(one.kind, one.state) for one in life.outbox(row.id)]
    assert kinds[1:] == [
        ("interim_issued_mail", "cancelled"),
        ("interim_ended", "pending"),
        ("interim_ended_mail", "pending"),
    ]


def test_moving_away_ends_it(life, issued):
    life.set_person(issued, moved_away_on=TODAY)
    assert life.did() == {"ended": 1}
    assert (life.row(issued).end_reason, _told(life, life.row(issued))) == ("moved_away", "moved_away")


def test_a_departure_that_a_case_worker_notes_ends_it(life, issued):
    with life.db.unit_of_work() as session:
        note_fact(
            session,
            case_id=issued,
            kind=Note.departure,
            since_on=TODAY,
            actor=life.actor(),
            now=life.now + timedelta(minutes=1),
        )
    life.now += timedelta(minutes=10)
    assert life.did() == {"ended": 1}


def test_a_new_title_in_the_register_ends_it(life, issued):
    life.set_title(issued, is_superseded=True)
    assert life.did() == {"ended": 1}
    assert (life.row(issued).end_reason, _told(life, life.row(issued))) == ("renewed", "renewed")


def test_closing_the_case_ends_it_and_the_letter_about_that_survives(life, issued):
    life.close(issued, CloseReason.opened_in_error)
    assert life.did() == {"ended": 1}
    row = life.row(issued)
    assert row.end_reason == "case_closed"
    assert [one.state for one in life.outbox(row.id, "interim_ended")] == ["pending"]


def test_an_end_moved_into_the_future_ends_it_and_a_new_one_comes_in_its_time(life, issued):
    later = TODAY + timedelta(days=100)
    life.set_title(issued, ends_on=later, effective_ends_on=later, digest=b"2" * 16)
    assert life.did() == {"ended": 1}
    row = life.row(issued)
    assert (row.end_reason, _told(life, row)) == ("end_corrected", "end_corrected")
    with life.db.unit_of_work() as session:
        session.execute(update(Case).where(Case.id == issued).values(ends_on=later))
    life.pass_days(86)
    assert life.did() == {"proposed": 1}


def test_an_end_moved_by_a_few_days_is_printed_anew_without_a_gap(life, issued):
    life.pass_days(10)
    later = TODAY + timedelta(days=3)
    life.set_title(issued, ends_on=later, effective_ends_on=later, digest=b"2" * 16)
    assert life.did() == {"proposed": 1, "released": 1, "issued": 1, "superseded": 1}
    first, second = life.rows(issued)
    assert first.ended_at == second.issued_at
    assert second.title_ends_on == TODAY + timedelta(days=3)


def test_an_end_moved_before_the_application_is_a_persons_to_judge(life, issued):
    earlier = TODAY - timedelta(days=9)
    life.set_title(issued, ends_on=earlier, effective_ends_on=earlier, digest=b"2" * 16)
    assert life.did() == {}
    assert life.states(issued) == ["issued"]
    assert life.tasks(issued) == ["interim_review"]


@pytest.mark.parametrize(
    ("change", "printed"),
    [
        ({"family_name": "Çelik-Neu"}, ("name", "Amina Çelik-Neu")),
        ({"birth_day": 18}, ("birth_date", "18.05.1990")),
    ],
)
def test_a_person_who_is_written_otherwise_now_gets_a_new_one(life, issued, change, printed):
    life.set_person(issued, **change)
    life.set_title(issued, digest=b"2" * 16)
    assert life.did() == {"proposed": 1, "released": 1, "issued": 1, "superseded": 1}
    letter = life.context(life.outbox(life.row(issued).id)[0])
    assert getattr(letter.facts, printed[0]) == printed[1]
    assert life.did() == {}


def test_another_employment_condition_is_printed_at_once(life, issued):
    life.set_title(issued, employment_condition="Erwerbstätigkeit nicht gestattet", digest=b"2" * 16)
    assert life.did() == {"proposed": 1, "released": 1, "issued": 1, "superseded": 1}


def test_another_address_changes_no_confirmation(life, issued):
    life.set_person(issued, street="Neue Straße")
    life.set_title(issued, digest=b"2" * 16)
    assert life.run()["cases"] == 1
    assert life.states(issued) == ["issued"]
    assert life.row(issued).line_digest == b"2" * 16
    assert life.run()["cases"] == 0


def test_a_corrected_receipt_is_printed_anew(life, issued):
    with life.db.unit_of_work() as session:
        first = session.scalars(select(Application).where(Application.case_id == issued)).one()
        life.receive(
            session,
            life.office.id,
            issued,
            first.received_at - timedelta(days=3),
            recorded_at=life.now + timedelta(minutes=1),
            supersedes_id=first.id,
        )
    life.now += timedelta(minutes=10)
    assert life.did() == {"proposed": 1, "released": 1, "issued": 1, "superseded": 1}
    assert life.context(life.outbox(life.row(issued).id)[0]).facts.received_on == date(2026, 11, 20)


def test_an_asylum_application_that_is_noted_is_a_persons_to_judge(life, issued):
    life.act(
        lambda session, desk: note_fact(
            session,
            case_id=issued,
            kind=Note.asylum_application,
            actor=SYSTEM,
            now=life.now + timedelta(minutes=1),
        )
    )
    life.now += timedelta(minutes=10)
    life.run()
    assert life.states(issued)[0] == "issued"
    assert life.tasks(issued) != []
