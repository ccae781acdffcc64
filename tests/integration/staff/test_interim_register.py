"""The register of confirmations: found by name, number, reference and code; filters in the address; figures."""

from datetime import timedelta

import pytest

from servicedesk.interim.queries.register import read_status_code
from servicedesk.staff import views_interim_register
from tests.support.applicants import apply_for, confirmation_of, run_night
from tests.support.desk import table_names


@pytest.fixture
def people(desk, tmp_path):
    """One issued by itself, one by hand, one proposed, one declined, one of Clara's."""
    refs = {
        "auto": apply_for(desk, "Farah", "Hodan", ends_in=1, file_number="33.26-0001"),
        "hand": apply_for(desk, "Çelik", "Özlem", ends_in=9, file_number="33.26-0002"),
        "open": apply_for(desk, "Ahmadi", "Parwana", ends_in=12, file_number="33.26-0003"),
        "no": apply_for(desk, "Berisha", "Valon", ends_in=11, file_number="33.26-0004"),
        "other": apply_for(desk, "Zorn", "Clara", ends_in=1, file_number="33.26-0005"),
    }
    run_night(desk, tmp_path)
    boris = desk.sign_in("boris")
    boris.get(f"/staff/interim/{confirmation_of(desk, refs['hand']).ref}").press("Freigeben")
    boris.get(f"/staff/interim/{confirmation_of(desk, refs['no']).ref}/decline")
    boris.submit(reason="Pass gefälscht")
    return refs


def found(browser, query=""):
    return sorted(table_names(browser.get(f"/staff/interim/register{query}")))


def test_an_empty_register_says_what_will_be_here(boris):
    words = boris.get("/staff/interim/register").page.words()
    assert "Noch keine Zwischenbestätigung." in words
    assert "Zahlen" not in words


def test_everybody_of_the_own_range_is_found_by_what_is_known(desk, boris, people):
    everybody = ["Ahmadi, Parwana", "Berisha, Valon", "Farah, Hodan", "Çelik, Özlem"]
    assert found(boris) == everybody
    assert found(boris, "?q=celik") == found(boris, "?q=33.26-0002") == ["Çelik, Özlem"]
    assert found(boris, "?q=33.26") == everybody
    row = confirmation_of(desk, people["hand"])
    for typed in (
        row.ref.lower(),
        people["hand"],
        row.status_code,
        f"{row.status_code[:5]}-{row.status_code[5:]}".lower(),
        f" {row.status_code[:5]} {row.status_code[5:]} ",
    ):
        assert found(boris, f"?q={typed}") == ["Çelik, Özlem"], typed
    other = confirmation_of(desk, people["other"])
    for typed in ("Zorn", "33.26-0005", other.ref, other.status_code, people["other"]):
        assert found(boris, f"?q={typed}") == [], typed
    assert found(desk.sign_in("eva"), f"?q={other.status_code}") == ["Zorn, Clara"]
    assert found(desk.sign_in("dmitri"), "?q=zorn") == ["Zorn, Clara"]


def test_nothing_found_leads_on(boris, people):
    boris.get("/staff/interim/register?q=Niemand")
    assert "Dazu gibt es keine Zwischenbestätigung." in boris.page.words()
    assert boris.page.links()["diese Person im Register suchen"] == "/staff/search?q=Niemand"


def test_groups_and_period_stand_in_the_address(desk, boris, people):
    assert found(boris, "?show=valid") == ["Farah, Hodan", "Çelik, Özlem"]
    assert found(boris, "?show=on_its_way") == ["Ahmadi, Parwana"]
    assert found(boris, "?show=never") == ["Berisha, Valon"]
    assert found(boris, "?show=over") == []
    assert found(boris, "?show=valid&q=farah") == ["Farah, Hodan"]
    assert len(found(boris, "?from=2026-11-23&until=2026-11-23")) == 4
    assert found(boris, "?until=2026-11-22") == found(boris, "?from=2026-11-24") == []
    boris.get("/staff/interim/register?show=valid&q=farah&from=2026-11-01")
    values = {node.get("name"): node.get("value") for node in boris.page.all("input") if node.get("name")}
    assert (values["q"], values["show"], values["from"]) == ("farah", "valid", "2026-11-01")


@pytest.mark.parametrize(
    "query", ["?show=x", "?page=0", "?page=99999999", "?page=-1", "?from=x&until=9999-12-31", "?q=%00%25_"]
)
def test_odd_addresses_mean_nothing(boris, people, query):
    assert boris.get(f"/staff/interim/register{query}").status == 200


def test_the_figures_count_what_the_filter_leaves(boris, people):
    words = boris.get("/staff/interim/register").page.words()
    assert "2 ausgestellt davon gültig: 2 1 davon von selbst freigegeben 0 davon Erneuerungen" in words
    assert "0 zurückgenommen 1 abgelehnt" in words
    words = boris.get("/staff/interim/register?q=celik").page.words()
    assert "1 ausgestellt davon gültig: 1 0 davon von selbst freigegeben" in words
    boris.get("/staff/interim/register?show=never")
    assert {"alle (4)", "gültig (2)", "in Arbeit (1)", "nicht mehr gültig (0)", "nie ausgestellt (1)"} <= set(
        boris.page.links()
    )


def test_pages_follow_each_other(boris, people, monkeypatch):
    monkeypatch.setattr(views_interim_register, "PAGE_ROWS", 3)
    first = table_names(boris.get("/staff/interim/register?show="))
    assert "Zeilen 1–3 von 4" in boris.page.words()
    boris.follow("nächste")
    second = table_names(boris)
    assert (len(first), len(second)) == (3, 1)
    assert not set(first) & set(second)
    assert not any("nächste" in text for text in boris.page.links())


def test_a_renewal_is_counted_and_shown(desk, boris, people, tmp_path):
    check_again = confirmation_of(desk, people["auto"]).check_again_on
    desk.clock.advance(timedelta(days=(check_again - desk.clock.now().date()).days))
    run_night(desk, tmp_path)
    boris = desk.sign_in("boris")
    boris.get("/staff/interim/register?q=farah")
    assert table_names(boris) == ["Farah, Hodan", "Farah, Hodan"]
    words = boris.page.words()
    assert "durch eine neue ersetzt" in words
    assert "1 davon Erneuerungen" in words
    boris.get(f"/staff/interim/{confirmation_of(desk, people['auto']).ref}")
    assert "ersetzt eine frühere" in boris.page.words()
    assert "Alle dieses Vorgangs (2)" in boris.page.words()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ABCDE-12345", "ABCDE12345"),
        ("abcde 12345", "ABCDE12345"),
        ("OBCDE-IL345", "0BCDE11345"),
        ("ABCDE-1234", None),
        ("ABCDE-123456", None),
        ("ABCDE-1234U", None),
        ("", None),
    ],
)
def test_a_status_code_is_read_as_people_type_it(typed, code):
    assert read_status_code(typed) == code
