"""Interim confirmations as case workers work them: the list, one press, many at once, one whole, its end."""

from datetime import timedelta

import pytest

from servicedesk.cases.models import Case
from servicedesk.db.audit import AccessLog, AuditEvent
from servicedesk.interim.models import InterimConfirmation, InterimNote
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.notices.letters import LettersUnavailable
from servicedesk.notices.models import Outbox
from servicedesk.offices.models import Office
from servicedesk.offices.service import enter_absence
from servicedesk.staff import views_confirmation
from tests.support.applicants import apply_for, confirmation_of, run_night
from tests.support.desk import TODAY, table_names
from tests.support.pdf_reading import page_texts


@pytest.fixture
def night(desk, tmp_path):
    """Let a night pass: the job runs as it would."""

    def run(days=0):
        desk.clock.advance(timedelta(days=days))
        return run_night(desk, tmp_path)

    return run


@pytest.fixture
def proposed(desk, night):
    """Give Boris two proposals of his own, one that needs a look, and Clara one."""
    refs = {
        "near": apply_for(desk, "Çelik", "Özlem", ends_in=9, file_number="33.26-1"),
        "far": apply_for(desk, "Ahmadi", "Parwana", ends_in=12, file_number="33.26-2"),
        "look": apply_for(desk, "Haddad", "Nour", ends_in=11, legal_basis="104c.1", file_number="33.26-3"),
        "other": apply_for(desk, "Zorn", "Clara", ends_in=9, file_number="33.26-4"),
    }
    night()
    return refs


def ref_of(desk, case_ref):
    return confirmation_of(desk, case_ref).ref


def state_of(desk, case_ref):
    return confirmation_of(desk, case_ref).state


def four_eyes(desk):
    with desk.db.unit_of_work() as session:
        office = session.get_one(Office, desk.cast.office.id)
        office.settings = {**office.settings, "interim": {"four_eyes": True}}
        office.loaded_at = desk.clock.now()


def test_an_empty_list_says_what_will_be_here(boris):
    words = boris.get("/staff/interim").page.words()
    assert "nichts wartet auf Sie" in words
    assert "erscheint hier 14 Tage vorher" in words
    assert "Zwischenbestätigungen" not in boris.get("/staff/").page.words().split("Tasten")[0]


def test_the_list_shows_the_nearest_end_first_and_nobody_elses(boris, proposed):
    boris.get("/staff/interim")
    assert table_names(boris) == ["Çelik, Özlem", "Ahmadi, Parwana", "Haddad, Nour"]
    words = boris.page.words()
    assert "3 warten auf Sie" in words
    assert "§ 16b Abs. 1 AufenthG" in words
    assert "Erwerbstätigkeit bis zu 140 Tagen erlaubt" in words
    assert table_names(boris.get("/staff/interim?show=release")) == ["Çelik, Özlem", "Ahmadi, Parwana"]
    assert table_names(boris.get("/staff/interim?show=look")) == ["Haddad, Nour"]
    assert "Hier wartet nichts." in boris.get("/staff/interim?show=requests").page.words()
    assert table_names(boris.get("/staff/interim?show=nonsense")) == table_names(boris.get("/staff/interim"))
    assert {"freizugeben (2)", "ein Mensch muss hinsehen (1)"} <= set(boris.get("/staff/").page.links())


def test_one_press_releases_and_issues(desk, boris, proposed):
    boris.get("/staff/interim?show=release")
    boris.press("freigeben : Çelik, Özlem")
    assert boris.path == "/staff/interim"
    assert "Eine Zwischenbestätigung ist freigegeben" in boris.page.words()
    assert table_names(boris) == ["Ahmadi, Parwana"]
    row = confirmation_of(desk, proposed["near"])
    assert (row.state, row.is_automatic) == ("issued", False)
    assert row.released_by == f"staff:{desk.cast.accounts['boris']}"
    assert desk.row(Outbox, subject_id=row.id).kind == "interim_confirmation"


def test_all_that_are_checked_go_at_once_but_those_unticked(desk, boris, proposed):
    boris.get("/staff/interim")
    boris.follow("Alle 2 prüfen und freigeben")
    assert table_names(boris) == ["Çelik, Özlem", "Ahmadi, Parwana"]
    hidden = boris.page.hidden()
    boris.post("/staff/interim/release", {**hidden, "ref": [ref_of(desk, proposed["far"])]})
    assert "Eine Zwischenbestätigung ist freigegeben" in boris.page.words()
    assert (state_of(desk, proposed["near"]), state_of(desk, proposed["far"])) == ("proposed", "issued")


def test_a_batch_without_anybody_is_asked_back(desk, boris, proposed):
    boris.get("/staff/interim/release")
    boris.post("/staff/interim/release", boris.page.hidden())
    assert boris.page.errors == ["Lassen Sie mindestens eine angekreuzt."]
    assert state_of(desk, proposed["near"]) == "proposed"


def test_a_batch_sent_twice_releases_once(desk, boris, proposed):
    boris.get("/staff/interim/release")
    data = {**boris.page.hidden(), "ref": [ref_of(desk, proposed["near"]), ref_of(desk, proposed["far"])]}
    for _ in range(2):
        boris.post("/staff/interim/release", data)
        assert "2 Zwischenbestätigungen sind freigegeben" in boris.page.words()
    assert len(desk.rows(Outbox, kind="interim_confirmation")) == 2


def test_what_changed_meanwhile_stays_behind_and_is_counted(desk, boris, proposed):
    boris.get("/staff/interim/release")
    data = {**boris.page.hidden(), "ref": [ref_of(desk, proposed["near"]), ref_of(desk, proposed["far"])]}
    desk.sign_in("eva").get(f"/staff/interim/{ref_of(desk, proposed['near'])}").press("Freigeben")
    boris.post("/staff/interim/release", data)
    words = boris.page.words()
    assert "Eine Zwischenbestätigung ist freigegeben" in words
    assert "Eine blieb stehen, weil sich inzwischen etwas geändert hat." in words


def test_nobody_releases_for_somebody_elses_range(desk, boris, proposed):
    ref = ref_of(desk, proposed["other"])
    assert boris.get(f"/staff/interim/{ref}").status == 404
    boris.get("/staff/interim/release")
    boris.post("/staff/interim/release", {**boris.page.hidden(), "ref": [ref]})
    assert "Eine blieb stehen" in boris.page.words()
    assert "freigegeben." not in boris.page.words()
    assert state_of(desk, proposed["other"]) == "proposed"


def test_one_whole_shows_what_is_printed_and_why(desk, boris, proposed):
    boris.get(f"/staff/interim/{ref_of(desk, proposed['near']).lower()}")
    words = boris.page.words()
    for text in (
        "Was darauf stehen wird",
        "Özlem Çelik",
        "§ 16b Abs. 1 AufenthG",
        "Erwerbstätigkeit bis zu 140 Tagen erlaubt",
        "Der Antrag kam vor dem Ende des Titels.",
        "Unbearbeitet geht sie am 25.11.2026 an die Vertretung oder das Team.",
        "Am 30.11.2026 wird sie von selbst freigegeben.",
        "Zwischenbestätigung vorgeschlagen",
    ):
        assert text in words, text
    assert "https://www.gesetze-im-internet.de/aufenthg_2004/__81.html" in boris.page.links().values()
    assert [one.page for one in desk.rows(AccessLog) if one.page == "interim"] == ["interim"]
    boris.press("Freigeben")
    words = boris.page.words()
    assert "Was darauf steht" in words
    assert "Zwischenbestätigung freigegeben – Boris" in words
    assert f"Statuscode {confirmation_of(desk, proposed['near']).status_code[:5]}-" in words


def test_what_the_rules_leave_to_a_person_needs_a_reason(desk, boris, proposed):
    ref = ref_of(desk, proposed["look"])
    boris.get(f"/staff/interim/{ref}")
    assert "Von selbst wird sie nicht freigegeben: Ein Mensch muss hinsehen." in boris.page.words()
    boris.submit(note="")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    assert state_of(desk, proposed["look"]) == "proposed"
    boris.submit(note="Antrag nach § 25b liegt vor")
    assert state_of(desk, proposed["look"]) == "issued"
    assert "Antrag nach § 25b liegt vor" in boris.page.words()


def test_a_no_needs_a_reason_and_stays_in_sight(desk, boris, proposed, night):
    ref = ref_of(desk, proposed["near"])
    boris.get(f"/staff/interim/{ref}")
    boris.follow("Ablehnen")
    assert "Nach den Regeln steht dieser Person eine Zwischenbestätigung zu" in boris.page.words()
    boris.submit(reason=" ")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    boris.submit(reason="Pass ist gefälscht")
    assert boris.path == "/staff/interim"
    assert state_of(desk, proposed["near"]) == "declined"
    night()
    boris.get("/staff/interim?show=look")
    assert "Çelik, Özlem" in table_names(boris)
    assert (
        "Die Sachbearbeitung hat den Vorschlag abgelehnt, obwohl die Regeln eine Bestätigung vorsehen."
        in boris.page.words()
    )
    boris.follow("Çelik, Özlem")
    boris.press("Zwischenbestätigung vorschlagen")
    assert "ersetzt eine frühere" not in boris.page.words()
    boris.press("Freigeben")
    assert state_of(desk, proposed["near"]) == "issued"


def test_an_issued_one_is_taken_back_with_two_reasons(desk, boris, proposed):
    boris.get(f"/staff/interim/{ref_of(desk, proposed['near'])}").press("Freigeben")
    boris.follow("Zurücknehmen")
    boris.submit()
    assert boris.page.errors == ["Wählen Sie, was im Brief steht.", "Nennen Sie den Grund."]
    boris.submit(cause="facts_wrong", reason="Name falsch geschrieben")
    row = confirmation_of(desk, proposed["near"])
    assert (row.state, row.end_reason, row.end_note) == (
        "withdrawn",
        "facts_wrong",
        "Name falsch geschrieben",
    )
    words = boris.page.words()
    assert "zurückgenommen" in words
    assert "Angaben stimmen nicht · Name falsch geschrieben" in words
    assert boris.page.all("button", type="submit") != []
    assert "Drucken" not in words


def test_the_same_paper_is_sent_again(desk, boris, proposed):
    boris.get(f"/staff/interim/{ref_of(desk, proposed['near'])}").press("Freigeben")
    boris.press("Noch einmal senden")
    assert "Schreiben und Nachrichten (2)" in boris.page.words()
    assert confirmation_of(desk, proposed["near"]).sequence == 1


def test_the_paper_is_printed_at_once_and_that_is_recorded(desk, boris, proposed):
    ref = ref_of(desk, proposed["near"])
    boris.get(f"/staff/interim/{ref}").press("Freigeben")
    code = confirmation_of(desk, proposed["near"]).status_code
    boris.press("Drucken")
    assert boris.answer.headers["Content-Type"] == "application/pdf"
    assert ref in boris.answer.headers["Content-Disposition"]
    text = " ".join(page_texts(boris.answer.data))
    assert "Özlem Çelik" in text
    assert f"{code[:5]}-{code[5:]}" in text
    event = desk.row(AuditEvent, action="print_interim")
    assert (event.actor, event.details) == (f"staff:{desk.cast.accounts['boris']}", {"confirmation": ref})
    assert "am Schalter ausgehändigt" in boris.get(f"/staff/interim/{ref}").page.words()


def test_a_machine_without_letters_says_so_and_records_nothing(desk, boris, proposed, monkeypatch):
    def fail(*_):
        raise LettersUnavailable("no Pango")

    boris.get(f"/staff/interim/{ref_of(desk, proposed['near'])}").press("Freigeben")
    monkeypatch.setattr(views_confirmation, "render_letter", fail)
    boris.press("Drucken")
    assert "lassen sich keine Schreiben erstellen" in boris.page.words()
    assert desk.rows(AuditEvent, action="print_interim") == []


def test_what_does_not_hold_is_not_printed(desk, boris, proposed):
    ref = ref_of(desk, proposed["near"])
    boris.get(f"/staff/interim/{ref}")
    boris.post(f"/staff/interim/{ref}/print", boris.page.hidden())
    assert boris.status == 409
    assert desk.rows(AuditEvent, action="print_interim") == []


def test_two_pairs_of_eyes_are_two_people(desk, boris, proposed):
    four_eyes(desk)
    boris.get("/staff/interim?show=release").press("freigeben : Çelik, Özlem")
    assert state_of(desk, proposed["near"]) == "proposed"
    assert "Bei einer haben Sie zugestimmt. Eine zweite Person muss sie noch freigeben." in boris.page.words()
    assert "Die Briefe entstehen gerade" not in boris.page.words()
    boris.get("/staff/interim?show=second")
    assert "Sie haben freigegeben, eine zweite Person fehlt" in boris.page.words()
    assert not any("freigeben :" in boris.page.words(one) for one in boris.page.all("button"))
    boris.get(f"/staff/interim/{ref_of(desk, proposed['near'])}").press("Freigeben")
    assert boris.status == 409
    eva = desk.sign_in("eva")
    eva.get("/staff/interim?show=second")
    assert "freigegeben von Boris" in eva.page.words()
    eva.press("freigeben : Çelik, Özlem")
    assert state_of(desk, proposed["near"]) == "issued"


def test_unreleased_it_goes_to_the_deputy_who_sees_the_file(desk, proposed, night):
    with desk.db.unit_of_work() as session:
        enter_absence(
            session,
            member_id=desk.cast.members["boris"],
            deputy_id=desk.cast.members["clara"],
            first_on=TODAY + timedelta(days=1),
            last_on=TODAY + timedelta(days=3),
            actor=OPERATOR,
            now=desk.clock.now(),
        )
    night(days=2)
    row = confirmation_of(desk, proposed["near"])
    assert (row.state, row.assigned_to) == ("proposed", desk.cast.members["clara"])
    clara = desk.sign_in("clara")
    clara.get("/staff/interim")
    assert "Çelik, Özlem" in table_names(clara)
    assert "übergeben an Muster, C." in clara.page.words()
    assert clara.get(f"/staff/cases/{proposed['near']}").status == 200
    clara.get("/staff/interim").press("freigeben : Çelik, Özlem")
    assert state_of(desk, proposed["near"]) == "issued"


def test_a_present_owner_who_lets_it_lie_loses_it_to_the_team(desk, proposed, night):
    night(days=2)
    clara = desk.sign_in("clara")
    clara.get("/staff/interim")
    # Çelik ends in seven days now and is the team's; Ahmadi has three days more and is still Boris's alone.
    assert set(table_names(clara)) == {"Çelik, Özlem", "Zorn, Clara"}
    assert "übergeben an das Team" in clara.page.words()
    clara.get(f"/staff/interim/{ref_of(desk, proposed['near'])}")
    assert clara.status == 200
    assert clara.get(f"/staff/cases/{proposed['near']}").status == 404
    clara.get(f"/staff/interim/{ref_of(desk, proposed['near'])}").press("Freigeben", follow=False)
    assert state_of(desk, proposed["near"]) == "issued"
    assert clara.get(f"/staff/interim/{ref_of(desk, proposed['near'])}").status == 404


def test_what_runs_out_is_shown_before_its_renewal_is_due(desk, proposed, night):
    night(days=7)
    assert state_of(desk, proposed["near"]) == "issued"
    ends = confirmation_of(desk, proposed["near"]).check_again_on
    night(days=(ends - TODAY).days - 7 - 14)
    boris = desk.sign_in("boris")
    boris.get("/staff/interim")
    assert state_of(desk, proposed["near"]) == "proposed"
    assert "✓ alles geprüft Erneuerung" in boris.page.words()


def test_deciding_ends_it_in_the_same_act(desk, boris, proposed):
    boris.get(f"/staff/interim/{ref_of(desk, proposed['near'])}").press("Freigeben")
    boris.get(f"/staff/cases/{proposed['near']}/decide")
    boris.submit(decision="granted")
    assert state_of(desk, proposed["near"]) == "ended"
    assert "Titel erteilt" in boris.get(f"/staff/interim/{ref_of(desk, proposed['near'])}").page.words()


def test_an_application_recorded_at_the_last_moment_is_confirmed_at_once(desk, boris):
    ref = desk.case("Berg", "Ole", TODAY)
    boris.get(f"/staff/cases/{ref}/application")
    boris.submit(
        note="hat unterschrieben", received_on__day="23", received_on__month="11", received_time="08:30"
    )
    row = confirmation_of(desk, ref)
    assert (row.state, row.is_automatic, row.released_by) == ("issued", True, "system")


def test_a_fact_that_no_list_knows_is_noted_and_taken_back(desk, boris, proposed):
    boris.get(f"/staff/interim/{ref_of(desk, proposed['near'])}").press("Freigeben")
    boris.get(f"/staff/cases/{proposed['near']}")
    boris.follow("Vermerk zur Fortgeltung")
    boris.submit()
    assert boris.page.errors == ["Wählen Sie, was bekannt ist."]
    boris.submit(kind="departure", since_on__day="31", since_on__month="2", since_on__year="2026")
    assert boris.page.errors == ["Diesen Tag gibt es in dem Monat nicht. Prüfen Sie Tag und Monat."]
    boris.submit(kind="departure", since_on__day="1", since_on__month="11", text="Abmeldung liegt vor")
    words = boris.page.words()
    assert "verzogen oder ausgereist · seit 01.11.2026 : Abmeldung liegt vor" in words
    assert state_of(desk, proposed["near"]) == "ended"
    boris.press("zurücknehmen : verzogen oder ausgereist")
    assert desk.row(InterimNote).taken_back_at is not None
    assert "zurückgenommen Boris" in boris.page.words()


def test_the_case_page_says_why_there_is_none(desk, boris):
    ref = apply_for(desk, "Berg", "Ole", ends_in=-3, applied_ago=1)
    words = boris.get(f"/staff/cases/{ref}").page.words()
    assert "Der Antrag kam nach dem Ende des Titels." in words
    assert "Der Person sagen" in words
    assert desk.rows(InterimConfirmation, case_id=desk.row(Case, ref=ref).id) == []


def test_what_cannot_be_sealed_says_so_and_stays_in_sight(desk, boris, tmp_path):
    long = apply_for(desk, "Berg", "Ole", ends_in=9, condition="Beschäftigung nur als " + "x" * 3000)
    run_night(desk, tmp_path)
    boris.get("/staff/interim").press("freigeben : Berg, Ole")
    words = boris.page.words()
    assert "Eine ist freigegeben, aber noch nicht ausgestellt" in words
    assert "freigegeben, nicht ausgestellt" in words
    assert state_of(desk, long) == "released"
    boris.follow("Berg, Ole")
    assert "die Angaben sind zu lang" in boris.page.words()
    assert "Drucken" not in boris.page.words()
