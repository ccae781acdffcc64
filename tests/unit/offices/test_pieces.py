import re

import pytest

from servicedesk.kernel.names import UmlautRule
from servicedesk.offices.rules.pieces import Span, UnreadablePiece, parse_pieces

DIN_2, DIN_1 = UmlautRule.DIN_5007_2, UmlautRule.DIN_5007_1


def _spans(published, umlauts=DIN_2):
    return [(piece.span.lo, piece.span.hi) for piece in parse_pieces(published, umlauts)]


@pytest.mark.parametrize(
    ("published", "spans"),
    [
        # as published by three counties and a town
        ("A - Al G", [("A", "ALG")]),
        ("Al H - All", [("ALH", "ALL")]),
        ("Alm - Az", [("ALM", "AZ")]),
        ("C - G", [("C", "G")]),
        ("H -Kas", [("H", "KAS")]),
        ("Kat-Ma", [("KAT", "MA")]),
        ("Mb-Mz", [("MB", "MZ")]),
        ("N -Sh", [("N", "SH")]),
        ("Si - U", [("SI", "U")]),
        ("Aa - Alr", [("AA", "ALR")]),
        ("C, D, J, L, Yn - Yz", [("C", "C"), ("D", "D"), ("J", "J"), ("L", "L"), ("YN", "YZ")]),
        ("Als - Az, R, Ya - Ym", [("ALS", "AZ"), ("R", "R"), ("YA", "YM")]),
        ("E, G, N, T", [("E", "E"), ("G", "G"), ("N", "N"), ("T", "T")]),
        ("Ma - Mn, Mp - Mz, X", [("MA", "MN"), ("MP", "MZ"), ("X", "X")]),
        ("F, MO", [("F", "F"), ("MO", "MO")]),
        ("A – I", [("A", "I")]),
        ("J – Z", [("J", "Z")]),
        # other ways of writing
        ("a-i", [("A", "I")]),
        ("A—C", [("A", "C")]),
        ("A bis C", [("A", "C")]),
        ("I/Y", [("I", "I"), ("Y", "Y")]),
        ("H - I/Y", [("H", "I"), ("Y", "Y")]),
        ("A; B & C und D", [("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")]),
        ("Al-A - Al-Z", [("ALA", "ALZ")]),
        ("O'", [("O", "O")]),
        ("Ş", [("S", "S")]),
        ("A - C.", [("A", "C")]),
        ("A,, B,", [("A", "A"), ("B", "B")]),
        ("  Sch\u00a0 ", [("SCH", "SCH")]),
        ("Mb - M", [("MB", "M")]),
        ("Und - Uz", [("UND", "UZ")]),
        ("Ohnesorg", [("OHNESORG", "OHNESORG")]),
    ],
)
def test_published_text_becomes_pieces(published, spans):
    assert _spans(published) == spans


def test_umlauts_in_bounds_follow_the_office_rule():
    assert _spans("Oa - Ö", DIN_2) == [("OA", "OE")]
    assert _spans("Ö - Oz", DIN_1) == [("O", "OZ")]


@pytest.mark.parametrize(
    ("published", "text", "taken_out", "further"),
    [
        ("S ohne Sch, St", "S ohne Sch, St", ["SCH", "ST"], []),
        ("S (ohne Sch, St)", "S (ohne Sch, St)", ["SCH", "ST"], []),
        ("S (ohne Sch, St), T", "S (ohne Sch, St)", ["SCH", "ST"], ["T"]),
        ("S ohne Sch, St, T - U", "S ohne Sch, St", ["SCH", "ST"], ["T - U"]),
        ("S außer Sch und St", "S außer Sch und St", ["SCH", "ST"], []),
        ("R – Z mit Ausnahme von S", "R – Z mit Ausnahme von S", ["S"], []),
        ("S OHNE SCH", "S OHNE SCH", ["SCH"], []),
    ],
)
def test_exclusions_are_taken_out_of_the_piece_before_them(published, text, taken_out, further):
    first, *others = parse_pieces(published, DIN_2)
    assert first.text == text
    assert list(first.excluded) == [Span(key, key) for key in taken_out]
    assert [piece.text for piece in others] == further


@pytest.mark.parametrize(
    ("published", "says"),
    [
        ("", "is empty"),
        (" , ", "is empty"),
        ("A -", "both sides"),
        ("- C", "both sides"),
        ("C - A", "ends before it begins"),
        ("Mb - Ma", "ends before it begins"),
        ("A - B - C", "more than two bounds"),
        ("1 - 3", "'1' is not a letter"),
        ("A*", "'A*' is not a letter"),
        ("S ohne T", "no part of 'S'"),
        ("S ohne S", "no part of 'S'"),
        ("(A)", "bracket"),
        ("S (ohne Sch))", "bracket"),
        ("S ohne", "nothing after 'ohne'"),
        ("ohne A", "name the range first"),
        ("S (ohne Sch, T)", "no part of"),
        ("S (Vertretung)", "without 'ohne"),
        ("S (ohne Sch", "never closes"),
        ("A" * 41, "too long"),
    ],
)
def test_what_cannot_be_read_is_named(published, says):
    with pytest.raises(UnreadablePiece, match=re.escape(says)):
        parse_pieces(published, DIN_2)
