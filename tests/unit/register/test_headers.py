"""Columns are found by their titles, in any order, through built-in or own mappings."""

import pytest

from servicedesk.register.errors import BadMapping, EmptyList, HeaderDuplicated, HeaderNotRecognised
from servicedesk.register.reader import load_mapping
from servicedesk.register.rules import FIELDS, Field
from tests.support.lists import ALTERNATIVE, STANDARD, as_csv, line


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("header", [STANDARD, ALTERNATIVE])
def test_delimiter_and_mapping_are_found(opened, judge_list, delimiter, header):
    content = as_csv([line(familienname="A B", strasse="Weg, der")], header, delimiter).encode()
    with opened(content) as source:
        assert source.delimiter == delimiter
        assert source.layout.mapping.name == ("standard" if header is STANDARD else "alternative")
    results, _ = judge_list(content)
    assert (results[0].family_name, results[0].street) == ("A B", "Weg, der")


def test_columns_may_be_reordered_and_more_than_needed(opened, judge_list):
    order = [*reversed(range(len(STANDARD)))]
    header = ["Bemerkung", *(STANDARD[n].upper() for n in order)]
    content = as_csv([["egal", *(line()[n] for n in order)]], header).encode()
    with opened(content) as source:
        assert source.layout.unused == ("Bemerkung",)
    [row], _ = judge_list(content)
    assert (row.file_number, row.given_names, row.ends_on) == ("33.26.01-0000001", "Ayşe", "2027-02-15")


def test_a_header_may_come_after_empty_lines(read):
    [(number, _, _)] = read(("\r\n;;;\r\n" + as_csv([line()])).encode())
    assert number == 4


def test_a_missing_column_is_named(opened):
    header = [title for title in STANDARD if title != "gueltig_bis"]
    content = as_csv([line()], header).encode()
    with pytest.raises(HeaderNotRecognised) as refusal, opened(content):
        pass
    assert "ends_on („gueltig_bis“)" in str(refusal.value)
    assert "standard" in str(refusal.value)


def test_a_renamed_column_is_named(opened):
    content = as_csv([line()], ["Akte" if t == "aktenzeichen" else t for t in STANDARD]).encode()
    with pytest.raises(HeaderNotRecognised) as refusal, opened(content):
        pass
    assert "aktenzeichen" in str(refusal.value)
    assert "Akte," in str(refusal.value)


def test_without_a_header_no_name_is_shown(opened):
    content = (";".join(line(familienname="Geheim")) + "\n").encode()
    with pytest.raises(HeaderNotRecognised) as refusal, opened(content):
        pass
    assert "Geheim" not in str(refusal.value)
    assert "fehlt die Kopfzeile?" in str(refusal.value)


def test_a_title_that_stands_twice_is_refused(opened):
    content = as_csv([[*line(), "x"]], [*STANDARD, "Familienname"]).encode()
    with pytest.raises(HeaderDuplicated) as refusal, opened(content):
        pass
    assert "familienname" in str(refusal.value)


def test_a_title_nobody_needs_may_stand_twice(judge_list):
    [row], _ = judge_list(as_csv([[*line(), "x", "y"]], [*STANDARD, "Notiz", "Notiz"]).encode())
    assert row.file_number == "33.26.01-0000001"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n", b";;;\n"])
def test_an_empty_file_is_refused(opened, content):
    with pytest.raises(EmptyList), opened(content):
        pass


def test_a_list_of_a_header_only_has_no_lines(read):
    assert read(as_csv([]).encode()) == []


MAPPING = """
name = "fachverfahren"
[columns]
file_number = "Nr"
surname = ["Name", "Nachname"]
birth = "geb."
legal_basis = "Grundlage"
issued_on = "von"
ends_on = "bis"
sex = "Anrede"
[values.sex]
"Herr" = "m"
"""


def test_an_own_mapping_may_leave_out_columns_and_translate_values(tmp_path, opened, judge_list):
    file = tmp_path / "eigene.toml"
    file.write_text(MAPPING, encoding="utf-8")
    content = b"Nachname,Nr,geb.,Grundlage,von,bis,Anrede\nAli,7,01.02.1990,16b,01.01.2025,01.01.2027,Herr\n"
    with opened(content, mapping=file) as source:
        assert source.layout.mapping.name == "fachverfahren"
        assert Field.EMAIL in source.layout.absent
    [row], warnings = judge_list(content, mapping=file)
    assert (row.family_name, row.file_number, row.sex, row.email, row.town) == ("Ali", "7", "m", "", "")
    assert warnings == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[columns", "TOML"),
        ("[columns]\nsurname = 'a'", "es fehlen file_number"),
        ("[columns]\nnickname = 'a'", "columns.nickname"),
        ("[columns]\nsurname = []", "columns.surname"),
        ("[columns]\nsurname = 'a'\ngiven_names = 'A'", "„a“ gehört schon zu surname"),
        ("columns = 3", "columns: eine Tabelle"),
        ("[values]\nsex = 'm'", "values.sex"),
        ("encoding = 'x'", "encoding: unbekannter Schlüssel"),
    ],
)
def test_a_faulty_mapping_says_where(tmp_path, text, told):
    file = tmp_path / "m.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadMapping) as refusal:
        load_mapping(file)
    assert told in str(refusal.value) or told == "TOML"


def test_every_field_stands_in_both_built_in_mappings(opened):
    for header in (STANDARD, ALTERNATIVE):
        with opened(as_csv([], header).encode()) as source:
            assert source.layout.positions == tuple(range(len(FIELDS)))
            assert source.layout.titles == tuple(header)
