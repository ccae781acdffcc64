"""The list of one case: frozen with its catalogue, made exact by the register and by answers, changed by staff."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select, update

from servicedesk.cases.errors import (
    CaseClosed,
    IssuedInFuture,
    ListUnchanged,
    QuestionUnknown,
    ReasonMissing,
)
from servicedesk.cases.models import Case, CaseRequirement
from servicedesk.cases.queries import build_scope, get_case_page
from servicedesk.cases.queries.changed_lists import list_changed_lists
from servicedesk.cases.queries.checklist import find_pending_change, load_checklist
from servicedesk.cases.queries.resident import get_resident_view
from servicedesk.cases.queries.worklist import list_open_matters
from servicedesk.cases.rules import Channel, CloseReason, Origin, PaperState
from servicedesk.cases.service import (
    Evidence,
    adopt_catalogue,
    answer_question,
    change_paper,
    close_case,
    forget_answer,
    open_case,
    record_application,
)
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.checklists.models import CatalogueVersion
from servicedesk.checklists.rules import Fact
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.register.models import Person, Title
from tests.conftest import NOW
from tests.support.acting import resident, staff
from tests.support.catalogues import OWN_STUDY, TODAY, release
from tests.support.office import add_person, add_title

ENDS = date(2027, 2, 15)


@pytest.fixture
def session(db, cast):
    with db.unit_of_work() as session:
        yield session


@pytest.fixture
def boris(session, cast):
    return staff(session, cast, "boris")


def new_case(session, cast, concern_id="permit_study", basis="16b.1", **person):
    title = {key: person.pop(key) for key in ("passport_ends_on",) if key in person}
    person_id = add_person(session, cast.office, **person)
    title_id = add_title(session, cast.office, person_id, ENDS, legal_basis=basis)
    if title:
        session.execute(update(Title).where(Title.id == title_id).values(**title))
    opened = open_case(
        session,
        person=session.get_one(Person, person_id),
        concern_id=concern_id,
        origin=Origin.due,
        actor=SYSTEM,
        now=NOW,
    )
    session.flush()
    return session.get_one(Case, opened.id)


def checklist(session, case, today=TODAY):
    session.expire_all()
    return load_checklist(session, case, session.get_one(Person, case.person_id), today=today)


def listed(session, case):
    return {line.document.id: line for line in checklist(session, case).requirements}


def answer(session, case, actor, **values):
    for name, value in values.items():
        answer_question(session, case_id=case.id, fact=Fact(name), value=value, actor=actor, now=NOW)


def test_a_new_case_keeps_the_version_it_was_opened_with(session, cast):
    case = new_case(session, cast)
    assert case.catalogue_version == load_catalogue().version
    stored = session.scalars(select(CatalogueVersion.version)).all()
    assert stored == [load_catalogue().version], "and that version can be read for as long as the case lives"


def test_a_new_catalogue_leaves_open_cases_alone_until_staff_decide(session, cast, boris):
    case = new_case(session, cast)
    release(session, cast, OWN_STUDY, now=NOW)
    assert "parking_note" not in listed(session, case)
    person = session.get_one(Person, case.person_id)
    pending = find_pending_change(session, case, person, today=TODAY)
    assert pending.version == "own-1"
    assert [line.document.id for line in pending.difference.added] == ["parking_note"]
    assert "study_progress" in {line.document.id for line in pending.difference.removed}
    assert [line.after.document.id for line in pending.difference.changed] == ["health_insurance"]
    adopt_catalogue(session, case_id=case.id, version="own-1", actor=boris, now=NOW)
    assert "parking_note" in listed(session, case)
    assert find_pending_change(session, case, person, today=TODAY) is None
    entry = session.scalars(select(AuditEvent).where(AuditEvent.action == "adopt_catalogue")).one()
    assert entry.details["added"] == ["parking_note"]
    assert entry.details["was"] == load_catalogue().version


def test_a_change_somebody_else_took_over_is_not_taken_over_twice(session, cast, boris):
    case = new_case(session, cast)
    with pytest.raises(ListUnchanged):
        adopt_catalogue(session, case_id=case.id, version="own-1", actor=boris, now=NOW)
    release(session, cast, OWN_STUDY, now=NOW)
    with pytest.raises(ListUnchanged):
        adopt_catalogue(session, case_id=case.id, version="own-9", actor=boris, now=NOW)
    with pytest.raises(NotAllowed):
        dmitri = staff(session, cast, "dmitri")
        adopt_catalogue(session, case_id=case.id, version="own-1", actor=dmitri, now=NOW)


def test_a_change_that_touches_nobody_is_not_shown(session, cast):
    case = new_case(session, cast, concern_id="tolerated_stay", basis="60a")
    release(session, cast, OWN_STUDY, now=NOW)
    person = session.get_one(Person, case.person_id)
    assert find_pending_change(session, case, person, today=TODAY) is None


def test_cases_opened_later_follow_the_office(session, cast):
    release(session, cast, OWN_STUDY, now=NOW)
    case = new_case(session, cast)
    assert case.catalogue_version == "own-1"
    assert "parking_note" in listed(session, case)


def test_changed_lists_are_found_in_scope_by_end_date(session, cast, boris):
    mine = new_case(session, cast)
    new_case(session, cast, family_name="Zorn")
    new_case(session, cast, concern_id="tolerated_stay", basis="60a", family_name="Dogan")
    scope = build_scope(session, boris)
    assert list_changed_lists(session, scope, now=NOW) == ()
    release(session, cast, OWN_STUDY, now=NOW)
    (found,) = list_changed_lists(session, scope, now=NOW)
    assert (found.case_ref, len(found.difference.added)) == (mine.ref, 1)
    assert len(list_changed_lists(session, build_scope(session, staff(session, cast, "eva")), now=NOW)) == 2
    everything = build_scope(session, staff(session, cast, "eva"))
    assert len(list_changed_lists(session, everything, now=NOW, limit=1)) == 1


def test_the_register_answers_what_it_can(session, cast):
    early = new_case(session, cast, passport_ends_on=date(2027, 1, 1))
    assert listed(session, early)["passport_efforts"].is_mandatory
    late = new_case(session, cast, family_name="Dogan", passport_ends_on=date(2028, 1, 1))
    assert "passport_efforts" not in listed(session, late)
    unknown = new_case(session, cast, family_name="Erdem")
    assert listed(session, unknown)["passport_efforts"].condition
    asked = {info.fact for info in checklist(session, late).questions}
    assert Fact.passport_ends_before_title not in asked
    assert Fact.passport_ends_before_title in {info.fact for info in checklist(session, unknown).questions}


def test_a_household_of_the_register_is_family_here(session, cast):
    alone = new_case(session, cast, concern_id="eu_long_term_residence", household_key="H1")
    assert listed(session, alone)["payslips_family"].condition
    add_person(session, cast.office, family_name="Celik", given_names="Nur", household_key="H1")
    session.flush()
    assert listed(session, alone)["payslips_family"].is_mandatory
    gone = add_person(session, cast.office, household_key="H2", moved_away_on=date(2026, 1, 1))
    assert gone
    left = new_case(
        session, cast, concern_id="eu_long_term_residence", family_name="Ates", household_key="H2"
    )
    assert listed(session, left)["payslips_family"].condition


def test_an_answer_settles_its_lines_and_is_never_asked_again(session, cast):
    case = new_case(session, cast)
    amina = resident(cast.office.id, case.id)
    assert Fact.rents_home in {info.fact for info in checklist(session, case).questions}
    answer(session, case, amina, rents_home=True, benefits=True)
    lines = listed(session, case)
    assert lines["landlord_form"].is_mandatory
    assert "health_insurance" not in lines
    asked = {info.fact for info in checklist(session, case).questions}
    assert not asked & {Fact.rents_home, Fact.benefits}
    entries = session.scalars(select(AuditEvent.details).where(AuditEvent.action == "answer_question")).all()
    assert {"fact": "rents_home", "by": "person"} in entries, "what was answered stands in no log"


def test_a_skipped_question_is_not_asked_again_and_its_line_stays_conditional(session, cast):
    case = new_case(session, cast)
    amina = resident(cast.office.id, case.id)
    answer(session, case, amina, rents_home=None)
    assert listed(session, case)["landlord_form"].condition == "wenn Sie zur Miete wohnen"
    assert Fact.rents_home not in {info.fact for info in checklist(session, case).questions}
    forget_answer(session, case_id=case.id, fact=Fact.rents_home, actor=amina, now=NOW)
    assert Fact.rents_home in {info.fact for info in checklist(session, case).questions}


def test_answers_that_cannot_be_true_are_refused_and_a_changed_mind_is_not(session, cast):
    case = new_case(session, cast, concern_id="permit_family_foreigner", basis="30")
    amina = resident(cast.office.id, case.id)
    answer(session, case, amina, rents_home=True)
    with pytest.raises(ContradictoryFacts):
        answer(session, case, amina, owns_home=True)
    assert checklist(session, case).facts.sheet.of(Fact.owns_home) is False
    answer(session, case, amina, rents_home=False)
    answer(session, case, amina, owns_home=True)
    assert listed(session, case)["land_register"].is_mandatory


def test_what_the_register_knows_and_what_does_not_matter_is_not_to_be_answered(session, cast):
    case = new_case(session, cast, passport_ends_on=date(2028, 1, 1))
    amina = resident(cast.office.id, case.id)
    for fact in ("passport_ends_before_title", "joins_spouse", "renewal", "turkish_national"):
        with pytest.raises(QuestionUnknown):
            answer(session, case, amina, **{fact: True})


def test_a_closed_case_takes_no_answers(session, cast, boris):
    case = new_case(session, cast)
    close_case(session, case_id=case.id, reason=CloseReason.opened_in_error, note="", actor=boris, now=NOW)
    for act in (answer_question, forget_answer):
        more = {"value": True} if act is answer_question else {}
        with pytest.raises(CaseClosed):
            act(session, case_id=case.id, fact=Fact.rents_home, actor=boris, now=NOW, **more)


def test_a_waiver_says_why_and_a_date_lies_not_ahead(session, cast, boris):
    case = new_case(session, cast)
    paper = {"case_id": case.id, "document_id": "enrolment", "actor": boris, "now": NOW}
    with pytest.raises(ReasonMissing):
        change_paper(session, state=PaperState.waived, **paper)
    with pytest.raises(IssuedInFuture):
        change_paper(session, state=PaperState.received, issued_on=date(2026, 11, 24), **paper)
    change_paper(session, state=PaperState.waived, reason="liegt der Hochschule vor", **paper)
    row = session.scalars(select(CaseRequirement)).one()
    assert (row.state, row.reason) == ("waived", "liegt der Hochschule vor")


def apply_for(session, vault, case):
    record_application(
        session,
        vault,
        case_id=case.id,
        channel=Channel.counter,
        received_at=NOW,
        statement="Antrag",
        actor=SYSTEM,
        now=NOW,
        evidence=Evidence.note("Vermerk"),
    )


def test_an_accepted_paper_grows_old_and_then_is_missing_again(session, cast, boris, vault):
    case = new_case(session, cast)
    apply_for(session, vault, case)
    paper = {"case_id": case.id, "document_id": "health_insurance", "actor": boris, "now": NOW}
    change_paper(session, state=PaperState.accepted, issued_on=date(2026, 11, 1), **paper)
    scope, amina = build_scope(session, boris), resident(cast.office.id, case.id)

    def line(now, appointment_at=None):
        session.expire_all()
        page = get_case_page(session, scope, case.ref, now=now, appointment_at=appointment_at)
        (found,) = [one for one in page.papers if one.document_id == "health_insurance"]
        return found, page.facts.papers_missing

    before, missing = line(NOW)
    assert (before.state, before.freshness.good_until) == (PaperState.accepted, date(2027, 2, 1))
    flagged, _ = line(NOW, NOW + timedelta(days=71))
    assert flagged.freshness.is_stale_at_appointment
    assert not line(NOW, NOW + timedelta(days=70))[0].freshness.is_stale_at_appointment
    later = NOW + timedelta(days=71)
    after, missing_then = line(later)
    assert after.state is PaperState.stale
    assert missing_then == missing + 1
    view = get_resident_view(session, amina, cast.office, now=NOW, appointment_on=date(2027, 2, 2))
    (seen,) = [one for one in view.papers if one.requirement.document.id == "health_insurance"]
    assert seen.freshness.is_stale_at_appointment
    (matter,) = list_open_matters(session, scope, now=later, booked={})
    assert matter.facts.papers_missing == missing_then, "every list counts alike"


def test_without_a_date_on_it_a_paper_ages_from_the_day_it_came(session, cast, boris):
    case = new_case(session, cast)
    paper = {"case_id": case.id, "document_id": "health_insurance", "actor": boris}
    change_paper(session, state=PaperState.received, now=NOW, **paper)
    change_paper(session, state=PaperState.accepted, now=NOW + timedelta(days=20), **paper)
    row = session.scalars(select(CaseRequirement)).one()
    assert row.received_at == NOW, "checking a paper makes it no younger"
    change_paper(session, state=PaperState.rejected, reason="alt", now=NOW + timedelta(days=21), **paper)
    change_paper(session, state=PaperState.received, now=NOW + timedelta(days=30), **paper)
    session.expire_all()
    row = session.scalars(select(CaseRequirement)).one()
    assert (row.received_at, row.issued_on) == (NOW + timedelta(days=30), None)


def test_work_lists_and_case_pages_count_the_same(session, cast, vault):
    eva = staff(session, cast, "eva")
    scope = build_scope(session, eva)
    cases = [
        new_case(session, cast, "permit_study", "16b.1", passport_ends_on=date(2027, 1, 1)),
        new_case(session, cast, "permit_family_foreigner", "30", family_name="Dogan", born=(2016, 1, 1)),
        new_case(session, cast, "eu_long_term_residence", family_name="Ates", household_key="H1"),
        new_case(session, cast, "tolerated_stay", "60a", family_name="Zorn"),
    ]
    add_person(session, cast.office, family_name="Ates", given_names="Nur", household_key="H1")
    for case in cases:
        apply_for(session, vault, case)
    answer(session, cases[0], eva, benefits=True, rents_home=True)
    answer(session, cases[1], eva, one_parent_abroad=True)
    session.flush()
    session.expire_all()
    counted = {
        matter.case_id: matter.facts.papers_missing
        for matter in list_open_matters(session, scope, now=NOW, booked={})
    }
    shown = {case.id: get_case_page(session, scope, case.ref, now=NOW).facts.papers_missing for case in cases}
    assert counted == shown
    assert len(set(shown.values())) > 1


def test_a_list_costs_few_statements(db, session, cast):
    case = new_case(session, cast, concern_id="eu_long_term_residence")
    person = session.get_one(Person, case.person_id)
    seen = []

    def note(*call):
        seen.append(call[2])

    event.listen(db.engine, "before_cursor_execute", note)
    load_checklist(session, case, person, today=TODAY)
    event.remove(db.engine, "before_cursor_execute", note)
    assert 1 <= len(seen) <= 2, seen
