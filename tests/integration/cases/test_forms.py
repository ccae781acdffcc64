"""Every form of the office from the first question to the file: kept sealed, sent once, its requirement moved."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from servicedesk.cases.errors import CaseClosed, FormAlreadySent, FormIncomplete, FormNotFound
from servicedesk.cases.models import Case, CaseAnswers, CaseRequirement, FormDraft, SubmittedForm
from servicedesk.cases.queries.checklist import load_checklist
from servicedesk.cases.queries.forms import find_sent, list_case_forms, load_form
from servicedesk.cases.rules import CloseReason, Origin, PaperState
from servicedesk.cases.service import change_paper, close_case, fill_in, open_case, submit_form
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.errors import ContradictoryFacts
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.acting import resident
from tests.support.catalogues import TODAY, release
from tests.support.forms import fill, send
from tests.support.office import add_person

CONCERNS = {
    "title_application": ("permit_study", PaperState.received),
    "certificate_application": ("tolerated_stay", None),
    "travel_document_application": ("travel_doc_refugee", None),
    "card_application": ("transfer_new_passport", None),
    "naturalisation_application": ("naturalisation", PaperState.received),
    "guest_data": ("sponsorship_declaration", PaperState.received),
    "cohabitation": ("permit_family_german", PaperState.announced),
    "pickup_proxy": ("eat_pickup", PaperState.announced),
    "landlord_statement": ("permit_study", PaperState.announced),
}
"""Each form with a concern, and where its requirement stands after sending; None: the list does not ask for it."""


@pytest.fixture
def session(db, cast):
    with db.unit_of_work() as session:
        yield session


@pytest.fixture
def new_case(session, cast):
    def make(concern_id="permit_study", **person):
        person_id = add_person(session, cast.office, **person)
        opened = open_case(
            session,
            person=session.get_one(Person, person_id),
            concern_id=concern_id,
            origin=Origin.hand,
            actor=SYSTEM,
            now=NOW,
        )
        return session.get_one(Case, opened.id)

    return make


def paper_of(session, case, document_id):
    row = session.get(CaseRequirement, (case.id, document_id))
    return PaperState(row.state) if row else None


def test_the_table_of_this_test_has_every_form():
    assert set(CONCERNS) == set(load_catalogue().forms)


@pytest.mark.parametrize("form_id", CONCERNS)
def test_every_form_can_be_filled_in_and_reaches_the_office(session, vault, cast, new_case, form_id):
    concern_id, state = CONCERNS[form_id]
    case = new_case(concern_id)
    me = resident(cast.office.id, case.id)
    ref = send(session, vault, case, form_id, actor=me, now=NOW)
    sent = find_sent(session, vault, case, form_id)
    assert (sent.line.ref, sent.line.number, sent.line.received_at) == (ref, 1, NOW)
    assert sent.line.locale == "ar"
    assert sent.filling.known["family_name"]
    assert sent.filling.find_next() is None
    assert paper_of(session, case, sent.form.document_id) is state
    assert session.scalars(select(FormDraft).where(FormDraft.case_id == case.id)).all() == []
    note = session.scalars(select(AuditEvent).where(AuditEvent.action == "submit_form")).one()
    assert note.details["ref"] == ref


def test_what_the_form_says_is_not_asked_again_for_the_list(session, vault, cast, new_case):
    case = new_case()
    send(session, vault, case, "title_application", actor=resident(cast.office.id, case.id), now=NOW)
    answers = session.scalars(select(CaseAnswers.answers).where(CaseAnswers.case_id == case.id)).one()
    assert answers["rents_home"]["value"] is True
    assert answers["rents_home"]["by"] == "person"


def test_what_the_case_knows_is_not_asked_in_the_form(session, vault, cast, new_case):
    case = new_case()
    me = resident(cast.office.id, case.id)
    send(session, vault, case, "title_application", actor=me, now=NOW)
    file = load_form(session, vault, case, "title_application", today=TODAY)
    assert "rents_home" not in {one.id for one in file.filling.list_asked()}
    assert "warm_rent" in {one.id for one in file.filling.list_asked()}


def test_an_unanswered_question_keeps_the_form_here(session, vault, cast, new_case):
    case = new_case()
    me = resident(cast.office.id, case.id)
    file = fill(session, vault, case, "title_application", actor=me, now=NOW, stop="insurer")
    assert file.filling.find_next().id == "insurer"
    with pytest.raises(FormIncomplete):
        submit_form(
            session, vault, case_id=case.id, form_id="title_application", locale="de", actor=me, now=NOW
        )
    assert session.scalars(select(SubmittedForm)).all() == []
    assert load_form(session, vault, case, "title_application", today=TODAY).filling.values


def test_a_fact_nobody_knows_leaves_out_what_hangs_on_it(session, vault, cast, new_case):
    case = new_case()
    me = resident(cast.office.id, case.id)
    answers = {"has_passport": "unknown", "married": "unknown"}
    send(session, vault, case, "title_application", actor=me, now=NOW, **answers)
    shown = {one.id for one in find_sent(session, vault, case, "title_application").filling.list_shown()}
    assert {"has_passport", "married"} <= shown
    assert not shown & {"passport_number", "passport_efforts", "spouse_name"}


def test_two_answers_of_one_form_that_cannot_both_be_true_are_refused_and_the_first_stays(
    session, vault, cast, new_case
):
    case = new_case()
    me = resident(cast.office.id, case.id)
    fill(session, vault, case, "title_application", actor=me, now=NOW, rents_home="no", owns_home="yes")
    place = {"case_id": case.id, "form_id": "title_application", "actor": me, "now": NOW}
    with pytest.raises(ContradictoryFacts):
        fill_in(session, vault, **place, field_id="rents_home", value="yes")
    file = load_form(session, vault, case, "title_application", today=TODAY)
    assert file.filling.values["rents_home"] == "no"


def test_what_the_office_learns_meanwhile_outweighs_the_draft(session, vault, cast, new_case):
    case = new_case()
    me = resident(cast.office.id, case.id)
    fill(session, vault, case, "title_application", actor=me, now=NOW)
    answered = {"owns_home": {"value": True, "by": "office", "at": NOW.isoformat()}}
    session.add(CaseAnswers(case_id=case.id, office_id=case.office_id, answers=answered, changed_at=NOW))
    session.flush()
    session.expire_all()
    submit_form(session, vault, case_id=case.id, form_id="title_application", locale="de", actor=me, now=NOW)
    shown = find_sent(session, vault, case, "title_application").filling
    assert shown.value_of(shown.form.find_field("rents_home")) == "no"
    assert "warm_rent" not in {one.id for one in shown.list_shown()}


def test_a_correction_supersedes_and_must_be_looked_at_again(session, vault, cast, new_case):
    case = new_case("naturalisation")
    me = resident(cast.office.id, case.id)
    first = send(session, vault, case, "naturalisation_application", actor=me, now=NOW)
    change_paper(
        session,
        case_id=case.id,
        document_id="application_form",
        state=PaperState.accepted,
        actor=SYSTEM,
        now=NOW,
    )
    later = NOW + timedelta(days=1)
    second = send(session, vault, case, "naturalisation_application", actor=me, now=later, insurer="TK")
    assert first != second
    assert [find_sent(session, vault, case, "naturalisation_application", n).line.ref for n in (1, 2)] == [
        first,
        second,
    ]
    assert paper_of(session, case, "application_form") is PaperState.received


def test_the_same_draft_is_not_sent_twice(session, vault, cast, new_case):
    case = new_case()
    me = resident(cast.office.id, case.id)
    send(session, vault, case, "title_application", actor=me, now=NOW)
    with pytest.raises(FormAlreadySent):
        submit_form(
            session, vault, case_id=case.id, form_id="title_application", locale="de", actor=me, now=NOW
        )


def test_a_closed_case_takes_no_form_and_keeps_no_draft(session, vault, cast, new_case):
    case = new_case()
    me = resident(cast.office.id, case.id)
    fill(session, vault, case, "title_application", actor=me, now=NOW, stop="married")
    close_case(session, case_id=case.id, reason=CloseReason.moved_away, actor=SYSTEM, now=NOW)
    assert session.scalars(select(FormDraft)).all() == []
    with pytest.raises(CaseClosed):
        fill(session, vault, case, "title_application", actor=me, now=NOW)


def test_a_form_of_another_matter_is_not_found(session, vault, cast, new_case):
    case = new_case()
    with pytest.raises(FormNotFound):
        fill(session, vault, case, "guest_data", actor=resident(cast.office.id, case.id), now=NOW)


def test_an_office_words_its_own_form_and_a_draft_keeps_the_words_it_began_with(
    session, vault, cast, new_case
):
    case = new_case()
    me = resident(cast.office.id, case.id)
    before = fill(session, vault, case, "title_application", actor=me, now=NOW, stop="married")
    own = {"form": [{"id": "title_application", "name": "Unser Antrag"}]}
    release(session, cast, own, now=NOW)
    kept = load_form(session, vault, case, "title_application", today=TODAY)
    assert kept.form.name == before.form.name
    other = new_case(family_name="Anders", file_number="X-2")
    assert load_form(session, vault, other, "title_application", today=TODAY).form.name == "Unser Antrag"


def test_the_list_of_forms_says_how_far_each_is(session, vault, cast, new_case):
    case = new_case()
    person = session.get_one(Person, case.person_id)
    me = resident(cast.office.id, case.id)

    def lines():
        checklist = load_checklist(session, case, person, today=TODAY)
        return {one.form.id: one for one in list_case_forms(session, case, checklist, today=TODAY)}

    assert set(lines()) == {"title_application", "landlord_statement"}
    fill(session, vault, case, "title_application", actor=me, now=NOW, stop="married")
    assert lines()["title_application"].draft_at == NOW
    send(session, vault, case, "title_application", actor=me, now=NOW)
    line = lines()["title_application"]
    assert (line.draft_at, line.latest.number, line.is_listed) == (None, 1, True)
