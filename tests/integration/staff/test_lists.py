"""What staff do about lists: answer for somebody, waive with a reason, note a date, take over a changed list."""

from datetime import date

import pytest

from servicedesk.cases.models import Case, CaseAnswers, CaseRequirement
from servicedesk.cases.service import open_case_by_hand
from servicedesk.checklists.errors import ConcernWithdrawn
from servicedesk.register.models import Title
from tests.conftest import NOW
from tests.support.acting import staff
from tests.support.catalogues import OWN_STUDY, release
from tests.support.desk import table_names


@pytest.fixture
def ref(desk):
    return desk.case()


@pytest.fixture
def changed(desk):
    def change():
        with desk.db.unit_of_work() as session:
            release(session, desk.cast, OWN_STUDY, now=NOW)

    return change


def answers_of(desk):
    return {name: one["value"] for row in desk.rows(CaseAnswers) for name, one in row.answers.items()}


def test_staff_answer_what_they_learn_and_take_it_back(desk, boris, ref):
    boris.get(f"/staff/cases/{ref}")
    assert "4 Fragen offen" in boris.page.words()
    boris.follow("Angaben, nach denen sich die Liste richtet")
    boris.submit(rents_home="yes", benefits="no")
    assert boris.path.partition("#")[0] == f"/staff/cases/{ref}"
    assert answers_of(desk) == {"rents_home": True, "benefits": False}
    assert "2 Fragen offen" in boris.page.words()
    boris.get(f"/staff/cases/{ref}/facts")
    assert boris.page.form()[1]["rents_home"] == "yes"
    boris.submit(rents_home="unknown")
    assert answers_of(desk) == {"benefits": False}
    assert "Frage zur Liste beantwortet" in boris.get(f"/staff/cases/{ref}").page.words()


def test_answers_that_cannot_be_true_together_are_told_and_nothing_is_kept(desk, boris):
    ref = desk.case("Ates", "Nur")
    with desk.db.unit_of_work() as session:
        session.query(Case).filter_by(ref=ref).update({"concern_id": "permit_family_foreigner"})
    boris.get(f"/staff/cases/{ref}/facts")
    boris.submit(rents_home="yes", owns_home="yes")
    assert boris.page.title.startswith("Fehler:")
    assert "passt nicht zu dem" in boris.page.errors[0]
    assert answers_of(desk) == {}
    boris.submit(rents_home="no", owns_home="yes")
    assert answers_of(desk) == {"rents_home": False, "owns_home": True}
    boris.get(f"/staff/cases/{ref}/facts")
    boris.submit(rents_home="yes", owns_home="unknown")
    assert answers_of(desk) == {"rents_home": True}, "what is taken back stands in nobody's way"


def test_a_paper_is_waived_with_a_reason_and_dated(desk, boris, ref):
    boris.get(f"/staff/cases/{ref}/papers/enrolment")
    boris.submit(state="waived")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    boris.submit(state="waived", reason="liegt vor")
    assert desk.row(CaseRequirement, document_id="enrolment").reason == "liegt vor"
    boris.get(f"/staff/cases/{ref}/papers/health_insurance")
    date_on_it = {"issued_on-day": "31", "issued_on-month": "2", "issued_on-year": "2026"}
    boris.submit(state="accepted", **date_on_it)
    assert "Diesen Tag gibt es in dem Monat nicht" in boris.page.errors[0]
    boris.submit(state="accepted", **{**date_on_it, "issued_on-day": "1", "issued_on-month": "11"})
    assert desk.row(CaseRequirement, document_id="health_insurance").issued_on == date(2026, 11, 1)
    assert "gilt bis 01.02.2027" in boris.page.words()
    boris.get(f"/staff/cases/{ref}/papers/health_insurance")
    assert boris.page.form()[1]["issued_on-month"] == "11"
    boris.submit(state="received", **{**date_on_it, "issued_on-day": "24", "issued_on-month": "11"})
    assert "liegt in der Zukunft" in boris.page.errors[0]


def test_a_paper_without_a_limit_asks_for_no_date(boris, ref):
    boris.get(f"/staff/cases/{ref}/papers/passport")
    assert "Ausgestellt am" not in boris.page.words()


def test_a_changed_list_is_looked_at_and_taken_over(desk, boris, ref, changed):
    assert "Keine Liste hat sich geändert." in boris.get("/staff/changed-lists").page.words()
    changed()
    boris.get("/staff/changed-lists")
    assert table_names(boris) == ["Çelik, Amina"]
    assert "1 kommt dazu, 9 fallen weg, 1 geändert" in boris.page.words()
    boris.get(f"/staff/cases/{ref}")
    boris.follow("ansehen und entscheiden")
    words = boris.page.words()
    assert "Parkausweis" in words
    assert "wie alt sie sein darf" in words
    boris.press("Neue Liste für diesen Vorgang übernehmen")
    assert boris.path.partition("#")[0] == f"/staff/cases/{ref}"
    assert "Parkausweis" in boris.page.words()
    assert "geänderte Liste übernommen" in boris.page.words()
    assert desk.row(Case, ref=ref).catalogue_version == "own-1"
    boris.get(f"/staff/cases/{ref}/new-list")
    assert boris.path.partition("#")[0] == f"/staff/cases/{ref}", "nothing is left to decide"


def test_the_front_desk_sees_that_a_list_changed_but_decides_nothing(desk, ref, changed):
    changed()
    dmitri = desk.sign_in("dmitri")
    words = dmitri.get(f"/staff/cases/{ref}").page.words()
    assert "Der Katalog hat sich geändert" in words
    assert "ansehen und entscheiden" not in words


def test_what_was_handed_in_stays_when_the_new_list_does_not_ask_for_it(desk, boris, ref, changed):
    boris.get(f"/staff/cases/{ref}")
    boris.press("abgegeben : Nachweis über den Stand des Studiums")
    changed()
    boris.get(f"/staff/cases/{ref}/new-list")
    boris.press("Neue Liste für diesen Vorgang übernehmen")
    assert "steht nicht mehr auf der Liste" in boris.page.words()
    assert desk.row(CaseRequirement, document_id="study_progress").state == "received"


def test_unknown_legal_bases_stand_on_a_list_of_the_office(desk, boris):
    assert "Alle Rechtsgrundlagen sind bekannt." in boris.get("/staff/unknown-bases").page.words()
    ref = desk.case("Ates", "Nur", legal_basis="§ 99z")
    with desk.db.unit_of_work() as session:
        case = session.query(Case).filter_by(ref=ref).one()
        case.concern_id = "permit_other"
        case.title_id = session.query(Title).filter_by(person_id=case.person_id).one().id
    boris.get("/staff/unknown-bases")
    assert "§ 99z 1" in boris.page.words()
    assert "Ates" not in boris.page.words()
    frida = desk.sign_in("frida")
    assert frida.get("/staff/unknown-bases").status == 200


def test_no_case_is_opened_for_a_withdrawn_concern(desk, boris):
    person_id = desk.person("Ates", "Nur")
    address = f"/staff/open/{person_id.hex}"
    boris.get(address)
    assert "Chancenkarte" in boris.page.words()
    gone = {"concern": [{"id": "permit_opportunity_card", "valid_until": "2026-11-22"}]}
    with desk.db.unit_of_work() as session:
        release(session, desk.cast, gone, now=NOW)
    boris.submit(concern="permit_opportunity_card")
    assert boris.page.errors == ["Wählen Sie das Anliegen."]
    assert "Chancenkarte" not in boris.page.words()
    with desk.db.unit_of_work() as session, pytest.raises(ConcernWithdrawn):
        open_case_by_hand(
            session,
            person_id=person_id,
            concern_id="permit_opportunity_card",
            actor=staff(session, desk.cast, "boris"),
            now=NOW,
        )
