"""The front desk prints what is issued, asks for what is not, sees the answer, and decides nothing."""

from datetime import timedelta

import pytest

from servicedesk.db.audit import AuditEvent
from servicedesk.interim.models import InterimConfirmation, InterimRequest
from tests.support.applicants import apply_for, confirmation_of, run_night
from tests.support.desk import TODAY, table_names


@pytest.fixture
def dmitri(desk):
    return desk.sign_in("dmitri")


@pytest.fixture
def early(desk, tmp_path):
    """Somebody whose title ends in forty days: too early for a proposal."""
    ref = apply_for(desk, "Çelik", "Özlem", ends_in=40)
    run_night(desk, tmp_path)
    return ref


@pytest.fixture
def issued(desk, tmp_path):
    ref = apply_for(desk, "Farah", "Hodan", ends_in=1, file_number="33.26-0009002")
    run_night(desk, tmp_path)
    return ref


def ask(dmitri, ref, note="Der Arbeitgeber verlangt sie bis morgen"):
    dmitri.get(f"/staff/cases/{ref}")
    dmitri.follow("Zwischenbestätigung anfragen")
    return dmitri.submit(note=note)


def test_the_empty_page_says_what_to_do(dmitri):
    words = dmitri.get("/staff/interim").page.words()
    assert "Keine Anfrage offen." in words
    assert "öffnen Sie den Vorgang der Person und fragen dort an" in words


def test_what_is_issued_is_found_and_printed(desk, dmitri, issued):
    dmitri.get("/staff/interim")
    dmitri.get("/staff/interim/register?show=valid&q=33.26-0009002")
    assert table_names(dmitri) == ["Farah, Hodan"]
    dmitri.follow("Farah, Hodan")
    dmitri.press("Drucken")
    assert dmitri.answer.headers["Content-Type"] == "application/pdf"
    assert desk.row(AuditEvent, action="print_interim").actor == f"staff:{desk.cast.accounts['dmitri']}"
    assert confirmation_of(desk, issued).handed_out_at == desk.clock.now()
    dmitri.get(f"/staff/cases/{issued}")
    assert "Zwischenbestätigung drucken" in dmitri.page.words()
    assert "Zwischenbestätigung anfragen" not in dmitri.page.words()


def test_it_decides_nothing(desk, dmitri, issued):
    apply_for(desk, "Ahmadi", "Parwana", ends_in=10)
    row = confirmation_of(desk, issued)
    dmitri.get(f"/staff/interim/{row.ref}")
    hidden = dmitri.page.hidden()
    for text in ("Freigeben", "Ablehnen", "Zurücknehmen", "Noch einmal senden"):
        assert text not in dmitri.page.links()
        assert not any(text in dmitri.page.words(one) for one in dmitri.page.all("button"))
    for way in ("release", "decline", "withdraw", "reissue"):
        assert dmitri.post(f"/staff/interim/{row.ref}/{way}", hidden).status == 403
    assert dmitri.get("/staff/interim/release").status == 403
    assert confirmation_of(desk, issued).state == "issued"


def test_a_request_is_seen_at_once_and_answered_by_the_release(desk, dmitri, early):
    ask(dmitri, early, note="")
    assert dmitri.page.errors == ["Schreiben Sie, wofür die Bestätigung gebraucht wird."]
    ask(dmitri, early)
    assert "wartet auf Antwort Anfrage der Servicestelle" in dmitri.page.words()
    assert "warten auf Antwort (1)" in dmitri.get("/staff/").page.links()
    boris = desk.sign_in("boris")
    assert "Anfragen der Servicestelle (1)" in boris.get("/staff/").page.links()
    boris.get("/staff/interim")
    assert table_names(boris) == ["Çelik, Özlem"]
    assert "Der Arbeitgeber verlangt sie bis morgen" in boris.page.words()
    boris.follow("beantworten")
    boris.press("Jetzt vorschlagen")
    boris.press("Freigeben")
    row = desk.row(InterimRequest)
    assert (row.answer, row.answered_by) == ("issued", f"staff:{desk.cast.accounts['boris']}")
    dmitri.get("/staff/interim")
    assert "ausgestellt, jetzt drucken" in dmitri.page.words()
    assert "beantwortet (1)" in dmitri.get("/staff/").page.links()
    dmitri.get("/staff/interim").follow("drucken")
    dmitri.press("drucken")
    assert dmitri.answer.headers["Content-Type"] == "application/pdf"


def test_a_no_comes_with_words_to_pass_on(desk, dmitri, early):
    ask(dmitri, early)
    boris = desk.sign_in("boris")
    boris.get("/staff/interim").follow("Çelik, Özlem")
    boris.submit()
    assert boris.page.errors == ["Wählen Sie eine Antwort."]
    boris.submit(answer="declined", note="")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    boris.submit(answer="declined", note="Der Titel gilt noch bis Januar, die Karte genügt.")
    assert "Çelik, Özlem" not in table_names(boris)
    dmitri.get("/staff/interim")
    words = dmitri.page.words()
    assert "nicht möglich" in words
    assert "Der Titel gilt noch bis Januar, die Karte genügt." in words
    assert "Der Titel gilt noch bis Januar" in dmitri.get(f"/staff/cases/{early}").page.words()
    boris.get(f"/staff/interim/requests/{desk.row(InterimRequest).id.hex}")
    assert boris.page.all("form", id="page-form") == []


def test_asking_twice_or_for_what_is_there_is_refused(desk, dmitri, early, issued):
    ask(dmitri, early)
    dmitri.get(f"/staff/cases/{early}/interim/request")
    dmitri.submit(note="noch einmal")
    assert dmitri.page.errors == [
        "Für diesen Vorgang ist schon angefragt. Die Sachbearbeitung antwortet noch heute."
    ]
    dmitri.get(f"/staff/cases/{issued}/interim/request")
    dmitri.submit(note="eilt")
    ref = confirmation_of(desk, issued).ref
    assert dmitri.page.errors == [f"Es gibt schon die Zwischenbestätigung {ref}. Drucken Sie diese."]
    assert len(desk.rows(InterimRequest)) == 1


def test_what_nobody_answers_becomes_the_teams(desk, dmitri, early, tmp_path):
    ask(dmitri, early)
    assert table_names(desk.sign_in("clara").get("/staff/interim")) == []
    desk.clock.advance(timedelta(hours=5))
    run_night(desk, tmp_path)
    clara = desk.sign_in("clara")
    clara.get("/staff/interim")
    assert table_names(clara) == ["Çelik, Özlem"]
    assert "wartet schon zu lange" in clara.page.words()
    clara.follow("beantworten")
    clara.submit(answer="other", note="Boris ruft um 15 Uhr an")
    assert desk.row(InterimRequest).answer_note == "Boris ruft um 15 Uhr an"
    assert clara.get(f"/staff/cases/{early}").status == 404


def test_old_answers_leave_the_page_after_two_days(desk, dmitri, early):
    ask(dmitri, early)
    boris = desk.sign_in("boris")
    boris.get("/staff/interim").follow("Çelik, Özlem")
    boris.submit(answer="other", note="kommt mit der Post")
    assert "Meine Anfragen (1)" in dmitri.get("/staff/interim").page.words()
    desk.clock.advance(timedelta(days=3))
    assert "Meine Anfragen (0)" in desk.sign_in("dmitri").get("/staff/interim").page.words()


def test_a_foreign_request_does_not_exist(desk, dmitri, tmp_path):
    ref = apply_for(desk, "Zorn", "Clara", ends_in=40)
    ask(dmitri, ref)
    boris = desk.sign_in("boris")
    assert boris.get(f"/staff/interim/requests/{desk.row(InterimRequest).id.hex}").status == 404
    assert table_names(boris.get("/staff/interim")) == []
    assert desk.rows(InterimConfirmation) == []
    assert desk.row(InterimRequest).due_on == TODAY
