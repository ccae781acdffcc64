"""The checking round and the facts of a case, through the pages: accept, reject, ask, ready, next; and the letters."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from servicedesk.booking.models import Appointment
from servicedesk.booking.service import book_appointment
from servicedesk.cases.jobs import run_checking
from servicedesk.cases.models import Case, CaseFact, CaseRequirement, Task
from servicedesk.cases.rules import PaperState
from servicedesk.cases.service import change_paper
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.models import Outbox
from servicedesk.notices.service import open_context
from servicedesk.offices.models import Desk
from tests.conftest import NOW
from tests.support.desk import TODAY


def applied(desk, browser, family_name, days=40):
    ref = desk.case(family_name, "Amina", TODAY + timedelta(days=days))
    browser.get(f"/staff/cases/{ref}/application")
    browser.submit(note="persönlich vorgesprochen")
    return ref


def buttons(browser):
    return " ".join(browser.page.words(node) for node in browser.page.all("button"))


def set_paper(desk, ref, document_id, state, now=NOW):
    with desk.db.unit_of_work() as session:
        change_paper(
            session,
            case_id=desk.row(Case, ref=ref).id,
            document_id=document_id,
            state=PaperState(state),
            reason="steht im Register" if state == "waived" else "",
            actor=SYSTEM,
            now=now,
        )


def papers_of(browser, ref):
    browser.get(f"/staff/check/{ref}")
    marks = [link.get("href") for link in browser.page.all("a") if link.get("data-open") is not None]
    return [mark.partition("paper=")[2] for mark in marks]


def settle_all(desk, browser, ref, but=()):
    for document_id in papers_of(browser, ref):
        if document_id not in but:
            set_paper(desk, ref, document_id, "waived")


@pytest.fixture
def ref(desk, boris):
    return applied(desk, boris, "Çelik")


def test_a_case_is_ready_only_when_every_paper_is_settled_and_the_gate_closes_again(desk, boris, ref):
    """A30: refused while one is open, opens on the last acceptance, closes when it is turned down again."""
    received_at = desk.row(Case, ref=ref).opened_at
    settle_all(desk, boris, ref, but={"passport"})
    boris.get(f"/staff/check/{ref}")
    assert "entscheidungsreif" not in buttons(boris)
    set_paper(desk, ref, "passport", "received")
    boris.get(f"/staff/check/{ref}")
    boris.press("in Ordnung")
    assert desk.row(CaseRequirement, document_id="passport").state == "accepted"
    boris.press("entscheidungsreif")
    assert desk.row(Case, ref=ref).ready_at == NOW
    assert desk.row(Case, ref=ref).opened_at == received_at
    boris.get(f"/staff/check/{ref}/reject/passport")
    boris.submit(reason="unreadable")
    case = desk.row(Case, ref=ref)
    assert (case.ready_at, case.unready_at) == (None, NOW)
    assert desk.row(CaseRequirement, document_id="passport").reason_id == "unreadable"
    assert [task.kind for task in desk.rows(Task, case_id=case.id, done_at=None)] == ["ready_withdrawn"]
    assert [fact.kind for fact in sorted(desk.rows(CaseFact, case_id=case.id), key=lambda one: one.id)] == [
        "mark_ready",
        "withdraw_ready",
    ]


def test_an_existing_appointment_is_flagged_and_not_deleted(desk, boris, ref):
    settle_all(desk, boris, ref, but={"passport"})
    set_paper(desk, ref, "passport", "accepted")
    boris.get(f"/staff/check/{ref}")
    boris.press("entscheidungsreif")
    desk.open_calendar()
    case_id = desk.row(Case, ref=ref).id
    with desk.db.unit_of_work() as session:
        desk_id = session.scalars(select(Desk.id).where(Desk.ref == "zi-201")).one()
        book_appointment(
            session,
            case_id=case_id,
            desk_id=desk_id,
            starts_local=datetime(2026, 12, 1, 9, 0),
            now=NOW,
            actor=SYSTEM,
            vault=desk.vault,
        )
    flag = "Termin, aber nicht mehr entscheidungsreif"
    assert flag not in boris.get(f"/staff/cases/{ref}").page.words()
    set_paper(desk, ref, "passport", "missing")
    assert desk.row(Appointment, case_id=case_id).state == "booked"
    assert flag in boris.get(f"/staff/cases/{ref}").page.words()
    assert flag in boris.get("/staff/range?show=appointment").page.words()
    assert "Nicht mehr entscheidungsreif: Unterlagen klären" in boris.get("/staff/").page.words()


def test_the_round_is_ordered_and_leads_from_case_to_case(desk, boris, ref):
    sooner = applied(desk, boris, "Berisha", days=9)
    for one in (ref, sooner):
        set_paper(desk, one, "passport", "received")
    boris.get("/staff/check")
    assert boris.page.words().index("Berisha") < boris.page.words().index("Çelik")
    boris.follow("Runde beginnen")
    assert boris.path == f"/staff/check/{sooner}"
    boris.follow("nächster Vorgang")
    assert boris.path == f"/staff/check/{ref}"
    boris.follow("Ende der Runde: zur Liste")
    assert boris.path == "/staff/check"


def test_the_round_of_others_is_not_shown(desk, boris):
    foreign = desk.case("Zorn", "Clara")
    assert boris.get(f"/staff/check/{foreign}").status == 404
    assert boris.get(f"/staff/check/{foreign}/ask").status == 404


def test_a_rejection_without_any_reason_is_refused(desk, boris, ref):
    boris.get(f"/staff/check/{ref}/reject/passport")
    boris.submit(note="")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    boris.submit(note="Der Pass ist eine Fotokopie aus dem Jahr 2011.")
    assert desk.row(CaseRequirement, document_id="passport").reason.startswith("Der Pass ist")


def test_rejections_of_a_round_become_one_letter(desk, boris, ref):
    for document_id, reason in (("passport", "unreadable"), ("enrolment", "too_old")):
        boris.get(f"/staff/check/{ref}/reject/{document_id}")
        boris.submit(reason=reason)
    assert run_checking(desk.db, desk.vault, now=NOW + timedelta(minutes=5))["told"] == 0
    later = NOW + timedelta(minutes=31)
    assert run_checking(desk.db, desk.vault, now=later)["told"] == 1
    assert run_checking(desk.db, desk.vault, now=later + timedelta(hours=1))["told"] == 0
    letter = desk.row(Outbox, kind="paper_rejected_letter")
    with desk.db.reading() as session:
        context = open_context(session, desk.vault, letter.id, letter.context_sealed)
    assert [paper.reason.de for paper in context.papers] == [
        "Die Unterlage ist nicht gut zu lesen.",
        "Die Unterlage ist zu alt.",
    ]


def test_asking_names_the_papers_the_day_and_the_consequence(desk, boris, ref):
    settle_all(desk, boris, ref, but={"passport", "enrolment"})
    boris.get(f"/staff/check/{ref}/reject/passport")
    boris.submit(reason="unreadable")
    boris.follow("nachfordern")
    boris.submit(**{"bring_by-day": "24", "bring_by-month": "11", "bring_by-year": "2026"})
    assert boris.page.errors == [
        "Bis zu diesem Tag bleibt zu wenig Zeit. Nennen Sie frühestens den 30.11.2026."
    ]
    wanted = ["passport", "enrolment"]
    boris.submit(**{"papers": wanted, "bring_by-day": "15", "bring_by-month": "12", "bring_by-year": "2026"})
    letter = desk.row(Outbox, kind="papers_missing_letter")
    with desk.db.reading() as session:
        context = open_context(session, desk.vault, letter.id, letter.context_sealed)
    assert (context.bring_by_on.isoformat(), context.law) == ("2026-12-15", "§ 82 Abs. 1 AufenthG")
    assert len(context.papers) == 2
    # The letter has named what was turned down: no second one follows.
    assert run_checking(desk.db, desk.vault, now=NOW + timedelta(hours=2))["told"] == 0
    run_checking(desk.db, desk.vault, now=NOW + timedelta(days=23))
    assert desk.row(Task, kind="papers_overdue").case_id == desk.row(Case, ref=ref).id


def test_waiting_for_an_authority_has_a_day_and_a_task_on_it(desk, boris, ref):
    boris.get(f"/staff/cases/{ref}/waiting")
    boris.submit(**{"authority": "", "follow_up-day": "1", "follow_up-month": "12", "follow_up-year": "2026"})
    assert boris.page.errors == ["Wählen Sie die Behörde aus der Liste."]
    boris.submit(authority="ba")
    assert "die Bundesagentur für Arbeit" in boris.page.words()
    assert "wartet auf eine andere Behörde" in boris.page.words()
    run_checking(desk.db, desk.vault, now=NOW + timedelta(days=7))
    assert not desk.rows(Task, kind="follow_up")
    run_checking(desk.db, desk.vault, now=NOW + timedelta(days=8))
    run_checking(desk.db, desk.vault, now=NOW + timedelta(days=9))
    assert len(desk.rows(Task, kind="follow_up")) == 1
    boris.get(f"/staff/cases/{ref}")
    boris.press("Antwort ist da")
    assert desk.row(Case, ref=ref).waiting_for is None
    assert desk.row(Task, kind="follow_up").done_at is not None


def test_what_was_entered_by_mistake_is_taken_back_in_time(desk, boris, ref):
    boris.get(f"/staff/cases/{ref}/decide")
    boris.submit(decision="refused")
    boris.press("zurücknehmen")
    case = desk.row(Case, ref=ref)
    assert (case.decision, case.decided_at) == (None, None)
    assert "zurücknehmen" not in buttons(boris)
    assert [fact.kind for fact in sorted(desk.rows(CaseFact), key=lambda one: one.id)] == [
        "decide_case",
        "undo_fact",
    ]


def test_a_card_is_ordered_told_of_and_handed_over(desk, boris, ref):
    boris.get(f"/staff/cases/{ref}/decide")
    boris.submit(decision="granted")
    boris.press("Karte bestellt")
    boris.press("Karte liegt bereit")
    assert "erteilt, Karte liegt bereit" in boris.page.words()
    assert desk.row(Outbox, kind="card_ready_letter").state == "pending"
    boris.press("zurücknehmen")
    assert desk.row(Outbox, kind="card_ready_letter").state == "cancelled"
    assert desk.row(Case, ref=ref).card_state == "ordered"
    boris.press("Karte ausgehändigt")
    assert desk.row(Case, ref=ref).card_state == "handed_over"


def test_what_somebody_was_told_is_not_taken_back(desk, boris, ref):
    boris.get(f"/staff/cases/{ref}/decide")
    boris.submit(decision="granted")
    boris.press("Karte liegt bereit")
    with desk.db.unit_of_work() as session:
        session.execute(update(Outbox).values(channel="email", state="done"))
    boris.press("zurücknehmen")
    assert boris.status == 409
    assert "Dazu ist schon ein Schreiben oder eine Nachricht unterwegs." in boris.page.words()
    assert desk.row(Case, ref=ref).card_state == "ready"


def test_the_front_desk_hands_out_cards_and_checks_no_papers(desk, boris, ref):
    boris.get(f"/staff/cases/{ref}/decide")
    boris.submit(decision="granted")
    dmitri = desk.sign_in("dmitri")
    assert dmitri.get(f"/staff/check/{ref}").status == 403
    dmitri.get(f"/staff/cases/{ref}")
    dmitri.press("Karte ausgehändigt")
    assert desk.row(Case, ref=ref).card_state == "handed_over"


def test_who_is_stuck_or_doubted_gets_a_conversation(desk, boris, ref):
    boris.get("/staff/stuck")
    assert "Überall geht es weiter." in boris.page.words()
    boris.get(f"/staff/cases/{ref}/doubt")
    boris.submit(reason="Lebensunterhalt nicht gesichert")
    boris.get("/staff/stuck")
    assert "Ablehnung wahrscheinlich" in boris.page.words()
    boris.press("Klärungstermin anbieten")
    assert desk.row(Case, ref=ref).clarify_at == NOW
    assert desk.row(Outbox, kind="clarification_letter").state == "pending"


def test_a_case_nobody_touched_for_weeks_becomes_a_task(desk, boris, ref):
    assert run_checking(desk.db, desk.vault, now=NOW + timedelta(weeks=7))["stuck"] == 0
    assert run_checking(desk.db, desk.vault, now=NOW + timedelta(weeks=9))["stuck"] == 1
    run_checking(desk.db, desk.vault, now=NOW + timedelta(weeks=10))
    assert [task.case_id for task in desk.rows(Task, kind="case_stuck")] == [desk.row(Case, ref=ref).id]


def test_a_paper_that_grows_too_old_closes_the_gate_at_night(desk, boris, ref):
    settle_all(desk, boris, ref, but={"enrolment"})
    set_paper(desk, ref, "enrolment", "accepted")
    boris.get(f"/staff/check/{ref}")
    boris.press("entscheidungsreif")
    assert run_checking(desk.db, desk.vault, now=NOW + timedelta(days=1))["closed"] == 0
    assert desk.row(Case, ref=ref).ready_at is not None
    with desk.db.unit_of_work() as session:
        row = session.scalars(select(CaseRequirement).where(CaseRequirement.document_id == "enrolment")).one()
        row.issued_on = TODAY - timedelta(days=2000)
    assert run_checking(desk.db, desk.vault, now=NOW + timedelta(days=1))["closed"] == 1
    assert desk.row(Case, ref=ref).ready_at is None
