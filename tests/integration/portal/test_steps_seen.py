"""What the holder of a code sees of the checking: why a paper will not do, for whom we wait, until when papers help."""

from datetime import date, timedelta

import pytest

from servicedesk.cases.rules import Decision, PaperState
from servicedesk.cases.service import (
    ask_papers,
    await_authority,
    change_paper,
    decide_case,
    doubt_case,
    open_clarification,
    tell_card_ready,
)
from servicedesk.kernel.permissions import SYSTEM
from tests.conftest import NOW


@pytest.fixture
def act(db, vault, letter):
    def run(work, *, now=NOW, writes=False, **more):
        with db.unit_of_work() as session:
            sender = {"vault": vault, "public_url": None} if writes else {}
            return work(session, case_id=letter.case_id, actor=SYSTEM, now=now, **sender, **more)

    return run


def home(browser, language="de"):
    return browser.get(f"/{language}/case").page.words()


def test_a_paper_turned_down_says_why_and_what_to_do_in_the_readers_language(applied, act):
    rejected = {"document_id": "passport", "state": PaperState.rejected}
    act(change_paper, reason_id="unreadable", reason="Seite 2 fehlt.", **rejected)
    words = home(applied)
    assert "Die Unterlage ist nicht gut zu lesen. Machen Sie ein neues Foto" in words
    assert "Seite 2 fehlt." in words
    assert "The document cannot be read well. Take a new photo" in home(applied, "en")
    assert "cannot be read well" in applied.get("/en/case/papers").page.words()
    act(change_paper, document_id="passport", state=PaperState.received)
    assert "nicht gut zu lesen" not in home(applied)


def test_for_whom_we_wait_and_when_we_look_again(applied, act):
    act(await_authority, authority="ba", follow_up_on=date(2026, 12, 14), reason="nur für das Amt")
    words = home(applied)
    assert "Wir warten auf: die Bundesagentur für Arbeit. Am Montag, 14. Dezember 2026 sehen wir" in words
    assert "nur für das Amt" not in words
    act(decide_case, decision=Decision.refused)
    assert "Bundesagentur" not in home(applied)


def test_until_when_papers_help(applied, act):
    day = date(2026, 12, 21)
    act(ask_papers, document_ids=["passport"], bring_by_on=day, writes=True)
    assert "Uns fehlen noch Unterlagen von Ihnen Bitte geben Sie sie ab bis: Montag, 21. Dezember" in home(
        applied
    )


def test_a_conversation_is_offered_and_a_doubt_is_not_shown(applied, act):
    act(doubt_case, reason="Lebensunterhalt nicht gesichert")
    act(open_clarification, writes=True)
    words = home(applied)
    assert "Wir möchten mit Ihnen über Ihren Antrag sprechen" in words
    assert "Lebensunterhalt" not in words
    assert "Ablehnung" not in words


def test_a_card_that_lies_ready(applied, act):
    act(decide_case, decision=Decision.granted)
    assert "Karte liegt bereit" not in home(applied)
    act(tell_card_ready, now=NOW + timedelta(days=20), writes=True)
    assert "Ihre Karte liegt bereit" in home(applied)
