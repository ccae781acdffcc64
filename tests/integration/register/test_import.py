"""Import lists on both engines: what is stored, what is counted, what the rooms above are told."""

from datetime import date

import pytest

from servicedesk.register.errors import LooksOlder, NeedsConfirmation
from tests.support.lists import ALTERNATIVE, line, rows
from tests.support.office import load_cast


def test_a_first_import_stores_every_line(desk):
    report = desk.load(rows(300))
    assert (report.lines, report.accepted, report.unchanged, report.rejected) == (300, 300, 0, 0)
    assert report.rejects_file is None
    assert len(desk.people()) == len(desk.titles()) == 300
    assert desk.changes() == []


def test_the_same_list_again_is_unchanged_in_any_encoding_order_and_header(desk):
    lines = [row for row in rows(200) if ";".join(row).isascii()]
    desk.load(lines)
    again = desk.load(lines, header=ALTERNATIVE, encoding="utf-16")
    assert (again.accepted, again.unchanged, again.encoding) == (0, len(lines), "utf-16-le")
    assert desk.changes() == []


def test_a_person_is_stored_as_the_register_writes_it(desk, vault):
    desk.load(
        [line(geburtsdatum="00.00.1990", email="a@b.example", telefon="+49 151 5550", familienverband="F1")]
    )
    [person] = desk.people().values()
    assert (person.family_name, person.given_names, person.surname_key) == ("Yıldırım", "Ayşe", "YILDIRIM")
    assert (person.birth_year, person.birth_month, person.birth_day) == (1990, 0, 0)
    assert vault.open_text(person.email_sealed, "person", person.id, "email_sealed") == "a@b.example"
    assert vault.open_text(person.phone_sealed, "person", person.id, "phone_sealed") == "+49 151 5550"
    assert (person.household_key, person.representative_file_number) == ("F1", None)
    [title] = desk.titles()
    assert (title.person_id, title.identity) == (person.id, "2025-02-15")
    assert (title.ends_on, title.effective_ends_on, title.is_unlimited) == (
        date(2027, 2, 15),
        date(2027, 2, 15),
        False,
    )


def test_unlimited_titles_end_with_the_card(desk):
    desk.load([line(gueltig_bis="31.12.9999", karte_gueltig_bis="01.06.2030")])
    [title] = desk.titles()
    assert (title.is_unlimited, title.ends_on, title.effective_ends_on) == (True, None, date(2030, 6, 1))


def test_permits_for_temporary_protection_run_on_by_ordinance(desk):
    desk.load([line(titel_rechtsgrundlage="24", erteilt_am="01.03.2024", gueltig_bis="04.03.2026")])
    [title] = desk.titles()
    assert (title.ends_on, title.effective_ends_on) == (date(2026, 3, 4), date(2027, 3, 4))


def test_another_end_date_of_the_same_title_is_a_correction(desk):
    desk.load([line()])
    report = desk.load([line(gueltig_bis="15.03.2027")])
    assert (report.accepted, report.difference["end_corrected"]) == (1, 1)
    [title] = desk.titles()
    assert title.ends_on == date(2027, 3, 15)
    [change] = desk.changes()
    assert (change.kind, change.title_id) == ("end_corrected", title.id)
    assert (change.old["ends_on"], change.new["ends_on"]) == ("2027-02-15", "2027-03-15")


def test_a_new_issue_date_with_a_later_end_renews(desk):
    desk.load([line()])
    report = desk.load(
        [line(erteilt_am="01.11.2026", gueltig_bis="01.11.2028", karte_gueltig_bis="01.11.2028")]
    )
    assert (report.accepted, report.difference["renewed"], report.difference["vanished"]) == (1, 1, 0)
    old, new = desk.titles()
    assert (old.is_superseded, old.vanished_on, new.is_superseded) == (True, None, False)
    [change] = desk.changes()
    assert (change.kind, change.title_id, change.new["title_id"]) == ("renewed", old.id, str(new.id))
    again = desk.load(
        [line(erteilt_am="01.11.2026", gueltig_bis="01.11.2028", karte_gueltig_bis="01.11.2028")]
    )
    assert (again.unchanged, len(desk.changes())) == (1, 1)


def test_another_legal_basis_renews_when_the_old_line_is_gone(desk):
    desk.load([line(), line(aktenzeichen="2")])
    desk.load(
        [
            line(
                titel_rechtsgrundlage="18b",
                erteilt_am="01.11.2026",
                gueltig_bis="01.11.2030",
                karte_gueltig_bis="",
            ),
            line(aktenzeichen="2"),
        ]
    )
    [change] = desk.changes()
    assert (change.kind, change.new["legal_basis"]) == ("renewed", "18b")


def test_a_line_that_vanished_is_kept_and_told_once(desk):
    lines = list(rows(20))
    desk.load(lines)
    report = desk.load(lines[1:])
    assert (report.unchanged, report.difference["vanished"]) == (19, 1)
    assert len(desk.titles()) == 20
    assert [change.kind for change in desk.changes()] == ["vanished"]
    desk.load(lines[1:])
    assert len(desk.changes()) == 1
    desk.load(lines)
    assert [change.kind for change in desk.changes()] == ["vanished", "reappeared"]
    assert all(title.vanished_on is None for title in desk.titles())


def test_a_renewed_title_stays_renewed_when_its_successor_vanishes(desk):
    others = [line(aktenzeichen=str(n)) for n in range(2, 12)]
    desk.load([line(), *others])
    desk.load(
        [line(erteilt_am="01.11.2026", gueltig_bis="01.11.2028", karte_gueltig_bis="01.11.2028"), *others]
    )
    desk.load(others)
    assert [change.kind for change in desk.changes()] == ["renewed", "vanished"]
    states = {title.identity: (title.is_superseded, title.vanished_on is None) for title in desk.titles()}
    assert states["2026-11-01"] == (False, False)
    assert [t.is_superseded for t in desk.titles() if t.identity == "2025-02-15"].count(True) == 1


def test_a_list_that_still_has_the_renewed_title_changes_nothing_more(desk):
    new = line(erteilt_am="01.11.2026", gueltig_bis="01.11.2028", karte_gueltig_bis="01.11.2028")
    desk.load([line()])
    assert desk.load([line(), new], is_confirmed=True).difference["renewed"] == 1
    for _ in range(2):
        report = desk.load([line(), new])
        assert (report.accepted, report.unchanged) == (0, 2)
    assert [change.kind for change in desk.changes()] == ["renewed"]


def test_moving_away_is_accepted_once_then_unchanged(desk):
    desk.load([line()])
    gone = line(verzogen_am="01.11.2026")
    assert desk.load([gone]).accepted == 1
    assert desk.load([gone]).unchanged == 1
    assert [change.kind for change in desk.changes()] == ["moved_away"]
    assert desk.people()["33.26.01-0000001"].moved_away_on == date(2026, 11, 1)
    desk.load([line()])
    assert [change.kind for change in desk.changes()] == ["moved_away", "moved_back"]


def test_a_new_person_who_moved_away_is_accepted_and_no_change(desk):
    assert desk.load([line(verzogen_am="01.11.2026")]).accepted == 1
    assert desk.changes() == []


def test_names_addresses_and_birth_dates_are_told_apart(desk):
    desk.load([line()])
    desk.load([line(familienname="Yıldırım-Öz", strasse="Am Markt", geburtsdatum="18.05.1990")])
    assert {change.kind for change in desk.changes()} == {
        "name_changed",
        "address_changed",
        "birth_date_changed",
    }
    person = desk.people()["33.26.01-0000001"]
    assert (person.family_name, person.surname_key, person.street) == (
        "Yıldırım-Öz",
        "YILDIRIMOEZ",
        "Am Markt",
    )


def test_contact_in_the_list_changes_without_telling_anybody(desk, vault):
    desk.load([line(email="alt@b.example")])
    assert desk.load([line(email="neu@b.example")]).accepted == 1
    person = desk.people()["33.26.01-0000001"]
    assert vault.open_text(person.email_sealed, "person", person.id, "email_sealed") == "neu@b.example"
    assert desk.changes() == []


def test_equal_duplicates_are_unchanged_unequal_ones_rejected_naming_both_lines(desk):
    other = line(gueltig_bis="15.03.2027")
    report = desk.load([line(), line(aktenzeichen="2"), line(), other])
    assert (report.lines, report.accepted, report.unchanged, report.rejected) == (4, 2, 1, 1)
    text = report.rejects_file.read_text(encoding="utf-8-sig")
    assert "Zeile 5 und Zeile 2 nennen denselben Titel" in text
    again = desk.load([line(), line(aktenzeichen="2"), line(), other])
    assert (again.accepted, again.unchanged, again.rejected) == (0, 3, 1)
    assert "Zeile 5 und Zeile 2" in again.rejects_file.read_text(encoding="utf-8-sig")


def test_two_titles_of_one_person_share_the_person(desk):
    second = line(titel_rechtsgrundlage="60a", erteilt_am="01.03.2026", strasse="Am Markt")
    report = desk.load([line(), second])
    assert (report.accepted, report.warnings) == (2, {"person_differs": 1})
    assert len(desk.people()) == 1
    assert len({title.person_id for title in desk.titles()}) == 1
    assert desk.people()["33.26.01-0000001"].street == "Lindenweg"


def test_older_titles_in_the_same_list_are_superseded_without_a_change(desk):
    new = line(erteilt_am="01.11.2026", gueltig_bis="01.11.2028", karte_gueltig_bis="01.11.2028")
    desk.load([new, line()])
    old = [title for title in desk.titles() if title.identity == "2025-02-15"]
    assert [title.is_superseded for title in old] == [True]
    assert "renewed" not in {change.kind for change in desk.changes()}


def test_a_file_number_given_to_somebody_else_is_rejected(desk):
    desk.load([line()])
    report = desk.load([line(familienname="Okoro", vornamen="Ngozi", geburtsdatum="01.02.1985")])
    assert (report.rejected, report.rejections) == (1, {"file_number_reused": 1})
    assert desk.people()["33.26.01-0000001"].family_name == "Yıldırım"


def test_good_lines_are_kept_and_rejected_ones_go_to_a_private_file(desk):
    report = desk.load(
        [line(), line(aktenzeichen="2", geburtsdatum="=1+1"), line(aktenzeichen="3", familienname="B0b")]
    )
    assert (report.accepted, report.rejected) == (1, 2)
    assert report.rejects_file.stat().st_mode & 0o777 == 0o600
    content = report.rejects_file.read_text(encoding="utf-8-sig").splitlines()
    assert content[0] == "line;column;value;reason;erklaerung;explanation"
    assert content[1].startswith("3;geburtsdatum;'=1+1;date_format;")
    assert content[2].startswith("4;familienname;B0b;name_digit;")


@pytest.mark.parametrize("count", [70, 130])
def test_a_fifth_more_or_less_asks_for_confirmation(desk, count):
    desk.load(rows(100))
    lines = list(rows(count))
    with pytest.raises(NeedsConfirmation):
        desk.load(lines)
    assert len(desk.people()) == 100
    assert desk.load(lines, is_dry_run=True).needs_confirmation == "needs_confirmation"
    assert desk.load(lines, is_confirmed=True).lines == count


def test_an_older_list_after_a_newer_one_asks(desk):
    old = [line(aktenzeichen=str(n)) for n in range(1, 9)]
    new = [
        line(
            aktenzeichen=str(n),
            erteilt_am="01.11.2026",
            gueltig_bis="01.11.2028",
            karte_gueltig_bis="01.11.2028",
        )
        for n in range(1, 9)
    ]
    desk.load(old)
    desk.load(new)
    with pytest.raises(LooksOlder):
        desk.load(old)
    report = desk.load(old, is_confirmed=True)
    assert (report.difference["vanished"], report.difference["reappeared"]) == (8, 8)
    current = [title for title in desk.titles() if not title.is_superseded and title.vanished_on is None]
    assert {title.identity for title in current} == {"2025-02-15"}


def test_a_dry_run_counts_like_the_real_one_and_writes_nothing(desk):
    lines = [*rows(60), line(), line(), line(gueltig_bis="15.03.2027"), line(aktenzeichen="x", vornamen="4")]
    dry = desk.load(lines, is_dry_run=True)
    assert (dry.lines, dry.accepted, dry.unchanged, dry.rejected) == (64, 61, 1, 2)
    assert dry.rejects_file is None
    assert desk.people() == {}
    real = desk.load(lines)
    assert (dry.accepted, dry.unchanged, dry.rejected) == (real.accepted, real.unchanged, real.rejected)
    assert dry.difference == real.difference
    changed = [*list(rows(60))[1:], line(gueltig_bis="15.04.2027"), line(aktenzeichen="y")]
    dry = desk.load(changed, is_dry_run=True)
    assert len(desk.changes()) == 0
    real = desk.load(changed)
    assert dry.difference == real.difference
    assert {kind: n for kind, n in real.difference.items() if n and kind != "examples"} == {
        "new_people": 1, "new_titles": 1, "end_corrected": 1, "vanished": 1
    }  # fmt: skip


def test_backslashes_quotes_and_breaks_survive_the_way_into_the_database(desk):
    condition = 'Nur bei "Müller \\ Söhne"\tin\nHalle 3\\N'
    desk.load([line(nebenbestimmung_erwerb=condition, strasse="C\\D-Straße")])
    [title] = desk.titles()
    assert title.employment_condition == condition
    assert desk.people()["33.26.01-0000001"].street == "C\\D-Straße"


def test_an_import_leaves_other_offices_alone(desk, clock):
    with desk.database.unit_of_work() as session:
        other = load_cast(session, clock.now(), ref="nachbarstadt", host="nachbar.example").office
    desk.load(rows(10))
    neighbour = type(desk)(desk.database, desk.vault, desk.clock, desk.folder, other)
    neighbour.load([line()])
    report = desk.load(rows(10))
    assert (report.unchanged, report.difference["vanished"]) == (10, 0)
    assert len(neighbour.people()) == 1
