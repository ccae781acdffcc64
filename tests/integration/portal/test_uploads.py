"""A person sends papers from home: every file for itself, every fault with its own sentence, nothing lost."""

import io
from datetime import timedelta

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from servicedesk.cases.models import Case, CaseRequirement
from servicedesk.cases.queries.uploads import list_uploads
from servicedesk.cases.rules import PaperState
from servicedesk.cases.service import change_paper
from servicedesk.cases.upload_models import StoredFile, Upload
from servicedesk.files.desk import FileDesk
from servicedesk.files.values import Reason, unreadable, waiting
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.portal.views_uploads import reason_text
from servicedesk.portal.views_uploads import send as send_view
from servicedesk.web import uploads as body
from tests.conftest import NOW
from tests.support.client import Browser
from tests.support.papers import archive, drawn, locked_sheets, photograph, sheets
from tests.support.portal import enter

FILES = "/de/case/papers/passport/files"


class Told(FileDesk):
    """Say what each file is without a process: for what happens around it."""

    def look(self, content, name, *, max_bytes, max_pages):
        return OUTCOMES.get(content, drawn(2))


OUTCOMES = {
    b"locked": unreadable(Reason.password, "application/pdf"),
    b"virus": unreadable(Reason.infected, "application/pdf"),
    b"unscanned": waiting(Reason.not_scanned, "application/pdf"),
}


@pytest.fixture
def told(app):
    """Files are what the test says they are."""
    object.__setattr__(app.extensions["servicedesk"], "files", Told())


def send(browser, *chosen, path=FILES):
    """Send files with the form of the page."""
    browser.get(path)
    _, hidden = browser.page.form("page-form")
    hidden.pop("files", None)
    # The client's own encoding of a large body leaves a temporary file open.
    files = [FileStorage(io.BytesIO(content), name) for content, name in chosen]
    boundary, data = encode_multipart(MultiDict([*hidden.items(), *(("files", one) for one in files)]))
    answer = browser.client.post(
        path,
        data=data,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers=browser.headers,
    )
    return browser._take(answer, path, follow=True)


def given(db, letter):
    with db.reading() as session:
        return list_uploads(session, letter.cast.office.id, letter.case_id)


def state_of(db, letter, document="passport"):
    with db.reading() as session:
        row = session.get(CaseRequirement, (letter.case_id, document))
        return row.state if row else "missing"


def faults(browser):
    return [browser.page.words(one) for one in browser.page.all("section", role="alert")]


def test_a_photograph_arrives_and_its_paper_counts_as_handed_in(applied, db, letter):
    applied.get("/de/case/papers")
    applied.follow("Foto oder Datei schicken")
    assert applied.path == FILES
    send(applied, (photograph(), "IMG_0001.jpg"))
    assert applied.path == f"{FILES}#given"
    words = applied.page.words()
    assert "IMG_0001.jpg" in words
    assert "angekommen" in words
    assert "1 Seite" in words
    assert state_of(db, letter) == "received"
    assert not faults(applied)


def test_several_pages_of_one_paper_come_together(applied, db, letter, told):
    send(applied, (b"one", "seite 1.jpg"), (b"two", "seite 2.jpg"))
    assert [(one.name, one.pages) for one in given(db, letter)] == [("seite 1.jpg", 2), ("seite 2.jpg", 2)]


def test_one_bad_file_takes_nothing_else_with_it(applied, db, letter):
    send(
        applied,
        (photograph(), "gut.jpg"),
        (locked_sheets(), "zu.pdf"),
        (archive(), "brief.docx"),
        (b"", "leer.jpg"),
    )
    (summary,) = faults(applied)
    assert "zu.pdf: Die Datei ist mit einem Passwort geschützt." in summary
    assert "brief.docx: Diese Art von Datei können wir nicht annehmen." in summary
    assert "leer.jpg: Die Datei ist leer." in summary
    assert "gut.jpg" not in summary
    assert {one.name: one.state for one in given(db, letter)}["gut.jpg"] == "readable"
    assert state_of(db, letter) == "received"


@pytest.mark.parametrize("tag", ["de", "en"])
@pytest.mark.parametrize("reason", [one for one in Reason if one is not Reason.none])
def test_every_cause_has_a_sentence_of_its_own(app, tag, reason):
    with app.test_request_context(f"/{tag}/case/", base_url="http://localhost"):
        app.preprocess_request()
        text = reason_text(reason.value)
        every = [reason_text(one.value) for one in Reason if one is not Reason.none]
    assert text.endswith(".")
    assert "%" not in text
    assert every.count(text) == 1


def test_no_file_chosen_is_said(applied):
    applied.get(FILES)
    applied.submit(files=None)
    assert "Sie haben noch keine Datei ausgewählt." in faults(applied)[0]


def test_a_file_above_the_limit_is_said_with_the_offices_number(applied, db, letter):
    send(applied, (photograph() + bytes(10 * 1024 * 1024), "riesig.jpg"))
    assert "riesig.jpg: Die Datei ist zu groß. Erlaubt sind höchstens 10 MB." in faults(applied)[0]
    assert state_of(db, letter) == "missing"


def test_too_much_at_once_is_said_and_what_was_there_stays(applied, db, letter, told, monkeypatch):
    send(applied, (b"first", "erste.jpg"))
    monkeypatch.setattr("servicedesk.portal.views_uploads._largest_body", lambda: 1)
    monkeypatch.setattr(send_view, "__body_limit__", lambda: 20_000)
    send(applied, (bytes(100_000), "zweite.jpg"))
    assert applied.status == 413
    assert "Das war zu viel auf einmal." in faults(applied)[0]
    assert "erste.jpg" in applied.page.words()
    assert len(given(db, letter)) == 1


def test_an_endless_body_ends(applied, monkeypatch):
    """Without a length, a body is read up to the limit and not further."""
    monkeypatch.setattr(send_view, "__body_limit__", lambda: 300_000)

    class Endless(io.RawIOBase):
        taken = 0

        def readinto(self, target):
            target[:] = b"a" * len(target)
            self.taken += len(target)
            return len(target)

        readable = lambda self: True

    stream = Endless()
    monkeypatch.setattr(body, "DRAINED_BYTES", 500_000)
    answer = applied.client.post(
        FILES,
        environ_overrides={"wsgi.input": io.BufferedReader(stream), "wsgi.input_terminated": True},
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert stream.taken < 2_000_000


def test_a_body_that_takes_too_long_ends(applied, monkeypatch):
    monkeypatch.setattr(body, "BODY_SECONDS", -1.0)
    send(applied, (b"slow", "langsam.jpg"))
    assert applied.status == 408
    assert "Das Hochladen hat zu lange gedauert." in faults(applied)[0]


def test_half_of_the_threads_stay_free(applied, app, told, db, letter):
    slots = app.extensions["servicedesk.upload_slots"]
    taken = 0
    while slots.acquire(blocking=False):
        taken += 1
    assert taken == app.extensions["servicedesk"].settings.pool_size // 2
    send(applied, (b"one", "eins.jpg"))
    assert applied.status == 503
    assert applied.answer.headers["Retry-After"] == "60"
    assert "Gerade laden viele Menschen Dateien hoch." in faults(applied)[0]
    assert applied.get("/de/case/papers").status == 200
    for _ in range(taken):
        slots.release()
    send(applied, (b"one", "eins.jpg"))
    send(applied, (b"two", "zwei.jpg"))
    assert len(given(db, letter)) == 2, "a place was not given back"


def test_who_is_not_signed_in_sends_nothing(app):
    stranger = Browser(app)
    answer = stranger.client.post(FILES, data={"files": (io.BytesIO(bytes(1000)), "x.jpg")})
    assert answer.status_code == 303
    assert "/de/code" in answer.headers["Location"]


def test_the_same_file_again_is_recognised(applied, db, letter, told):
    send(applied, (b"same", "pass.jpg"))
    send(applied, (b"same", "pass noch einmal.jpg"))
    with db.reading() as session:
        assert session.query(StoredFile).count() == session.query(Upload).count() == 1


def test_a_file_is_used_for_another_paper(applied, db, letter, told):
    send(applied, (b"both", "alles.pdf"))
    applied.get("/de/case/papers/enrolment/files")
    assert "alles.pdf" in applied.page.words()
    applied.press("Diese Datei auch hier verwenden")
    assert "Wählen Sie eine Datei aus der Liste." in faults(applied)[0]
    applied.press("Diese Datei auch hier verwenden", upload=given(db, letter)[0].id.hex)
    assert {one.document_id for one in given(db, letter)} == {"passport", "enrolment"}
    assert state_of(db, letter, "enrolment") == "received"


def test_a_file_is_taken_away_before_somebody_checks_it(applied, db, letter, told):
    send(applied, (b"wrong", "falsch.jpg"))
    applied.press("Entfernen")
    assert given(db, letter) == ()
    assert state_of(db, letter) == "missing"


def test_a_checked_paper_takes_nothing_more(applied, db, letter, told):
    send(applied, (b"good", "gut.jpg"))
    with db.unit_of_work() as session:
        change_paper(
            session,
            case_id=letter.case_id,
            document_id="passport",
            state=PaperState.accepted,
            actor=SYSTEM,
            now=NOW,
        )
    applied.get(FILES)
    assert "Diese Unterlage haben wir schon geprüft." in applied.page.words()
    assert not applied.page.all("input", type="file")
    assert "Entfernen" not in applied.page.words()


def test_small_pictures_are_shown_in_the_same_sign_in_only(applied, app, db, letter, told):
    """ADR 0015: who reads the letter of somebody else must not see their passport."""
    send(applied, (b"mine", "pass.jpg"))
    (picture,) = [one.get("src") for one in applied.page.all("img") if "picture" in (one.get("src") or "")]
    shown = applied.client.get(picture)
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cache-Control"] == "no-store"
    later = enter(Browser(app), letter)
    later.get(FILES)
    assert "pass.jpg" in later.page.words()
    assert not [one for one in later.page.all("img") if "picture" in (one.get("src") or "")]
    assert later.client.get(picture).status_code == 404


def test_a_file_that_waits_says_so(applied, db, letter, told):
    send(applied, (b"unscanned", "neu.pdf"))
    words = applied.page.words()
    assert "wird geprüft" in words
    assert "Wir prüfen die Datei noch auf Schadprogramme." in words
    assert state_of(db, letter) == "missing"


def test_an_infected_file_is_said_and_gone(applied, db, letter, told):
    send(applied, (b"virus", "rechnung.pdf"))
    assert "rechnung.pdf: In der Datei ist ein Schadprogramm." in faults(applied)[0]
    with db.reading() as session:
        assert session.query(StoredFile).one().original_sealed is None


def test_names_lose_what_turns_and_hides_them(applied, db, letter, told):
    send(
        applied,
        (b"one", "../../Briefe/pass\u202egpj.exe"),
        (b"two", "a" * 300 + ".pdf"),
        (b"three", "جواز سفر.jpg"),
    )
    names = [one.name for one in given(db, letter)]
    assert names[0] == "passgpj.exe"
    assert len(names[1]) <= 120
    assert names[1].endswith(".pdf")
    assert names[2] == "جواز سفر.jpg"


def test_a_pdf_with_scripts_arrives_as_pictures(applied, db, letter):
    send(applied, (sheets(2, script=True), "formular.pdf"))
    assert "Die Datei wollte ein Programm starten." in applied.page.words()
    assert [(one.state, one.pages) for one in given(db, letter)] == [("readable", 2)]


def test_before_the_application_and_after_the_end_there_is_no_page(inside, db, letter):
    inside.get(FILES)
    assert inside.path == "/de/case/apply"
    with db.unit_of_work() as session:
        session.get_one(Case, letter.case_id).closed_at = NOW - timedelta(days=1)
    inside.get(FILES)
    assert inside.path == "/de/case/"


def test_an_unknown_paper_leads_back_to_the_list(applied):
    applied.get("/de/case/papers/no_such_paper/files")
    assert applied.path == "/de/case/papers"
