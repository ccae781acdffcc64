"""Tomorrow's invitations and the risk list as a case worker works them."""

from datetime import date, timedelta

import pytest

from servicedesk.cases.models import Case
from servicedesk.db.audit import AccessLog, AuditEvent
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.notices.models import Outbox
from servicedesk.outreach.models import InvitationHold
from servicedesk.register.models import Title
from servicedesk.staff import views_invitations
from tests.support.desk import TODAY, table_names
from tests.support.pdf_reading import page_texts

TOMORROWS_END = date(2027, 2, 24)
"""Three months after tomorrow, the lead of a study permit."""


@pytest.fixture
def person(desk):
    return desk.person("Hansen", "Eva", TOMORROWS_END, language="ar")


def test_an_empty_list_says_what_will_be_here(boris):
    words = boris.get("/staff/invitations").page.words()
    assert "Morgen wird in Ihrem Bereich niemand neu fällig." in words
    assert "Keine Einladung wird zurückgehalten." in words


def test_tomorrows_invitations_of_my_range_only(desk, boris, person):
    desk.person("Zorn", "Clara", TOMORROWS_END)
    desk.person("Berg", "Ole", TOMORROWS_END + timedelta(days=1))
    boris.get("/staff/invitations")
    assert table_names(boris) == ["Hansen, Eva"]
    assert "Arabisch" in boris.page.words()
    assert (
        "morgen einzuladen: 1 – ansehen, jetzt senden, zurückhalten" in boris.get("/staff/range").page.links()
    )
    assert "Morgen einzuladen (1)" in boris.get("/staff/").page.words()


def test_one_is_sent_now_once(desk, boris, person):
    boris.get("/staff/invitations")
    boris.press("jetzt senden")
    case = desk.row(Case, person_id=person)
    assert boris.path == f"/staff/cases/{case.ref}"
    assert "Einladung" in boris.page.words()
    assert desk.row(Outbox, subject_id=case.id).kind == "invitation_letter"
    assert table_names(boris.get("/staff/invitations")) == []


def test_one_is_held_with_a_reason_stays_in_sight_and_is_released(desk, boris, person):
    boris.get("/staff/invitations")
    boris.follow("zurückhalten")
    boris.submit(reason="")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    boris.submit(
        reason="spricht selbst vor", review_on__day="22", review_on__month="11", review_on__year="2026"
    )
    assert boris.page.errors == ["Dieser Tag ist vorbei. Wählen Sie einen späteren."]
    assert boris.page.form()[1]["reason"] == "spricht selbst vor"
    boris.submit(review_on__day="24")
    assert boris.path.startswith("/staff/invitations")
    words = boris.page.words()
    assert "Morgen einzuladen (0)" in words
    assert "Zurückgehalten (1)" in words
    assert "spricht selbst vor" in words
    assert "seit 23.11.2026, 09:00 · Boris" in words
    assert desk.row(InvitationHold).review_on == date(2026, 11, 24)
    desk.clock.advance(timedelta(days=1))
    boris = desk.sign_in("boris")
    boris.get("/staff/invitations")
    assert "▲ jetzt ansehen" in boris.page.words()
    boris.press("freigeben")
    assert desk.rows(InvitationHold) == []
    assert {row.action for row in desk.rows(AuditEvent)} >= {"hold_invitation", "release_invitation"}


def test_what_has_left_can_no_longer_be_held(desk, boris, person):
    boris.get("/staff/invitations")
    boris.follow("zurückhalten")
    address, values = boris.path, boris.page.form()[1]
    boris.get("/staff/invitations")
    boris.press("jetzt senden")
    boris.post(address, values | {"reason": "zu spät"})
    assert boris.status == 409
    assert "Diese Einladung ist schon unterwegs." in boris.page.words()
    assert desk.rows(InvitationHold) == []


def test_a_hold_without_a_day_is_fine(desk, boris, person):
    boris.get("/staff/invitations")
    boris.follow("zurückhalten")
    boris.submit(reason="spricht selbst vor")
    assert desk.row(InvitationHold).review_on is None


def test_the_letter_can_be_read_before_with_its_code_hidden(desk, boris, person):
    boris.get("/staff/invitations")
    boris.follow("ansehen")
    assert boris.answer.headers["Content-Type"] == "application/pdf"
    assert "attachment" in boris.answer.headers["Content-Disposition"]
    text = " ".join(page_texts(boris.answer.data))
    assert "Hansen" in text
    assert "XXXX" in text
    assert desk.row(AccessLog, person_id=person).page == "invitation_preview"
    assert desk.rows(Outbox) == []


def test_without_the_letter_engine_there_is_no_preview_but_everything_else(desk, boris, person, monkeypatch):
    def missing():
        raise LettersUnavailable("Pango")

    monkeypatch.setattr(views_invitations, "check_available", missing)
    boris.get("/staff/invitations")
    assert "ansehen" not in {text.split(" ")[0] for text in boris.page.links()}
    assert "jetzt senden" in boris.page.words()


def test_a_title_of_another_range_looks_like_none(desk, boris):
    other = desk.person("Zorn", "Clara", TOMORROWS_END)
    title = desk.row(Title, person_id=other).id.hex
    hidden = boris.get("/staff/").page.hidden()
    for address in (f"/staff/invitations/{title}/letter.pdf", f"/staff/invitations/{title}/hold"):
        assert boris.get(address).status == 404
    for act in ("send", "release", "hold"):
        assert boris.post(f"/staff/invitations/{title}/{act}", hidden | {"reason": "x"}).status == 404
    assert boris.get("/staff/invitations/not-an-id/hold").status == 404


def test_the_risk_list_shows_who_and_what_was_tried(desk, boris):
    desk.case("Berisha", "Valon", TODAY + timedelta(days=12))
    desk.person("Ahmadi", "Parwana", TODAY + timedelta(days=20))
    desk.case("Ibrahim", "Yusuf", TODAY + timedelta(days=60))
    desk.case("Zorn", "Clara", TODAY + timedelta(days=5))
    message = desk.contact("Celik", "Oezlem")
    boris.get("/staff/risk")
    assert table_names(boris) == ["Berisha, Valon", "Ahmadi, Parwana", message]
    words = boris.page.words()
    assert "✕ noch nichts" in words
    assert "Nachrichten ohne Zuordnung (1)" in words
    today = boris.get("/staff/").page.words()
    assert "Titel endet, noch kein Antrag (2)" in today


def test_an_attempt_is_noted_from_the_case_and_stands_on_the_risk_list(desk, boris):
    ref = desk.case("Berisha", "Valon", TODAY + timedelta(days=12))
    boris.get("/staff/risk")
    boris.follow("Versuch eintragen")
    assert boris.path == f"/staff/cases/{ref}/attempt"
    assert "Hier steht, wer wann was versucht hat" in boris.page.words()
    boris.submit()
    assert boris.page.errors == ["Wählen Sie, was Sie versucht haben."]
    boris.submit(kind="not_reached", tried_time="7 Uhr 99", note="Mailbox <b>")
    assert boris.page.errors == ["Schreiben Sie die Uhrzeit, zum Beispiel 09:30."]
    boris.submit(tried_time="23:00")
    assert boris.page.errors == ["Der Zeitpunkt liegt in der Zukunft. Prüfen Sie Tag und Uhrzeit."]
    boris.submit(kind="other", tried_time="08:15", note=" ")
    assert boris.page.errors == ["Schreiben Sie, was Sie versucht haben und was dabei herauskam."]
    boris.submit(kind="not_reached", note="Mailbox <b> besprochen")
    assert boris.path.partition("#")[0] == f"/staff/cases/{ref}"
    words = boris.page.words()
    assert "Versuche, die Person zu erreichen (1)" in words
    assert "angerufen, nicht erreicht 23.11.2026, 08:15 – Boris Mailbox <b> besprochen" in words
    assert "versucht, die Person zu erreichen: angerufen, nicht erreicht – Boris" in words
    for page in ("/staff/risk", "/staff/"):
        assert "angerufen, nicht erreicht 23.11.2026, 08:15 – Boris" in boris.get(page).page.words(), page


def test_an_attempt_before_any_case_is_noted_from_list_and_person(desk, boris):
    person_id = desk.person("Ahmadi", "Parwana", TODAY + timedelta(days=20))
    title = desk.row(Title, person_id=person_id)
    boris.get("/staff/risk")
    boris.follow("Versuch eintragen")
    assert boris.path == f"/staff/risk/{title.id.hex}/attempt"
    boris.submit(kind="wrote")
    assert boris.path == "/staff/risk"
    assert "geschrieben 23.11.2026, 09:00 – Boris" in boris.page.words()
    boris.get(f"/staff/open/{person_id.hex}")
    boris.follow("Versuch eintragen")
    assert "Bisher versucht (1)" in boris.page.words()
    before = len(desk.rows(AccessLog, page="attempt"))
    boris.get(f"/staff/risk/{title.id.hex}/attempt")
    assert len(desk.rows(AccessLog, page="attempt")) == before + 1
    assert boris.get("/staff/risk/no-id/attempt").status == 404


def test_an_empty_risk_list_is_good_news(boris):
    words = boris.get("/staff/risk").page.words()
    assert "Niemand ist in Gefahr, seinen Titel zu verlieren." in words
    assert "Alle Nachrichten sind zugeordnet." in words


def test_today_names_what_is_empty_and_what_comes_next(desk, boris):
    words = boris.get("/staff/").page.words()
    for text in (
        "Heute haben Sie keine Termine.",
        "Niemand wartet.",
        "Keine Aufgabe offen.",
        "Morgen einzuladen (0)",
    ):
        assert text in words, text
    ref = desk.case("Berisha", "Valon", TODAY + timedelta(days=70))
    desk.open_calendar()
    boris.get(f"/staff/cases/{ref}/appointment")
    boris.press("09:00")
    boris.get("/staff/")
    assert "Danach: Dienstag, 24. November 2026 (1)" in boris.page.words()
    assert "Berisha, Valon" in boris.page.links()
    desk.clock.advance(timedelta(days=1))
    boris = desk.sign_in("boris")
    assert "Termine (1)" in boris.page.words()


def test_ranges_show_who_owns_what(desk, boris):
    desk.person("Berisha")
    desk.person("Öztürk")
    words = boris.get("/staff/ranges").page.words()
    assert "A – K Beispiel, B." in words
    assert "L – Z Muster, C." in words
    assert "ohne Person" not in words
    assert "Namen ohne Buchstaben A–Z" in words
