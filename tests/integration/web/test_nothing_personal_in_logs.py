"""A whole way with marked names, birth dates, codes and contact: no log line, no record of reading tells any of them."""

import base64
import json
import logging
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
import structlog
from sqlalchemy import select

from servicedesk.db.audit import AccessLog, AuditEvent
from servicedesk.db.jobs import JobRun
from servicedesk.jobs import JobFailed, run_job
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.notices.models import Outbox
from servicedesk.notices.queue import apply_queue_schema
from servicedesk.register.models import Person
from servicedesk.register.service import ImportOrder, Surroundings, import_register
from servicedesk.staff import views_today
from servicedesk.worker import build_context, run_once
from tests.conftest import NOW
from tests.support.client import Browser, make_app
from tests.support.lists import STANDARD, as_csv
from tests.support.office import PASSWORD, load_cast
from tests.support.portal import send_letter

NAME, FILE_NUMBER, PHONE = "Zzzleak", "ZZZLEAK-4711", "+49 30 99887766"
BORN = {"birth_date-day": "9", "birth_date-month": "8", "birth_date-year": "1971"}
ENDS = {"ends_on-day": "17", "ends_on-month": "2", "ends_on-year": "2027"}
_KEY = base64.b64encode(bytes(32)).decode()
PRODUCTION = {
    "SERVICEDESK_ENVIRONMENT": "production",
    "SERVICEDESK_SECRET_KEY": _KEY,
    "SERVICEDESK_DATA_KEY": _KEY,
    "SERVICEDESK_PEPPER": _KEY,
    "SERVICEDESK_LOG_LEVEL": "debug",
}


def find_leaks(text, code):
    """Return what a text tells of the person: any mark, the birth date, the code, the number."""
    bare = code.replace("-", "")
    marks = ("zzzleak", "zzz.leak", "09.08.1971", "9.8.1971", "1971-08-09", "99887766", code, bare, PASSWORD)
    folded = re.sub(r"\s", "", text).casefold()
    return [mark for mark in marks if mark.casefold() in folded]


class Watch:
    """Hold everything a process writes about its work besides the tables of the matter itself."""

    def __init__(self, database, capsys, caplog):
        self.database, self.capsys, self.caplog = database, capsys, caplog
        self.printed = ""

    def lines(self):
        out, err = self.capsys.readouterr()
        self.printed += out + err
        return [json.loads(line) for line in self.printed.splitlines() if line.startswith("{")]

    def text(self):
        self.lines()
        kept = [self.printed, self.caplog.text]
        with self.database.reading() as session:
            kept += [row.page for row in session.scalars(select(AccessLog))]
            kept += [f"{row.actor} {row.action} {row.details}" for row in session.scalars(select(AuditEvent))]
            kept += [json.dumps(row.result) for row in session.scalars(select(JobRun))]
            kept += [row.last_error for row in session.scalars(select(Outbox))]
        return "\n".join(kept)


@pytest.fixture
def letter(real_db, vault):
    apply_queue_schema(real_db)
    with real_db.unit_of_work() as session:
        return send_letter(
            session,
            vault,
            NOW,
            cast=load_cast(session, NOW),
            family_name=f"A{NAME}",
            given_names=NAME,
            born=(1971, 8, 9),
            file_number=FILE_NUMBER,
        )


@pytest.fixture
def watch(real_db, capsys, caplog):
    # The level of an operator who looks for a fault; the libraries' own levels stay as in a real process.
    caplog.set_level(logging.WARNING)
    yield Watch(real_db, capsys, caplog)
    structlog.reset_defaults()


@pytest.fixture
def start(watch, real_db, clock, tmp_path, vault):
    """Start the application inside the test: what it prints to is another stream while fixtures are made."""
    return lambda: make_app(real_db, clock, tmp_path, vault, **PRODUCTION)


def walk_as_resident(app, letter):
    """Be wrong first, then apply, tell new contact data, book, look and cancel; and knock at doors that are none."""
    browser = Browser(app)
    browser.get("/de/code")
    browser.submit(code="ZZZL-EAKZ-ZZLE-AKZZ")
    browser.submit(**BORN)
    browser.get("/de/code")
    browser.submit(code=letter.code)
    browser.submit(**{**BORN, "birth_date-year": "1972"})
    browser.get("/de/code")
    browser.submit(code=letter.code)
    browser.submit(**BORN)
    assert browser.path == "/de/case/apply"
    browser.press("Antrag stellen")
    browser.get("/de/case/details/email").submit(email="zzzleak@post.example")
    browser.get("/de/case/details/phone").submit(phone=PHONE)
    browser.get("/de/case/details/address").submit(
        street=f"{NAME}weg", house_number="1", postcode="12345", town=NAME
    )
    browser.get("/de/case/times/on/2026-12-01")
    browser.press("08:00")
    browser.press("Diesen Termin buchen")
    assert browser.path.startswith("/de/case/appointment")
    browser.get("/de/case/")
    browser.get("/de/case/appointment/cancel").submit()
    for path in (f"/de/{NAME}", f"/de/case/{NAME}", f"/de/responsible?surname={NAME}", f"/{NAME}/code"):
        browser.get(path)
    browser.post("/de/code", {"code": letter.code, "csrf_token": NAME})
    assert browser.status == 400


def walk_without_letter(app):
    browser = Browser(app)
    browser.get("/de/contact/")
    browser.get("/de/contact/name").submit(family_name=NAME, given_names=NAME)
    for answers in (BORN, ENDS, {"concern": "permit_study"}):
        browser.submit(**answers)
    browser.submit(email="zzz.leak@post.example", phone=PHONE, address=f"{NAME}weg 1\n12345 Ort")
    browser.submit()
    assert browser.page.h1 == "Ihr Antrag ist bei uns"


def walk_as_staff(app, letter, database):
    browser = Browser(app)
    browser.get("/staff/sign-in").submit(login=NAME, password=NAME)
    assert browser.status == 403
    browser.get("/staff/sign-in").submit(login="boris", password=PASSWORD)
    for path in ("range", f"search?q=A{NAME}", f"search?q={FILE_NUMBER}", "risk", "claims", f"cases/{NAME}"):
        browser.get(f"/staff/{path}")
    browser.get(f"/staff/search?q=A{NAME}").follow(f"A{NAME}")
    ref = browser.path.rpartition("/")[2]
    browser.get(f"/staff/cases/{ref}/application").submit(note=f"{NAME} war da", channel="counter")
    browser.get(f"/staff/cases/{ref}/attempt").submit(kind="wrote", note=f"an {NAME}")
    browser.get(f"/staff/cases/{ref}/code").submit(identity_check="Pass vorgelegt")
    browser.get("/staff/claims").follow("prüfen")
    browser.submit(identity_check="Pass vorgelegt", tell_old="y")
    browser.get("/staff/contact")
    with database.reading() as session:
        person = session.get_one(Person, letter.person_id)
    assert browser.get(f"/staff/open/{person.id.hex}").status == 200


def run_the_night(database, vault, clock, folder, app, letter):
    """Import a list, invite, render, and let every kind of thing go wrong on the way."""
    values = {
        "aktenzeichen": f"{FILE_NUMBER}-2",
        "familienname": NAME,
        "vornamen": NAME,
        "geburtsdatum": "09.08.1971",
        "strasse": f"{NAME}weg",
        "plz": "12345",
        "ort": "Musterstadt",
        "titel_rechtsgrundlage": "16b.1",
        "erteilt_am": "15.02.2025",
        "gueltig_bis": "17.02.2027",
    }
    file = folder / "liste.csv"
    lines = [values, {**values, "aktenzeichen": f"{FILE_NUMBER}-3", "geburtsdatum": "09.08.2971"}]
    file.write_text(as_csv([[line.get(name, "") for name in STANDARD] for line in lines], STANDARD))
    around = Surroundings(database, vault, folder, clock, OPERATOR)
    report = import_register(letter.cast.office, ImportOrder(file, is_confirmed=True), around)
    assert (report.accepted, report.rejected) == (1, 1)
    context = build_context(database, app.extensions["servicedesk"].settings, clock)

    def fail(*_):
        raise ValueError(f"{NAME} 09.08.1971")

    broken = replace(context, tools=replace(context.tools, render=fail, check_letters=lambda: None))
    assert run_job(broken, "invite")["invited"] == 2
    run_once(broken)
    with pytest.raises(JobFailed):
        run_job(replace(context, clock=_Broken()), "invite")


class _Broken:
    """Be a clock whose second answer is a fault with a person's data in its text."""

    asked = 0

    def now(self):
        self.asked += 1
        if self.asked == 2:
            raise LookupError(f"{NAME} 1971-08-09")
        return NOW


def test_a_whole_way_leaves_no_personal_data_in_the_logs(
    watch, start, letter, real_db, vault, clock, tmp_path, monkeypatch
):
    app = start()
    walk_as_resident(app, letter)
    walk_without_letter(app)
    walk_as_staff(app, letter, real_db)
    run_the_night(real_db, vault, clock, tmp_path, app, letter)

    def crash(*_, **__):
        raise RuntimeError(f"{NAME} {letter.code} 09.08.1971")

    monkeypatch.setattr(views_today, "own_scope", crash)
    browser = Browser(app)
    browser.get("/staff/sign-in").submit(login="boris", password=PASSWORD)
    assert browser.status == 500
    lines = watch.lines()
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) > 60
    assert {line["status"] for line in requests} >= {200, 303, 400, 403, 404, 500}
    assert [line["exception"] for line in lines if line["event"] == "crash"] == ["RuntimeError"]
    assert find_leaks(watch.text(), letter.code) == []


def test_the_search_sees_what_would_leak(watch, start, letter, real_db):
    start()
    log = structlog.get_logger("test")
    for said in (
        {"name": f"Frau {NAME}"},
        {"born": "9.8.1971"},
        {"code": letter.code.replace("-", " ")},
        {"phone": PHONE},
    ):
        before = len(find_leaks(watch.text(), letter.code))
        log.info("x", **said)
        assert len(find_leaks(watch.text(), letter.code)) > before, said
    with real_db.unit_of_work() as session:
        session.add(Outbox(**_outbox(letter, last_error=f"cannot print {FILE_NUMBER}")))
    assert "zzzleak" in find_leaks(watch.text(), letter.code)


def _outbox(letter, **values):
    at = NOW - timedelta(days=1)
    return {
        "id": letter.case_id,
        "office_id": letter.cast.office.id,
        "kind": "x",
        "channel": "letter",
        "subject_kind": "case",
        "subject_id": letter.case_id,
        "locale": "de",
        "context_sealed": b"x",
        "dedupe_key": f"x{date(2026, 1, 1)}",
        "created_at": at,
        "next_attempt_at": at,
        **values,
    }
