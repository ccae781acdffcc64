"""My range: one table, filters in the address, pages by key, scope, every state of it."""

from datetime import timedelta
from time import perf_counter

import pytest

from servicedesk.cases.models import Case
from servicedesk.kernel.ids import new_id, new_ref
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.desk import TODAY, table_names
from tests.support.office import load_cast


def test_an_empty_range_says_what_will_be_here(boris):
    page = boris.get("/staff/range").page
    assert page.h1.startswith("Mein Bereich: A - K")
    assert "Gerade braucht Sie niemand." in page.words()
    assert "In dieser Auswahl ist niemand." in boris.get("/staff/range?show=invited").page.words()


def test_the_range_shows_everybody_of_mine_and_nobody_else(desk, boris):
    desk.case("Çelik", "Özlem", TODAY + timedelta(days=12))
    desk.person("Al Ghazali", "Samar", TODAY + timedelta(days=200))
    desk.case("Zorn", "Clara", TODAY + timedelta(days=12))
    boris.get("/staff/range?show=all")
    assert table_names(boris) == ["Çelik, Özlem", "Al Ghazali, Samar"]
    words = boris.page.words()
    assert "05.12.2026" in words
    assert "▲ 12 Tage" in words
    assert "eingeladen, noch kein Antrag" in words
    assert "noch nicht fällig" in words


def test_the_filters_stand_in_the_address_and_count(desk, boris):
    desk.case("Berisha", "Valon", TODAY + timedelta(days=12))
    desk.case("Ahmadi", "Parwana", TODAY + timedelta(days=60))
    desk.case("Dąbrowski", "Ewa", TODAY + timedelta(days=61), invited=False)
    boris.get("/staff/range")
    assert table_names(boris) == ["Berisha, Valon"]
    links = boris.page.links()
    for text in (
        "braucht mich (1)",
        "Risiko (1)",
        "wartet auf Person (2)",
        "eingeladen (2)",
        "Termin (0)",
        "alle",
    ):
        assert text in links, sorted(links)
    boris.follow("wartet auf Person")
    assert table_names(boris) == ["Ahmadi, Parwana", "Dąbrowski, Ewa"]
    boris.follow("eingeladen (2)")
    assert table_names(boris) == ["Berisha, Valon", "Ahmadi, Parwana"]
    current = [boris.page.words(link) for link in boris.page.all("a", aria_current="page")]
    assert "eingeladen (2)" in current


@pytest.mark.parametrize(
    "address", ["?show=nonsense", "?after=xx&from=yy", "?owner=zz", "?from=99999999999", "?show=%00"]
)
def test_an_address_nobody_wrote_shows_the_usual(desk, boris, address):
    desk.case("Berisha", "Valon", TODAY + timedelta(days=12))
    assert boris.get(f"/staff/range{address}").status == 200
    assert table_names(boris) == ["Berisha, Valon"]


def test_an_appointment_shows_in_its_filter(desk, boris):
    ref = desk.case("Berisha", "Valon", TODAY + timedelta(days=70))
    desk.open_calendar()
    boris.get(f"/staff/cases/{ref}/appointment")
    boris.press("09:00")
    boris.get("/staff/range?show=appointment")
    assert table_names(boris) == ["Berisha, Valon"]
    assert "Termin vereinbart, 24.11.2026, 09:00" in boris.page.words()
    assert table_names(boris.get("/staff/range?show=waiting")) == []


def test_the_team_lead_sees_the_team_and_narrows_to_one_case_worker(desk):
    desk.case("Berisha", "Valon", TODAY + timedelta(days=12))
    desk.case("Zorn", "Clara", TODAY + timedelta(days=13))
    eva = desk.sign_in("eva")
    assert table_names(eva.get("/staff/range")) == ["Berisha, Valon", "Zorn, Clara"]
    eva.follow("Muster, C.")
    assert table_names(eva) == ["Zorn, Clara"]
    assert "alle Sachbearbeitungen" in eva.page.links()


def test_english_is_offered_for_the_account(desk, boris):
    boris.get("/staff/range")
    boris.press("English")
    assert boris.page.all("html")[0].get("lang") == "en"


def crowd(desk, count):
    """Write many people with open cases at once."""
    people, cases = [], []
    office = desk.cast.office
    with desk.db.unit_of_work() as session:
        for number in range(count):
            person_id, ends_on = new_id(), TODAY + timedelta(days=number % 90)
            people.append(
                {
                    "id": person_id,
                    "office_id": office.id,
                    "file_number": f"C-{number:06}",
                    "family_name": f"Berg{number:05}",
                    "given_names": "Amina",
                    "surname_key": "BERG",
                    "birth_year": 1990,
                    "birth_month": 5,
                    "birth_day": 17,
                    "sex": "w",
                    "nationalities": "163",
                    "street": "Lindenweg",
                    "house_number": "7",
                    "postcode": "12345",
                    "town": "Musterstadt",
                    "first_seen_on": TODAY,
                }
            )
            cases.append(
                {
                    "id": new_id(),
                    "office_id": office.id,
                    "ref": new_ref("V"),
                    "person_id": person_id,
                    "ends_on": ends_on,
                    "first_ends_on": ends_on,
                    "concern_id": "permit_study",
                    "catalogue_version": "test",
                    "team_id": desk.team_id,
                    "owner_id": desk.cast.members["boris"],
                    "opened_at": NOW,
                    "opened_by": "system",
                    "origin": "due",
                    "invited_at": NOW,
                    "ready_by": "",
                }
            )
        session.bulk_insert_mappings(Person, people)
        session.bulk_insert_mappings(Case, cases)


def test_two_thousand_rows_are_paged_by_key_and_stay_fast(desk, boris):
    crowd(desk, 2000)
    boris.get("/staff/range?show=invited")
    seen, pages = [], 0
    began = perf_counter()
    while True:
        pages += 1
        seen += table_names(boris)
        following = [link.get("href") for link in boris.page.all("a", rel="next")]
        if not following or pages == 5:
            break
        boris.get(following[0])
    assert (perf_counter() - began) / 4 < 2.5
    assert len(seen) == len(set(seen)) == 250
    assert "Zeilen 201–250 von 2000" in boris.page.words()
    assert "Zum Anfang der Liste" in boris.page.links()


def test_paging_through_everything_shows_each_person_once(desk, boris):
    crowd(desk, 60)
    for number in range(3):
        desk.person(f"Adam{number}", "Nur", TODAY + timedelta(days=300))
    boris.get("/staff/range?show=all")
    assert "Zeilen 1–50 von 63" in boris.page.words()
    seen = table_names(boris)
    boris.get(boris.page.all("a", rel="next")[0].get("href"))
    assert "Zeilen 51–63 von 63" in boris.page.words()
    assert len({*seen, *table_names(boris)}) == 63


def test_the_neighbour_office_is_not_there(db, desk, boris):
    with db.unit_of_work() as session:
        load_cast(session, NOW, ref="nachbarort", host="nachbar.example", town="Nachbarort")
    desk.case("Berisha", "Valon", TODAY + timedelta(days=12))
    eva = desk.sign_in("eva")
    assert table_names(eva.get("/staff/range?show=all")) == ["Berisha, Valon"]


def test_the_front_desk_sees_the_office_but_no_invitations(desk):
    desk.case("Berisha", "Valon", TODAY + timedelta(days=12))
    dmitri = desk.sign_in("dmitri")
    assert table_names(dmitri.get("/staff/range?show=all")) == ["Berisha, Valon"]
    assert "Einladungen" not in dmitri.page.links()
    assert dmitri.get("/staff/invitations").status == 403


def test_the_administrator_sees_no_files(desk):
    frida = desk.sign_in("frida")
    assert "Akten und Vorgänge sehen Sie nicht" in frida.page.words()
    assert frida.get("/staff/range").status == 403
    assert frida.get("/staff/ranges").status == 200
