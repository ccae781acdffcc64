"""Papers over the counter and by post: recorded, receipted, scanned; and pictures that staff look at."""

import io
from datetime import timedelta

import pytest

from servicedesk.cases.models import Case, CaseRequirement
from servicedesk.cases.rules import PaperState
from servicedesk.cases.service import change_paper
from servicedesk.cases.service.upload_rows import Incoming
from servicedesk.cases.service.uploads import receive_file
from servicedesk.cases.upload_models import PaperIntake, Upload
from servicedesk.db.audit import AccessLog
from servicedesk.kernel.permissions import SYSTEM
from tests.conftest import NOW
from tests.support.desk import Desk
from tests.support.papers import archive, drawn, photograph
from tests.support.pdf_reading import page_texts


@pytest.fixture
def desk(db, app, cast, vault, clock):
    return Desk(db, app, cast, vault, clock)


def fields(**more):
    return {
        "channel": "post",
        "received_on-day": "20",
        "received_on-month": "11",
        "received_on-year": "2026",
        "received_time": "08:15",
        **more,
    }


def submit(browser, **values):
    _, hidden = browser.page.form("page-form")
    hidden = {name: value for name, value in hidden.items() if name not in {"papers", "files", "paper"}}
    return browser.post(browser.path, {**hidden, **values})


def test_papers_from_the_post_count_from_the_day_they_came(desk):
    ref = desk.case(language="ar")
    dmitri = desk.sign_in("dmitri")
    dmitri.get(f"/staff/cases/{ref}/intake")
    submit(dmitri, **fields(papers=["passport", "enrolment"]))
    assert "Empfangsbestätigung drucken" in dmitri.page.words()
    intake = desk.row(PaperIntake)
    assert (intake.channel, intake.document_ids) == ("post", ["passport", "enrolment"])
    for document in intake.document_ids:
        row = desk.row(CaseRequirement, document_id=document)
        assert (row.state, row.received_at) == ("received", intake.received_at)
    assert intake.received_at == NOW.replace(day=20, hour=7, minute=15)


def test_the_receipt_says_it_in_german_and_in_the_persons_language(desk):
    ref = desk.case("Haddad", "Amira", language="ar")
    dmitri = desk.sign_in("dmitri")
    dmitri.get(f"/staff/cases/{ref}/intake")
    submit(dmitri, **fields(papers=["passport"]))
    dmitri.follow("Empfangsbestätigung drucken")
    assert dmitri.answer.mimetype == "application/pdf"
    german, arabic = page_texts(dmitri.answer.get_data())
    assert "Empfangsbestätigung für Unterlagen" in german
    assert "Amira Haddad" in german
    assert desk.row(PaperIntake).ref in german
    assert "20. November 2026" in german
    assert "Übersetzung" not in german
    assert any("\u0600" <= one <= "\u06ff" or "\ufb50" <= one <= "\ufeff" for one in arabic)


def test_an_empty_or_future_intake_is_refused_and_what_was_typed_stays(desk):
    ref = desk.case()
    boris = desk.sign_in()
    boris.get(f"/staff/cases/{ref}/intake")
    submit(boris, **fields())
    assert "Wählen Sie mindestens eine Unterlage, die abgegeben wurde." in boris.page.words()
    submit(boris, **{**fields(papers=["passport"]), "received_on-year": "2027"})
    assert "Der Eingang liegt in der Zukunft." in boris.page.words()
    assert boris.page.all("input", name="received_time")[0].get("value") == "08:15"
    assert desk.rows(PaperIntake) == []


def test_a_checked_paper_is_not_offered(desk):
    ref = desk.case()
    case = desk.row(Case, ref=ref)
    with desk.db.unit_of_work() as session:
        change_paper(
            session, case_id=case.id, document_id="passport", state=PaperState.accepted, actor=SYSTEM, now=NOW
        )
    boris = desk.sign_in()
    boris.get(f"/staff/cases/{ref}/intake")
    offered = {one.get("value") for one in boris.page.all("input", name="papers")}
    assert "passport" not in offered
    assert "enrolment" in offered


def test_a_scan_takes_the_same_way_as_everybodys_files(desk):
    ref = desk.case()
    dmitri = desk.sign_in("dmitri")
    dmitri.get(f"/staff/cases/{ref}/scans")
    submit(
        dmitri,
        **fields(paper="passport"),
        files=[(io.BytesIO(photograph()), "scan1.jpg"), (io.BytesIO(archive()), "scan2.zip")],
    )
    words = dmitri.page.words()
    assert "scan2.zip: Diese Art von Datei können wir nicht annehmen." in words
    assert "scan1.jpg" in words
    kept = [one for one in desk.rows(Upload) if one.name == "scan1.jpg"]
    assert [(one.channel, one.document_id) for one in kept] == [("post", "passport")]
    assert desk.row(CaseRequirement, document_id="passport").received_at < NOW - timedelta(days=2)


def test_no_scan_chosen_is_said(desk):
    ref = desk.case()
    boris = desk.sign_in()
    boris.get(f"/staff/cases/{ref}/scans")
    submit(boris, **fields(paper="passport"))
    assert "Wählen Sie eine Datei." in boris.page.words()


def test_a_picture_is_looked_at_in_scope_only_and_that_is_noted(desk):
    ref = desk.case()
    case = desk.row(Case, ref=ref)
    with desk.db.unit_of_work() as session:
        upload_id = receive_file(
            session,
            desk.vault,
            case_id=case.id,
            document_id="passport",
            incoming=Incoming("pass.jpg", b"x", drawn(2)),
            max_case_bytes=1000,
            channel="web",
            actor=SYSTEM,
            now=NOW,
        ).upload_id
    address = f"/staff/uploads/{upload_id.hex}/pages/2"
    boris = desk.sign_in()
    shown = boris.client.get(address)
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Cache-Control"] == "no-store"
    assert [one.person_id for one in desk.rows(AccessLog, page="upload_page")] == [case.person_id]
    assert desk.sign_in("clara").client.get(address).status_code == 404
    assert desk.sign_in("frida").client.get(address).status_code == 403
    assert boris.client.get(f"/staff/uploads/{upload_id.hex}/pages/3").status_code == 404
    assert boris.client.get("/staff/uploads/nonsense/pages/1").status_code == 404
    assert len(desk.rows(AccessLog, page="upload_page")) == 1
