"""One case on one page: what it shows, the acts on it, what is refused, and that every reading is recorded."""

from datetime import datetime, timedelta

import pytest

from servicedesk.accounts.models import AccessCode
from servicedesk.booking.models import Appointment
from servicedesk.booking.service import book_appointment, hold_slot
from servicedesk.booking.service.upkeep import pass_appointments
from servicedesk.cases.models import Case, CaseRequirement, Task
from servicedesk.cases.service.tasks import open_case_task
from servicedesk.db.audit import AccessLog, AuditEvent
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.notices.models import Outbox
from servicedesk.offices.models import Desk
from tests.conftest import NOW
from tests.support.desk import TODAY


@pytest.fixture
def ref(desk):
    return desk.case("Çelik", "Özlem", TODAY + timedelta(days=12), household_key="H-1")


def test_the_page_shows_person_title_papers_and_history(desk, boris, ref):
    desk.person("Çelik", "Deniz", None, household_key="H-1", born=(2019, 0, 0))
    page = boris.get(f"/staff/cases/{ref}").page
    words = page.words()
    assert page.h1 == f"Çelik, Özlem * 17.05.1990 · {page.words(page.all('h1')[0]).rsplit(' ', 1)[1]}"
    for text in (
        "Lindenweg 7 b",
        "§ 16b.1",
        "▲ 12 Tage",
        "Nächster Schritt: anrufen",
        "8 fehlen noch",
        "Çelik, Deniz",
    ):
        assert text in words, text
    assert "00.00.2019" in words
    assert "Vorgang eröffnet – das Programm" in words
    assert "Noch kein Antrag." in words
    assert "Noch kein Schreiben." in words


def test_every_reading_of_a_file_is_recorded(desk, boris, ref):
    case = desk.row(Case, ref=ref)
    before = len(desk.rows(AccessLog))
    pages = (
        "",
        "/application",
        "/appointment",
        "/appointment/cancel",
        "/code",
        "/decide",
        "/close",
        "/papers/passport",
    )
    for page in pages:
        assert boris.get(f"/staff/cases/{ref}{page}").status == 200, page
    found = desk.rows(AccessLog)
    assert len(found) == before + len(pages)
    assert {(row.account_id, row.person_id, row.case_id) for row in found} == {
        (desk.cast.accounts["boris"], case.person_id, case.id)
    }


def test_a_case_of_another_range_looks_like_none(desk, boris):
    foreign = desk.case("Zorn", "Clara")
    unknown = "V-0000-0000"
    before = len(desk.rows(AccessLog))
    boris.get(f"/staff/cases/{foreign}")
    first = (boris.status, boris.page.h1, boris.page.words())
    boris.get(f"/staff/cases/{unknown}")
    assert first == (boris.status, boris.page.h1, boris.page.words())
    assert first[0] == 404
    assert len(desk.rows(AccessLog)) == before


def test_papers_are_received_accepted_and_rejected_with_a_reason(desk, boris, ref):
    case = desk.row(Case, ref=ref)
    boris.get(f"/staff/cases/{ref}")
    boris.press("abgegeben : gültiger Pass")
    assert boris.path.partition("#")[0] == f"/staff/cases/{ref}"
    assert "abgegeben, noch nicht geprüft" in boris.page.words()
    boris.press("in Ordnung : gültiger Pass")
    assert desk.row(CaseRequirement, case_id=case.id, document_id="passport").state == "accepted"
    boris.get(f"/staff/cases/{ref}/papers/passport")
    boris.submit(state="rejected")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    assert boris.page.title.startswith("Fehler:")
    boris.submit(state="rejected", reason="Seite 3 fehlt")
    assert boris.path.partition("#")[0] == f"/staff/cases/{ref}"
    row = desk.row(CaseRequirement, case_id=case.id, document_id="passport")
    assert (row.state, row.reason) == ("rejected", "Seite 3 fehlt")
    assert "Seite 3 fehlt" in boris.page.words()
    assert boris.get(f"/staff/cases/{ref}/papers/no-such-paper").status == 404


def test_the_front_desk_takes_papers_in_but_checks_none(desk, ref):
    dmitri = desk.sign_in("dmitri")
    dmitri.get(f"/staff/cases/{ref}")
    dmitri.press("abgegeben : gültiger Pass")
    assert "in Ordnung" not in dmitri.page.words()
    dmitri.get(f"/staff/cases/{ref}/papers/passport")
    assert [one.get("value") for one in dmitri.page.all("input", type="radio")] == ["received", "missing"]
    values = dmitri.page.hidden()
    assert dmitri.post(f"/staff/cases/{ref}/papers/passport/accepted", values).status == 403


def test_a_new_code_needs_an_identity_check_and_ends_the_old_one(desk, boris, ref):
    case = desk.row(Case, ref=ref)
    boris.get(f"/staff/cases/{ref}/code")
    boris.submit(identity_check="")
    assert boris.page.errors == ["Schreiben Sie, was Sie gesehen oder gefragt haben."]
    boris.submit(identity_check="Pass vorgelegt")
    assert "Schreiben mit neuem Zugangscode" in boris.page.words()
    assert "neuen Zugangscode ausgegeben: Pass vorgelegt – Boris" in boris.page.words()
    assert desk.row(Outbox, subject_id=case.id).kind == "new_code_letter"
    assert all(code.revoked_at for code in desk.rows(AccessCode, subject_id=case.id))


def test_ready_decide_close_step_by_step(desk, boris, ref):
    boris.get(f"/staff/cases/{ref}/decide")
    boris.submit(decision="granted")
    assert boris.page.errors == ["Zu diesem Vorgang liegt kein Antrag vor."]
    boris.get(f"/staff/cases/{ref}/application")
    boris.submit(note="persönlich vorgesprochen")
    for document_id in [link.rsplit("/", 1)[1] for link in boris.page.links().values() if "/papers/" in link]:
        boris.get(f"/staff/cases/{ref}/papers/{document_id}")
        boris.submit(state="waived", reason="liegt schon vor")
    boris.get(f"/staff/cases/{ref}")
    boris.press("entscheidungsreif")
    assert desk.row(Case, ref=ref).ready_at == NOW
    boris.press("doch nicht entscheidungsreif")
    assert desk.row(Case, ref=ref).ready_at is None
    boris.get(f"/staff/cases/{ref}/decide")
    boris.submit()
    assert boris.page.errors == ["Wählen Sie die Entscheidung."]
    boris.submit(decision="granted")
    assert "entschieden: erteilt – Boris" in boris.page.words()
    boris.follow("Vorgang abschließen")
    boris.submit()
    case = desk.row(Case, ref=ref)
    assert (case.closed_reason, case.closed_at) == ("decided", NOW)
    assert "Antrag erfassen" not in boris.page.links()
    assert "abgeschlossen 23.11.2026, 09:00 (entschieden)" in boris.page.words()


def test_an_act_on_a_closed_case_is_refused_kindly(desk, boris, ref):
    boris.get(f"/staff/cases/{ref}/close")
    boris.submit(reason="opened_in_error", note="doppelt")
    assert "irrtümlich eröffnet: doppelt" in boris.page.words()
    boris.get(f"/staff/cases/{ref}/close")
    boris.submit(reason="moved_away")
    assert boris.page.errors == [
        "Dieser Vorgang ist abgeschlossen. Eröffnen Sie einen neuen, wenn noch etwas zu tun ist."
    ]


def test_a_double_click_acts_once(desk, boris, ref):
    boris.get(f"/staff/cases/{ref}/code")
    _, values = boris.page.form()
    values["identity_check"] = "Pass vorgelegt"
    address = f"/staff/cases/{ref}/code"
    boris.post(address, values)
    boris.post(address, values)
    assert boris.path.partition("#")[0] == f"/staff/cases/{ref}"
    assert len(desk.rows(AuditEvent, action="reissue_code")) == 1
    values["identity_check"] = "anders"
    assert boris.post(address, values).page.errors == [
        "Dieses Formular haben Sie schon abgeschickt. Es ist nichts doppelt geschehen."
    ]


def test_an_appointment_is_booked_moved_and_cancelled(desk, boris, ref):
    assert "Keine freie Zeit." in boris.get(f"/staff/cases/{ref}/appointment").page.words()
    desk.open_calendar()
    boris.get(f"/staff/cases/{ref}/appointment")
    assert "Dienstag, 24. November 2026" in boris.page.words()
    boris.press("09:15")
    assert "Dienstag, 24. November 2026" in boris.page.words()
    first = desk.row(Appointment, state="booked")
    boris.follow("verschieben")
    assert boris.page.h1 == "Termin verschieben"
    boris.press("10:00")
    moved = desk.row(Appointment, state="booked")
    assert (moved.uid, moved.sequence) == (first.uid, first.sequence + 1)
    boris.follow("absagen")
    boris.submit(reason="")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    boris.submit(reason="Sachbearbeitung erkrankt")
    assert desk.rows(Appointment, state="booked") == []
    words = boris.page.words()
    assert "Termin gebucht: 24.11.2026, 09:15 – Boris" in words
    assert "Termin verschoben: 24.11.2026, 10:00 – Boris" in words
    assert "Termin abgesagt – Boris" in words
    assert "Es gibt keinen Termin" in boris.get(f"/staff/cases/{ref}/appointment/cancel").page.words()


def test_the_history_tells_of_appointments_but_not_of_times_only_looked_at(desk, boris, ref):
    desk.open_calendar()
    case = desk.row(Case, ref=ref)
    amina = Actor(kind=ActorKind.resident, office_id=case.office_id, case_id=case.id)
    slot = {"case_id": case.id, "desk_id": desk.row(Desk, ref="zi-201").id}
    with desk.db.unit_of_work() as session:
        for minute in (0, 30):
            at = datetime(2026, 11, 24, 9, minute)
            hold_slot(session, **slot, starts_local=at, now=NOW, actor=amina)
        book_appointment(session, **slot, starts_local=at, now=NOW, actor=amina, vault=desk.vault)
    with desk.db.unit_of_work() as session:
        assert pass_appointments(session, now=NOW + timedelta(days=3)) == 1
    words = boris.get(f"/staff/cases/{ref}").page.words()
    assert "Verlauf (3)" in words
    assert "Termin gebucht: 24.11.2026, 09:30 – die Person selbst" in words
    assert "Termin vorbei, kein Ergebnis erfasst – das Programm" in words
    assert words.index("Termin vorbei") < words.index("Termin gebucht") < words.index("Vorgang eröffnet")


def test_a_time_somebody_else_took_leads_to_the_free_ones(desk, boris, ref):
    other = desk.case("Berisha", "Valon")
    desk.open_calendar()
    boris.get(f"/staff/cases/{ref}/appointment")
    _, values = boris.page.form()
    values["slot"] = next(b.get("value") for b in boris.page.all("button", name="slot"))
    boris.get(f"/staff/cases/{other}/appointment")
    boris.press("09:00")
    boris.post(f"/staff/cases/{ref}/appointment", values)
    assert boris.page.errors == ["Diese Zeit ist inzwischen vergeben. Wählen Sie eine andere."]
    assert boris.page.all("button", name="slot")
    for nonsense in ("", "x@y", values["slot"].split("@")[0] + "@2026-11-24T09:00:00+00:00"):
        boris.get(f"/staff/cases/{ref}/appointment")
        _, fresh = boris.page.form()
        assert boris.post(f"/staff/cases/{ref}/appointment", fresh | {"slot": nonsense}).status == 200


def test_a_task_is_done_from_its_case(desk, boris, ref):
    with desk.db.unit_of_work() as session:
        open_case_task(session, session.query(Case).filter_by(ref=ref).one(), "vanished", now=NOW)
    assert "Zeile fehlt in der letzten Liste: nachfragen" in boris.get("/staff/").page.words()
    boris.get(f"/staff/cases/{ref}")
    boris.press("erledigt")
    assert boris.path.partition("#")[0] == f"/staff/cases/{ref}"
    assert desk.row(Task).done_at == NOW
    assert "Keine Aufgabe offen." in boris.get("/staff/").page.words()
    assert boris.post(f"/staff/tasks/{desk.row(Case, ref=ref).id.hex}/done", boris.page.hidden()).status in {
        400,
        404,
    }


@pytest.mark.parametrize("name", ["İnan\r\nBcc: x", "Ağ" * 90, "Brien's-Ähn <b>", "A"])
def test_names_as_they_come_break_nothing(desk, boris, name):
    ref = desk.case(name, "", TODAY + timedelta(days=12))
    assert boris.get(f"/staff/cases/{ref}").status == 200
    assert "<b>" not in boris.answer.text.replace("&lt;b&gt;", "")
    assert boris.get("/staff/range").status == 200
