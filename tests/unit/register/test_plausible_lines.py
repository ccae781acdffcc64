"""Lines that cannot be true are rejected; swapped columns are recognised where a line alone can show it."""

import pytest

from servicedesk.register.rules import Rejection
from servicedesk.register.rules.ordinances import load_ordinances, normalise_basis


@pytest.mark.parametrize(
    ("values", "column", "reason"),
    [
        ({"erteilt_am": "16.02.2027"}, "ends_on", "end_before_issue"),
        ({"erteilt_am": "01.05.1990", "geburtsdatum": "17.05.1990"}, "issued_on", "issued_before_birth"),
        ({"erteilt_am": "01.05.1990", "geburtsdatum": "00.00.1991"}, "issued_on", "issued_before_birth"),
        ({"erteilt_am": "", "gueltig_bis": "01.05.1990"}, "ends_on", "end_before_birth"),
        ({"karte_gueltig_bis": "14.02.2025"}, "card_ends_on", "card_before_issue"),
        ({"gueltig_bis": "15.02.2127"}, "ends_on", "end_implausible"),
        ({"geburtsdatum": "17.05.2030"}, "birth", "birth_in_future"),
        ({"geburtsdatum": "15.02.2027", "gueltig_bis": "17.05.1990"}, "birth", "columns_swapped"),
        ({"geburtsdatum": "17.05.1890"}, "birth", "date_implausible"),
        ({"aktenzeichen": ""}, "file_number", "file_number_missing"),
        ({"aktenzeichen": "=1+1"}, "file_number", "file_number_sign"),
        ({"aktenzeichen": "9" * 61}, "file_number", "too_long"),
        ({"titel_rechtsgrundlage": ""}, "legal_basis", "legal_basis_missing"),
        ({"titel_rechtsgrundlage": "x" * 41}, "legal_basis", "too_long"),
        ({"strasse": "x" * 201}, "street", "too_long"),
        ({"hausnummer": "x" * 31}, "house_number", "too_long"),
        ({"plz": "1" * 13}, "postcode", "too_long"),
        ({"ort": "x" * 101}, "town", "too_long"),
        ({"nebenbestimmung_erwerb": "x" * 4001}, "employment_condition", "too_long"),
        ({"familienverband": "x" * 61}, "household", "too_long"),
        ({"gesetzlicher_vertreter": "x" * 61}, "representative", "too_long"),
        ({"staatsangehoerigkeiten": "163," * 21}, "nationalities", "too_long"),
        ({"strasse": "Weg\r\n1"}, "street", "line_break"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "email", "line_break"),
    ],
)
def test_impossible_lines_name_column_and_reason(code, values, column, reason):
    expected = "birth_too_old" if reason == "date_implausible" else reason
    assert code(**values) == (column, expected)


@pytest.mark.parametrize(
    "values",
    [
        {"erteilt_am": "15.02.2027"},
        {"erteilt_am": "01.01.1991", "geburtsdatum": "00.00.1991"},
        {"erteilt_am": ""},
        {"pass_gueltig_bis": "01.01.2020"},
        {"pass_gueltig_bis": ""},
        {"karte_gueltig_bis": ""},
        {"verzogen_am": "01.11.2026"},
        {"gueltig_bis": "01.11.2026"},
        {"nebenbestimmung_erwerb": "Zeile 1\nZeile 2"},
        {"aktenzeichen": "ABH/33.2 (neu): 12_7-a"},
    ],
)
def test_unusual_but_possible_lines_are_accepted(code, values):
    assert code(**values) is None


@pytest.mark.parametrize("unlimited", ["", "31.12.9999", "9999-12-31"])
def test_unlimited_titles_keep_the_cards_end(judged, unlimited):
    row, _ = judged(gueltig_bis=unlimited, karte_gueltig_bis="01.06.2030")
    assert (row.is_unlimited, row.ends_on, row.card_ends_on, row.effective_ends_on) == (
        True,
        None,
        "2030-06-01",
        "2030-06-01",
    )
    row, _ = judged(gueltig_bis=unlimited, karte_gueltig_bis=unlimited)
    assert (row.is_unlimited, row.effective_ends_on) == (True, None)


def test_identity_is_the_issue_date_or_else_kind_and_end(judged):
    assert judged()[0].identity == "2025-02-15"
    assert judged(erteilt_am="")[0].identity == "limited 2027-02-15"
    assert judged(erteilt_am="", gueltig_bis="", karte_gueltig_bis="")[0].identity == "unlimited"


@pytest.mark.parametrize(
    ("issued", "ends", "effective"),
    [
        ("01.03.2024", "04.03.2026", "2027-03-04"),
        ("01.02.2026", "01.02.2026", "2027-03-04"),
        ("01.03.2024", "31.01.2026", "2026-01-31"),
        ("02.02.2026", "04.03.2026", "2026-03-04"),
        ("01.03.2024", "04.03.2028", "2028-03-04"),
        ("", "04.03.2026", "2027-03-04"),
    ],
)
def test_permits_valid_on_the_day_run_on_by_ordinance(judged, issued, ends, effective):
    row, _ = judged(
        titel_rechtsgrundlage="§ 24 Abs. 1 AufenthG",
        erteilt_am=issued,
        gueltig_bis=ends,
        karte_gueltig_bis="",
    )
    assert row.effective_ends_on == effective
    other, _ = judged(titel_rechtsgrundlage="25.3", erteilt_am=issued, gueltig_bis=ends, karte_gueltig_bis="")
    assert other.effective_ends_on == other.ends_on


def test_ordinances_carry_their_source():
    for rule in load_ordinances():
        assert rule.source_url.startswith("https://www.gesetze-im-internet.de/")
        assert rule.checked_on.year >= 2026


@pytest.mark.parametrize("text", ["24", "§ 24", "§24 AufenthG", " 24 "])
def test_legal_bases_are_compared_without_signs_and_words(text):
    assert normalise_basis(text) == "24"


@pytest.mark.parametrize(
    ("values", "field", "stored", "warning"),
    [
        ({"geschlecht": "Männlich"}, "sex", "m", None),
        ({"geschlecht": ""}, "sex", "x", None),
        ({"geschlecht": "?"}, "sex", "x", "sex_unknown"),
        ({"staatsangehoerigkeiten": "163, 475"}, "nationalities", "163,475", None),
        ({"staatsangehoerigkeiten": "staatenlos"}, "nationalities", "997", None),
        ({"staatsangehoerigkeiten": "ungeklärt"}, "nationalities", "998", None),
        ({"staatsangehoerigkeiten": "Türkei"}, "nationalities", "Türkei", "nationality_unknown"),
        ({"plz": "1234"}, "postcode", "1234", "postcode_unusual"),
        ({"verzogen_am": "31.12.9999"}, "moved_away_on", None, None),
        ({"sprache": "sr_Latn"}, "language", "sr-Latn", None),
        ({"sprache": "deutsch, englisch"}, "language", None, "language_unknown"),
        ({"email": "keine"}, "email", "", "email_unusable"),
        ({"telefon": "keins"}, "phone", "", "phone_unusable"),
        ({"telefon": "+49 (0)30/123-45"}, "phone", "+49 (0)30/123-45", None),
        ({"gesetzlicher_vertreter": "33.26.01-0000001"}, "representative", None, "own_representative"),
        ({"erteilt_am": "01.12.2026"}, "issued_on", "2026-12-01", "issued_in_future"),
    ],
)
def test_minor_values_never_cost_the_line(judged, values, field, stored, warning):
    row, warnings = judged(**values)
    assert not isinstance(row, Rejection)
    assert getattr(row, field) == stored
    assert warnings == ([warning] if warning else [])
