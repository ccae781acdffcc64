"""Answers at once lose none; cases opened at once keep one catalogue; a proposal is released once."""

import threading
from datetime import date

import pytest
from sqlalchemy import select

from servicedesk.cases.models import Case, CaseAnswers
from servicedesk.cases.rules import Origin
from servicedesk.cases.service import answer_question, open_case
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.errors import NotADraft
from servicedesk.checklists.models import CatalogueVersion
from servicedesk.checklists.rules import Fact
from servicedesk.checklists.service import propose_version, release_version, start_draft
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.acting import resident, staff
from tests.support.catalogues import OWN_STUDY, TODAY
from tests.support.office import add_person, add_title, load_cast


@pytest.fixture
def cast(real_db):
    with real_db.unit_of_work() as session:
        return load_cast(session, NOW)


def together(*works):
    """Run some works at the same moment; return what each gave or raised."""
    gate, found = threading.Barrier(len(works)), [None] * len(works)

    def start(number, work):
        gate.wait()
        try:
            found[number] = work()
        except Exception as fault:
            found[number] = fault

    threads = [threading.Thread(target=start, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def open_one(session, cast, number):
    person_id = add_person(session, cast.office, file_number=f"R{number}")
    add_title(session, cast.office, person_id, date(2027, 2, 15), legal_basis="16b.1")
    person = session.get_one(Person, person_id)
    return open_case(
        session, person=person, concern_id="permit_study", origin=Origin.due, actor=SYSTEM, now=NOW
    ).id


def test_cases_opened_at_once_keep_the_catalogue_once(real_db, cast):
    def opening(number):
        return lambda: real_db.run(lambda session: open_one(session, cast, number))

    found = together(*(opening(number) for number in range(4)))
    assert not [one for one in found if isinstance(one, Exception)]
    with real_db.reading() as session:
        assert session.scalars(select(CatalogueVersion.version)).all() == [load_catalogue().version]
        assert set(session.scalars(select(Case.catalogue_version))) == {load_catalogue().version}


def test_answers_at_once_lose_none(real_db, cast):
    case_id = real_db.run(lambda session: open_one(session, cast, 1))
    amina = resident(cast.office.id, case_id)
    facts = (Fact.rents_home, Fact.benefits, Fact.private_insurance, Fact.passport_ends_before_title)

    def answering(fact):
        def work(session):
            answer_question(session, case_id=case_id, fact=fact, value=True, actor=amina, now=NOW)

        return lambda: real_db.run(work)

    assert together(*(answering(fact) for fact in facts)) == [None] * len(facts)
    with real_db.reading() as session:
        (stored,) = session.scalars(select(CaseAnswers.answers)).all()
    assert set(stored) == {fact.value for fact in facts}


def test_a_proposal_is_released_once(real_db, cast):
    def propose(session):
        frida = staff(session, cast, "frida")
        version_id = start_draft(
            session, office_id=cast.office.id, own=OWN_STUDY, note="", actor=frida, now=NOW
        )
        propose_version(session, version_id=version_id, actor=frida, now=NOW)
        return version_id

    version_id = real_db.run(propose)

    def release(session):
        eva = staff(session, cast, "eva")
        release_version(session, version_id=version_id, effective_from=TODAY, today=TODAY, actor=eva, now=NOW)

    found = together(*(lambda: real_db.run(release) for _ in range(3)))
    assert sorted(type(one).__name__ for one in found) == ["NoneType", "NotADraft", "NotADraft"]
    assert any(isinstance(one, NotADraft) for one in found)
