"""Ordering all blank lists for the rack from the browser, and the worker that draws them."""

from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest

from servicedesk.checklists.models import RackPrint
from servicedesk.checklists.queries.racks import has_waiting_racks, list_racks
from servicedesk.checklists.rules.racks import GIVEN_UP_AFTER, KEPT, TOO_OLD_AFTER
from servicedesk.checklists.service.racks import drop_old_racks, note_drawn, stop_rack, take_rack
from servicedesk.jobs import racks
from servicedesk.jobs.racks import draw_racks
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.letters import LettersUnavailable, RenderedLetter
from tests.conftest import NOW
from tests.support.desk import small_pdf

RACK = "/staff/checklists/rack"


@pytest.fixture
def dmitri(desk):
    return desk.sign_in("dmitri")


@pytest.fixture
def pen(monkeypatch):
    """Draw every list as one empty page; remember what was asked for."""
    drawn = []

    def draw(sheets):
        drawn.append(sheets[0])
        return RenderedLetter(pdf=small_pdf(1), page_count=1, title="x")

    monkeypatch.setattr(racks, "render_checklists", draw)
    return drawn


def draw(desk, should_stop=lambda: False):
    return draw_racks(desk.db, now=desk.clock.now, public_url=None, should_stop=should_stop)


def lines(desk):
    with desk.db.reading() as session:
        return list_racks(session, desk.cast.office.id, now=desk.clock.now())


def order(browser, **values):
    browser.get(RACK)
    return browser.submit(**values)


def test_an_order_is_drawn_in_the_background_and_loaded_as_one_file(desk, dmitri, pen):
    assert "Noch kein Auftrag" in dmitri.get(RACK).page.words()
    order(dmitri, locales=["tr", "ar"], large="y")
    assert "wartet auf den Hintergrunddienst" in dmitri.page.words()
    assert draw(desk) == {"files": 1}
    (line,) = lines(desk)
    assert (line.state.value, line.lists, line.pages) == ("done", len(pen), len(pen))
    assert {sheet.locale for sheet in pen} == {"tr", "ar"}
    assert all(sheet.is_large and not sheet.name for sheet in pen)
    assert len({sheet.concern.de for sheet in pen}) * 2 == len(pen) > 60
    assert "fertig" in dmitri.get(RACK).page.words()
    dmitri.follow("PDF laden")
    assert dmitri.answer.headers["Content-Disposition"] == 'attachment; filename="checklisten-auslage.pdf"'
    with pikepdf.open(BytesIO(dmitri.answer.data)) as opened:
        assert len(opened.pages) == len(pen)


def test_one_order_at_a_time_and_none_without_a_language(desk, dmitri):
    order(dmitri, locales=None)
    assert "Wählen Sie mindestens eine Sprache" in dmitri.page.words()
    order(dmitri, locales=["tr"])
    order(dmitri, locales=["ar"])
    assert [line.locales for line in lines(desk)] == [("tr",)]
    assert "fertig" not in dmitri.page.words()


def test_progress_is_kept_and_a_stopped_order_ends_the_drawing(desk, dmitri, pen, monkeypatch):
    order(dmitri, locales=["tr"])
    monkeypatch.setattr(racks, "_SIGN_OF_LIFE", 1)
    seen = []

    def should_stop():
        (line,) = lines(desk)
        seen.append((line.state.value, line.drawn))
        if line.drawn == 3 and line.state.value == "drawing":
            assert f"3 von {line.lists} Listen" in dmitri.get(RACK).page.words()
            dmitri.press("Auftrag anhalten")
        return False

    assert draw(desk, should_stop) == {"files": 0}
    assert ("drawing", 3) in seen
    assert len(pen) == 4
    (line,) = lines(desk)
    assert (line.state.value, line.pages) == ("stopped", 0)
    assert "angehalten" in dmitri.get(RACK).page.words()
    assert dmitri.get(f"{RACK}/{line.id.hex}/file").status == 404


def test_a_worker_that_ends_gives_the_order_back(desk, dmitri, pen):
    order(dmitri, locales=["tr"])
    calls = iter([False, False, True, True])
    assert draw(desk, lambda: next(calls)) == {"files": 0}
    assert lines(desk)[0].state.value == "waiting"
    assert draw(desk) == {"files": 1}


def test_a_dead_worker_is_followed_by_another_and_nobody_waits_for_ever(desk, dmitri, pen):
    order(dmitri, locales=["tr"])
    with desk.db.unit_of_work() as session:
        dead = take_rack(session, now=desk.clock.now())
    assert draw(desk) == {"files": 0}
    desk.clock.advance(GIVEN_UP_AFTER + timedelta(seconds=1))
    assert lines(desk)[0].is_stuck
    assert "Läuft der Hintergrunddienst" in dmitri.get(RACK).page.words()
    with desk.db.reading() as session:
        assert has_waiting_racks(session, now=desk.clock.now())
    with desk.db.unit_of_work() as session:
        assert take_rack(session, now=desk.clock.now()).id == dead.id
    desk.clock.advance(TOO_OLD_AFTER)
    assert draw(desk) == {"files": 0}
    assert lines(desk)[0].state.value == "failed"
    with desk.db.unit_of_work() as session:
        assert not note_drawn(session, dead.id, drawn=1, lists=2, now=NOW)


@pytest.mark.parametrize(
    ("fault", "said"),
    [(LettersUnavailable("x"), "keine Blätter drucken"), (ZeroDivisionError(), "nicht zeichnen")],
)
def test_what_cannot_be_drawn_says_so(desk, dmitri, monkeypatch, fault, said):
    def fail(_):
        raise fault

    monkeypatch.setattr(racks, "render_checklists", fail)
    order(dmitri, locales=["tr"])
    if isinstance(fault, ZeroDivisionError):
        with pytest.raises(ZeroDivisionError):
            draw(desk)
    else:
        draw(desk)
    assert said in dmitri.get(RACK).page.words()
    order(dmitri, locales=["tr"])
    assert len(lines(desk)) == 2, "one may order again"


def test_files_go_after_their_days(desk, dmitri, pen):
    order(dmitri, locales=["tr"])
    draw(desk)
    with desk.db.unit_of_work() as session:
        assert drop_old_racks(session, now=desk.clock.now()) == 0
        stop_rack(
            session,
            office_id=desk.cast.office.id,
            rack_id=session.query(RackPrint).one().id,
            actor=SYSTEM,
            now=NOW,
        )
        assert session.query(RackPrint).one().fault == "", "a finished order stays finished"
    desk.clock.advance(KEPT + timedelta(minutes=1))
    with desk.db.unit_of_work() as session:
        assert drop_old_racks(session, now=desk.clock.now()) == 1
