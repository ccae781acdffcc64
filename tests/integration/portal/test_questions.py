"""One question a page behind the code: only what is unknown, never twice, always to be changed."""

import pytest
from sqlalchemy import select

from servicedesk.cases.models import Case, CaseAnswers
from servicedesk.cases.rules import PaperState
from servicedesk.cases.service import change_paper
from servicedesk.kernel.permissions import SYSTEM
from tests.conftest import NOW
from tests.support.catalogues import OWN_STUDY, release
from tests.support.client import Browser, make_app
from tests.support.office import load_cast
from tests.support.portal import enter, send_letter


def answers_of(db):
    with db.reading() as session:
        found = session.scalars(select(CaseAnswers.answers)).first() or {}
    return {name: one["value"] for name, one in found.items()}


def test_questions_come_one_by_one_until_the_list_is_exact(applied, db):
    applied.get("/de/case/papers")
    assert "Beantworten Sie 4 Fragen" in applied.page.words()
    applied.follow("Fragen beantworten")
    headings = []
    while applied.path.startswith("/de/case/papers/questions/"):
        headings.append(applied.page.h1)
        applied.submit(answer="yes" if "Miete" in applied.page.h1 else "no")
        assert len(headings) < 9
    assert headings == [
        "Endet Ihr Pass früher als Ihr Aufenthaltstitel?",
        "Bekommen Sie Geld vom Jobcenter oder vom Sozialamt?",
        "Sind Sie privat krankenversichert?",
        "Wohnen Sie zur Miete?",
    ]
    assert applied.path == "/de/case/papers"
    words = applied.page.words()
    assert "Fragen beantworten" not in words
    assert "wenn Sie" not in words
    assert "Wohnraumnachweis" in words
    assert "privaten Krankenversicherung" not in words
    assert answers_of(db) == {
        "passport_ends_before_title": False,
        "benefits": False,
        "private_insurance": False,
        "rents_home": True,
    }


def test_an_answer_can_be_skipped_and_is_not_asked_again(applied, db):
    applied.get("/de/case/papers/questions")
    first = applied.path
    applied.submit(answer="unknown")
    assert applied.path != first
    applied.get("/de/case/papers/questions")
    assert applied.path != first
    assert answers_of(db) == {"passport_ends_before_title": None}


def test_answers_are_shown_and_changed(applied, db):
    applied.get("/de/case/papers/questions/rents_home")
    applied.submit(answer="yes")
    applied.get("/de/case/papers")
    applied.follow("Ihre Antworten ansehen oder ändern")
    assert "Wohnen Sie zur Miete? Ja" in applied.page.words()
    applied.follow("Ändern : Wohnen Sie zur Miete?")
    assert applied.page.form()[1]["answer"] == "yes"
    applied.submit(answer="no")
    assert answers_of(db) == {"rents_home": False}


def test_no_answer_is_asked_for_again_with_a_sentence(applied, db):
    applied.get("/de/case/papers/questions/rents_home")
    applied.submit()
    assert applied.page.title.startswith("Fehler:")
    assert "Weiß ich nicht" in applied.page.errors[0]
    applied.submit(answer="perhaps")
    assert applied.status == 200
    assert answers_of(db) == {}


@pytest.mark.parametrize("fact", ["no_such", "renewal", "joins_spouse", "turkish_national", "x" * 300])
def test_what_is_not_asked_leads_back_to_the_list(applied, fact):
    assert applied.get(f"/de/case/papers/questions/{fact}").path == "/de/case/papers"


def test_before_the_application_nothing_is_asked(inside):
    for page in ("questions", "questions/rents_home", "answers"):
        assert inside.get(f"/de/case/papers/{page}").path == "/de/case/apply"


def test_an_answer_that_cannot_be_true_is_told_in_plain_words(db, clock, tmp_path, vault):
    with db.unit_of_work() as session:
        letter = send_letter(session, vault, NOW, concern_id="permit_family_foreigner", legal_basis="30")
    browser = Browser(make_app(db, clock, tmp_path, vault))
    enter(browser, letter).press("Antrag stellen")
    browser.get("/de/case/papers/questions/rents_home")
    browser.submit(answer="yes")
    browser.get("/de/case/papers/questions/owns_home")
    assert browser.path == "/de/case/papers/questions/owns_home"
    browser.submit(answer="yes")
    assert "passt nicht zu dem, was wir schon wissen" in browser.page.errors[0]
    assert answers_of(db) == {"rents_home": True}


def test_parents_are_asked_about_their_child(db, clock, tmp_path, vault):
    with db.unit_of_work() as session:
        letter = send_letter(
            session, vault, NOW, concern_id="permit_family_foreigner", legal_basis="32", born=(2016, 5, 17)
        )
    browser = Browser(make_app(db, clock, tmp_path, vault))
    enter(browser, letter, **{"birth_date-year": "2016"}).press("Antrag stellen")
    browser.get("/de/case/papers/questions/private_insurance")
    assert browser.page.h1 == "Ist Ihr Kind privat krankenversichert?"


def test_a_paper_too_old_on_the_day_is_told_before(booked, db, letter):
    with db.unit_of_work() as session:
        case = session.get_one(Case, letter.case_id)
        change_paper(
            session,
            case_id=case.id,
            document_id="health_insurance",
            state=PaperState.accepted,
            issued_on=NOW.date().replace(month=8, day=30),
            actor=SYSTEM,
            now=NOW,
        )
    booked.get("/de/case/papers")
    words = booked.page.words()
    assert "Zu alt am Tag Ihres Termins" in words
    assert "gilt nur bis 30.11.2026" in words


def test_the_office_s_own_words_stand_in_the_reader_s_language(db, clock, tmp_path, vault):
    with db.unit_of_work() as session:
        cast = load_cast(session, NOW)
        release(session, cast, OWN_STUDY, now=NOW)
        letter = send_letter(session, vault, NOW, cast=cast)
    browser = Browser(make_app(db, clock, tmp_path, vault))
    enter(browser, letter, language="tr").submit()
    browser.get("/tr/case/papers")
    words = browser.page.words()
    assert "Park kartı (Parkausweis)" in words
    german = [browser.page.words(node) for node in browser.page.tree.iter() if node.get("lang") == "de"]
    assert "beim Ordnungsamt" in german, "what nobody has translated is marked as German"
