"""What the holder of a code is told about the interim confirmation, and what not."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from servicedesk.cases.models import Case
from servicedesk.cases.rules import Channel, CloseReason, Decision, Origin
from servicedesk.cases.service import close_case, decide_case, open_case, record_application
from servicedesk.interim.jobs import run_confirmations
from servicedesk.interim.keys import open_keyring
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.rules.values import Note
from servicedesk.interim.service import note_fact, open_desk, withdraw
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.contexts import EndCause
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.portal import enter, send_letter

TODAY = date(2026, 11, 23)
RIGHT = "Ihr Recht gilt auch ohne das Blatt"


@pytest.fixture
def person(db, vault, clock, browser, tmp_path):
    """Somebody with a letter whose title ends in some days; acts below the pages and reads them above."""

    class Somebody:
        def __init__(self, ends_in=10, **letter):
            with db.unit_of_work() as session:
                self.letter = send_letter(
                    session, vault, NOW, ends_on=TODAY + timedelta(days=ends_in), **letter
                )
            enter(browser, self.letter)

        def applies(self):
            with db.unit_of_work() as session:
                record_application(
                    session,
                    vault,
                    case_id=self.letter.case_id,
                    channel=Channel.web,
                    received_at=clock.now(),
                    statement="Ich beantrage die Verlängerung.",
                    actor=SYSTEM,
                    now=clock.now(),
                )
            return self

        def night(self):
            run_confirmations(db, vault, now=clock.now(), open_keys=self.keys)
            return self

        def keys(self, now):
            return open_keyring(tmp_path, now, is_production=False)

        def act(self, work):
            with db.unit_of_work() as session:
                desk = open_desk(
                    session,
                    vault,
                    self.keys(clock.now()),
                    office_id=self.letter.cast.office.id,
                    now=clock.now(),
                )
                work(session, desk)
            return self

        def row(self):
            with db.reading() as session:
                return session.query(InterimConfirmation).one()

        def home(self):
            return browser.get("/de/case/").page.words()

        def page(self, language="de"):
            return browser.get(f"/{language}/case/confirmation").page.words()

    return Somebody


def test_before_the_application_there_is_nothing_to_tell(person, browser):
    somebody = person()
    assert "Zwischenbestätigung" not in browser.get("/de/case/apply").page.words()
    browser.get("/de/case/confirmation")
    assert browser.path == "/de/case/apply"
    assert somebody.letter.code


def test_it_will_come_without_anybody_doing_anything(person):
    somebody = person().applies()
    home = somebody.home()
    assert "Zwischenbestätigung ● kommt bis 01.12.2026" in home
    assert "Wir stellen sie spätestens am 01.12.2026 aus und schicken sie mit der Post." in home
    page = somebody.night().page()
    assert "Sie müssen dafür nichts tun." in page
    assert RIGHT in page
    assert "Das steht im Gesetz: § 81 Abs. 4 Satz 1 AufenthG." in page
    assert "Es ist keine Fiktionsbescheinigung, kein Aufenthaltstitel und kein Reisedokument." in page
    assert "„Ich bitte um eine Fiktionsbescheinigung nach § 81 Abs. 5 AufenthG.“" in page


def test_a_late_hour_of_the_last_day_still_has_its_promise(person):
    assert "kommt bis 24.11.2026" in person(ends_in=0).applies().home()


def test_issued_says_so_and_offers_no_paper_behind_the_code(person, browser):
    somebody = person(ends_in=1).applies().night()
    row = somebody.row()
    assert "✓ ausgestellt am 23.11.2026" in somebody.home()
    page = somebody.page()
    assert "an die Adresse auf dem Umschlag" in page
    assert "bitte neu prüfen bis 24.02.2027. Das ist kein letzter Tag." in page
    assert "Wir drucken das Blatt sofort noch einmal." in page
    for secret in (row.status_code, row.status_code[:5], row.ref, "Lindenweg", "Erwerbstätigkeit erlaubt"):
        assert secret not in page, secret
    links = browser.page.links()
    assert links["Bestätigung prüfen"] == "/de/pruefen"
    assert links["Merkblatt für Ihren Arbeitgeber"] == "/de/pruefen/employers"
    assert not any("/case/" in address and "pdf" in address for address in links.values())
    for text in ("Bestätigung prüfen", "Merkblatt für Ihren Arbeitgeber"):
        assert browser.get(links[text]).status == 200


def test_legal_sentences_stand_in_german_beside_the_translation(person):
    page = person().applies().page("ar")
    assert "Das steht im Gesetz: § 81 Abs. 4 Satz 1 AufenthG." in page
    assert "„Ich bitte um eine Fiktionsbescheinigung nach § 81 Abs. 5 AufenthG.“" in page


@pytest.mark.parametrize("decision", [Decision.granted, Decision.refused, Decision.withdrawn])
def test_a_decision_ends_it_and_the_page_does_not_say_which(person, db, clock, decision):
    somebody = person(ends_in=1).applies().night()
    with db.unit_of_work() as session:
        decide_case(
            session, case_id=somebody.letter.case_id, decision=decision, actor=SYSTEM, now=clock.now()
        )
    somebody.night()
    page = somebody.page()
    assert "▲ gilt nicht mehr seit 23.11.2026" in page
    assert "Wir haben über Ihren Antrag entschieden." in page
    assert RIGHT not in page
    for word in ("erteilt", "abgelehnt", "zurückgenommen"):
        assert word not in page


def test_a_closed_matter_still_says_that_the_paper_is_void(person, db, clock):
    somebody = person(ends_in=1).applies().night()
    case_id = somebody.letter.case_id
    with db.unit_of_work() as session:
        decide_case(session, case_id=case_id, decision=Decision.granted, actor=SYSTEM, now=clock.now())
        close_case(session, case_id=case_id, reason=CloseReason.decided, actor=SYSTEM, now=clock.now())
    somebody.night()
    home = somebody.home()
    assert "Diese Sache ist abgeschlossen" in home
    assert "gilt nicht mehr seit 23.11.2026" in home
    assert "Zeigen Sie die Zwischenbestätigung nicht mehr vor." in home


def test_one_taken_back_says_why_and_that_the_next_step_is_ours(person):
    somebody = person(ends_in=1).applies().night()
    somebody.act(
        lambda session, desk: withdraw(
            session,
            desk,
            confirmation_id=somebody.row().id,
            cause=EndCause.FACTS_WRONG,
            reason="Name falsch",
            actor=SYSTEM,
        )
    )
    page = somebody.page()
    assert "gilt nicht mehr" in page
    assert "Angaben auf der Zwischenbestätigung stimmen nicht." in page
    assert "Name falsch" not in page
    assert "Zeigen Sie die Zwischenbestätigung nicht mehr vor." in page


def test_that_somebody_moved_is_nothing_for_who_opens_the_letter(person, db):
    somebody = person(ends_in=1).applies().night()
    with db.unit_of_work() as session:
        session.execute(
            update(Person).where(Person.id == somebody.letter.person_id).values(moved_away_on=TODAY)
        )
    somebody.night()
    page = somebody.page()
    assert "gilt nicht mehr" in page
    assert "Den Grund haben wir Ihnen mit der Post geschrieben." in page
    assert "umgezogen" not in page


@pytest.mark.parametrize("note", [Note.asylum_application, Note.identity_check])
def test_what_only_the_office_knows_is_not_told(person, clock, note):
    somebody = person().applies()
    somebody.act(
        lambda session, _: note_fact(
            session, case_id=somebody.letter.case_id, kind=note, actor=SYSTEM, now=clock.now()
        )
    )
    page = somebody.page()
    assert "Asyl" not in page
    assert "Identität" not in page


def test_too_late_says_what_helps(person, browser, clock):
    somebody = person(ends_in=0)
    clock.advance(timedelta(days=1))
    somebody.applies()
    enter(browser, somebody.letter)
    page = somebody.page()
    assert "Ihr Antrag kam nach dem Ende Ihres Titels." in page
    assert RIGHT not in page


def test_a_duldung_gets_none_and_the_page_says_what_counts(person):
    page = person(legal_basis="60a", concern_id="tolerated_stay").applies().page()
    assert "nicht vorgesehen" in page
    assert RIGHT not in page


def test_the_other_case_of_the_same_title_points_to_the_first(person, db):
    somebody = person(ends_in=1).applies().night()
    with db.unit_of_work() as session:
        row = session.query(InterimConfirmation).one()
        case = session.get_one(Case, somebody.letter.case_id)
        row.case_id = _second_case(session, case)
    assert "zu einem anderen Antrag" in somebody.page()


def _second_case(session, case):
    return open_case(
        session,
        person=session.get_one(Person, case.person_id),
        concern_id="travel_doc_foreigner",
        origin=Origin.hand,
        actor=SYSTEM,
        now=NOW,
    ).id
