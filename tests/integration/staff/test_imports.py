"""The imports as the administrator sees them: what changed, rejected lines, lines that are gone; no names."""

from datetime import timedelta

import pytest

from servicedesk.db.audit import AccessLog
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.outreach.jobs import run_invitations, run_reconcile
from servicedesk.outreach.queries.vanished import Asked, list_gone_lines
from servicedesk.register.service import ImportOrder, Surroundings, import_register
from tests.conftest import NOW
from tests.support.desk import table_names
from tests.support.imports import add_import
from tests.support.lists import STANDARD, as_csv
from tests.support.office import load_cast

SOON, LATER = "15.02.2027", "15.09.2027"


def line(number, name, ends_on=SOON, birth="17.05.1990"):
    values = {
        "aktenzeichen": f"33.{number}",
        "familienname": name,
        "vornamen": "Amina",
        "geburtsdatum": birth,
        "strasse": "Lindenweg",
        "plz": "12345",
        "ort": "Musterstadt",
        "titel_rechtsgrundlage": "16b.1",
        "erteilt_am": "15.02.2025",
        "gueltig_bis": ends_on,
    }
    return [values.get(column, "") for column in STANDARD]


@pytest.fixture
def frida(desk):
    return desk.sign_in("frida")


@pytest.fixture
def load(desk, tmp_path):
    """Import lists as the command does, into the data directory the pages read from."""

    def run(*lines, name="ablauf.csv", is_confirmed=True):
        file = tmp_path / name
        file.write_text(as_csv(lines, STANDARD), encoding="utf-8")
        surroundings = Surroundings(desk.db, desk.vault, tmp_path, desk.clock, OPERATOR)
        order = ImportOrder(file, is_confirmed=is_confirmed)
        report = import_register(desk.cast.office, order, surroundings)
        desk.clock.advance(timedelta(minutes=1))
        return report

    return run


def test_before_the_first_list_the_page_says_what_to_run(frida):
    words = frida.get("/staff/").follow("Importe ansehen").page.words()
    assert "Noch keine Liste eingelesen." in words
    assert "servicedesk register import DATEI --dry-run" in words


def test_each_import_is_listed_with_its_counts_and_who_ran_it(desk, frida, load):
    load(line(1, "Çelik"), line(2, "Zorn"), line(3, "Demir", birth="17.05.2190"))
    load(line(1, "Çelik"), line(2, "Zorn", LATER), name="ablauf-2.csv")
    frida.get("/staff/imports")
    assert table_names(frida) == ["ablauf-2.csv", "ablauf.csv"]
    words = frida.page.words()
    assert "23.11.2026, 09:00 der Betrieb ✓ fertig 3 2 0 1 abgelehnte Zeilen laden" in words
    assert "2 neue Personen, 2 neue Titel" in words
    assert "23.11.2026, 09:01 der Betrieb ✓ fertig 2 1 1 0 1 Enddatum berichtigt" in words
    frida.follow("ablauf.csv")
    words = frida.page.words()
    for text in ("Zeilen (3)", "übernommen 2", "unverändert 0", "abgelehnt 1", "neue Personen 2", "utf-8"):
        assert text in words, text
    for name in ("Çelik", "Zorn", "Demir"):
        assert name not in words


def test_rejected_lines_leave_as_a_file_and_that_is_recorded(desk, frida, load):
    report = load(line(1, "Çelik"), line(2, "Demir", birth="17.05.2190"))
    frida.get("/staff/imports")
    frida.follow("abgelehnte Zeilen laden")
    assert frida.answer.mimetype == "text/csv"
    assert frida.answer.data == report.rejects_file.read_bytes()
    assert frida.answer.headers["Content-Disposition"].startswith("attachment; filename=musterstadt-2026")
    assert "sandbox" in frida.answer.headers["Content-Security-Policy"]
    assert frida.answer.headers["Cache-Control"] == "no-store"
    row = desk.row(AccessLog)
    assert (row.page, row.account_id, row.person_id) == (
        f"import_rejects {report.import_id.hex}",
        desk.cast.accounts["frida"],
        None,
    )
    report.rejects_file.unlink()
    assert frida.get(f"/staff/imports/{report.import_id.hex}/rejects.csv").status == 409
    assert "liegt nicht auf diesem Server" in frida.page.words()
    assert len(desk.rows(AccessLog)) == 1


def test_an_import_without_rejected_lines_has_no_file(frida, load):
    report = load(line(1, "Çelik"))
    assert "Abgelehnte Zeilen laden" not in frida.get(f"/staff/imports/{report.import_id.hex}").page.words()
    assert frida.get(f"/staff/imports/{report.import_id.hex}/rejects.csv").status == 404


def test_lines_that_are_gone_are_kept_listed_and_asked_about(desk, frida, load):
    office = desk.cast.office
    load(line(1, "Çelik"), line(2, "Demir", LATER), line(3, "Zorn", LATER))
    run_invitations(desk.db, desk.vault, now=NOW, office_id=office.id)
    gone = load(line(3, "Zorn", LATER), name="ablauf-2.csv")

    def states():
        with desk.db.reading() as session:
            return [
                (one.file_number, one.asked) for one in list_gone_lines(session, office.id, gone.import_id)
            ]

    assert states() == [("33.1", Asked.waiting), ("33.2", Asked.waiting)]
    run_reconcile(desk.db, desk.vault, now=NOW, office_id=office.id)
    assert states() == [("33.1", Asked.asked), ("33.2", Asked.kept)]
    words = frida.get(f"/staff/imports/{gone.import_id.hex}").page.words()
    assert "Nicht mehr in der Liste (2)" in words
    assert "33.1 § 16b.1 15.02.2027 nachgefragt Beispiel, B." in words.replace("▲ ", "")
    assert "behalten, niemand wird eingeladen" in words
    assert "Çelik" not in words
    boris = desk.sign_in("boris")
    boris.press("erledigt")
    assert states()[0] == ("33.1", Asked.answered)
    load(line(1, "Çelik"), line(3, "Zorn", LATER), name="ablauf-3.csv")
    assert states() == [("33.1", Asked.is_back), ("33.2", Asked.kept)]


def test_an_import_that_was_killed_says_what_to_do(desk, frida):
    with desk.db.unit_of_work() as session:
        failed = add_import(session, desk.cast.office.id, state="failed", lines=0, rejected=0, difference={})
        running = add_import(
            session,
            desk.cast.office.id,
            state="running",
            lines=0,
            rejected=0,
            difference={},
            finished_at=None,
        )
    words = frida.get(f"/staff/imports/{failed.hex}").page.words()
    assert "Lesen Sie dieselbe Liste noch einmal ein" in words
    assert "Noch keine Zahlen." in words
    assert "Dieser Import läuft noch" in frida.get(f"/staff/imports/{running.hex}").page.words()


def test_many_imports_are_paged(desk, frida):
    with desk.db.unit_of_work() as session:
        for number in range(27):
            at = NOW + timedelta(hours=number)
            add_import(session, desk.cast.office.id, file_name=f"liste-{number:02d}.csv", started_at=at)
    frida.get("/staff/imports")
    assert len(table_names(frida)) == 25
    assert table_names(frida)[0] == "liste-26.csv"
    frida.follow("nächste")
    assert table_names(frida) == ["liste-01.csv", "liste-00.csv"]
    for page in ("9", "0", "x", "99999999"):
        assert frida.get(f"/staff/imports?page={page}").status == 200
    assert "Zu den letzten Importen" in frida.get("/staff/imports?page=9").page.words()


def test_the_neighbours_imports_are_not_there(desk, frida):
    with desk.db.unit_of_work() as session:
        other = load_cast(session, NOW, ref="nachbarort", host="nachbar.example", town="Nachbarort")
        foreign = add_import(session, other.office.id)
    assert "Noch keine Liste eingelesen." in frida.get("/staff/imports").page.words()
    for wanted in (foreign.hex, "no-id"):
        assert frida.get(f"/staff/imports/{wanted}").status == 404
        assert frida.get(f"/staff/imports/{wanted}/rejects.csv").status == 404


@pytest.mark.parametrize("login", ["boris", "dmitri", "eva"])
def test_only_the_administrator_sees_imports(desk, login):
    browser = desk.sign_in(login)
    assert "Importe" not in browser.page.words()
    assert browser.get("/staff/imports").status == 403
