"""Letters of a day: scope, one PDF, recorded, printed again only with a reason, failures in sight."""

from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest

from servicedesk.cases.models import Case
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.ids import new_id
from servicedesk.notices.letters import RenderedLetter
from servicedesk.notices.models import Letter, Outbox, PrintBatch
from tests.support.desk import TODAY, small_pdf


@pytest.fixture
def letter(desk):
    """Order a letter with a new code and lay a rendered one beside it, as the worker would."""

    def make(browser, ref, rendered_at=None):
        browser.get(f"/staff/cases/{ref}/code")
        browser.submit(identity_check="Pass vorgelegt")
        letter_id = new_id()
        with desk.db.unit_of_work() as session:
            case = session.query(Case).filter_by(ref=ref).one()
            outbox = session.query(Outbox).filter_by(subject_id=case.id, state="pending").one()
            outbox.state = "done"
            pdf = RenderedLetter(small_pdf(), 2, "Brief")
            session.add(
                Letter(
                    id=letter_id,
                    office_id=case.office_id,
                    outbox_id=outbox.id,
                    pdf_sealed=desk.vault.seal(pdf.pdf, "letter", letter_id, "pdf_sealed"),
                    sha256="0" * 64,
                    pages=pdf.page_count,
                    rendered_at=rendered_at or desk.clock.now(),
                    code_id=None,
                )
            )
        return letter_id

    return make


def test_a_day_without_letters_says_what_will_be_here(boris):
    words = boris.get("/staff/letters").page.words()
    assert "An diesem Tag ist kein Schreiben entstanden." in words
    assert "als PDF laden" not in words


def test_letters_of_the_day_leave_as_one_recorded_file(desk, boris, letter):
    letter(boris, desk.case("Çelik", "Özlem"))
    letter(boris, desk.case("Ahmadi", "Parwana"))
    clara = desk.sign_in("clara")
    letter(clara, desk.case("Zorn", "Clara"))
    boris.get("/staff/letters")
    words = boris.page.words()
    assert "Çelik, Özlem" in words
    assert "Zorn" not in words
    boris.press("2 Schreiben als eine PDF-Datei laden")
    assert boris.answer.headers["Content-Type"] == "application/pdf"
    assert "attachment" in boris.answer.headers["Content-Disposition"]
    with pikepdf.open(BytesIO(boris.answer.data)) as pdf:
        assert len(pdf.pages) == 4
    batch = desk.row(PrintBatch)
    assert (batch.letters, batch.created_by) == (2, desk.cast.accounts["boris"])
    assert len(desk.rows(AuditEvent, action="download_letters")) == 1
    words = boris.get("/staff/letters").page.words()
    assert "gedruckt" in words
    assert "als eine PDF-Datei laden" not in words
    assert len(clara.get("/staff/letters").page.all("tr")) == 2


def test_a_second_press_prints_nothing_twice(desk, boris, letter):
    letter(boris, desk.case("Çelik", "Özlem"))
    boris.get("/staff/letters")
    values = boris.page.hidden()
    address = "/staff/letters/print"
    boris.post(address, values | {"day": TODAY.isoformat()})
    boris.post(address, values | {"day": TODAY.isoformat()})
    assert boris.page.errors == ["Es ist kein Schreiben ausgewählt."]
    assert len(desk.rows(PrintBatch)) == 1


def test_printing_again_needs_a_reason_which_is_kept(desk, boris, letter):
    letter_id = letter(boris, desk.case("Çelik", "Özlem"))
    boris.get("/staff/letters")
    boris.press("Ein Schreiben als PDF laden")
    boris.get("/staff/letters")
    boris.follow("noch einmal drucken")
    boris.submit(reason="")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    boris.submit(reason="Papierstau")
    assert boris.answer.headers["Content-Type"] == "application/pdf"
    assert desk.row(AuditEvent, action="give_reprint_reason").details == {
        "letter": letter_id.hex,
        "reason": "Papierstau",
    }
    assert len(desk.rows(AuditEvent, action="reprint_letters")) == 1


def test_unprinted_letters_of_all_days_are_in_sight(desk, boris, letter):
    letter(boris, desk.case("Çelik", "Özlem"), rendered_at=desk.clock.now() - timedelta(days=3))
    assert "alle noch nicht gedruckten (1)" in boris.get("/staff/letters").page.links()
    boris.follow("alle noch nicht gedruckten")
    assert "Çelik, Özlem" in boris.page.words()
    boris.get("/staff/letters?day=2026-11-20")
    assert "Çelik, Özlem" in boris.page.words()
    boris.follow("nächster Tag")
    assert "Samstag, 21. November 2026" in boris.page.h1
    assert boris.get("/staff/letters?day=nonsense").status == 200


def test_a_letter_of_a_closed_case_leaves_the_next_file(desk, boris, letter):
    ref = desk.case("Çelik", "Özlem")
    withdrawn = letter(boris, ref)
    letter(boris, desk.case("Ahmadi", "Parwana"))
    boris.get(f"/staff/cases/{ref}/close")
    boris.submit(reason="opened_in_error")
    assert "zurückgenommen 23.11.2026, 09:00" in boris.page.words()
    words = boris.get("/staff/letters").page.words()
    assert "zurückgenommen 23.11.2026, 09:00" in words
    assert "Ein Schreiben als PDF laden" in words
    boris.press("Ein Schreiben als PDF laden")
    assert boris.answer.mimetype == "application/pdf"
    assert desk.row(Letter, id=withdrawn).printed_at is None
    assert desk.row(PrintBatch).letters == 1
    assert boris.get("/staff/letters?day=all").page.words().count("Çelik, Özlem") == 0
    boris.get(f"/staff/letters/{withdrawn.hex}/print")
    boris.submit(reason="Drucker klemmt")
    assert boris.page.errors == [
        "1 der gewählten Schreiben sind zurückgenommen und werden nicht mehr gedruckt."
    ]


def test_a_familys_letters_share_a_number_and_stand_together(desk, boris, letter):
    family = {"household_key": "H-1"}
    letter(boris, desk.case("Celik", "Kind", born=(2015, 3, 1), **family))
    letter(boris, desk.case("Ahmadi", "Parwana"))
    letter(boris, desk.case("Celik", "Mutter", born=(1986, 3, 1), **family))
    boris.get("/staff/letters")
    rows = [boris.page.words(row) for row in boris.page.all("tr")[1:]]
    assert [row.split(" 33.")[0] for row in rows] == ["Celik, Mutter", "Celik, Kind", "Ahmadi, Parwana"]
    assert ["1 gemeinsam" in row for row in rows] == [True, True, False]
    assert "Schreiben mit derselben Nummer gehören in einen Umschlag" in boris.page.words()
    boris.press("3 Schreiben als eine PDF-Datei laden")
    words = boris.get("/staff/letters").page.words()
    assert "gemeinsam" not in words
    assert "Umschlag" in words


def test_a_failure_is_visible(desk, boris):
    ref = desk.case("Çelik", "Özlem")
    boris.get(f"/staff/cases/{ref}/code")
    boris.submit(identity_check="Pass vorgelegt")
    with desk.db.unit_of_work() as session:
        outbox = session.query(Outbox).one()
        outbox.state, outbox.last_error = "failed", "glyph missing"
    words = boris.get("/staff/letters").page.words()
    assert "Ein Schreiben ließ sich nicht erstellen oder zustellen" in words
    assert "glyph missing" in words
    assert "nicht möglich, nachsehen" in boris.get(f"/staff/cases/{ref}").page.words()
    assert "glyph missing" not in desk.sign_in("clara").get("/staff/letters").page.words()


def test_a_letter_of_another_range_looks_like_none(desk, boris, letter):
    clara = desk.sign_in("clara")
    foreign = letter(clara, desk.case("Zorn", "Clara")).hex
    assert boris.get(f"/staff/letters/{foreign}/print").status == 404
    hidden = boris.get("/staff/").page.hidden()
    assert boris.post(f"/staff/letters/{foreign}/print", hidden | {"reason": "x"}).status == 404
    assert desk.rows(PrintBatch) == []


def test_letters_are_no_get(desk, boris, letter):
    letter(boris, desk.case("Çelik", "Özlem"))
    assert boris.get("/staff/letters/print").status == 405
