"""Which letters share an envelope."""

from servicedesk.notices.envelopes import take_file
from servicedesk.notices.rules import Reader, sort_envelopes


def reader(file_number, year, home="H-1", *, child=False, of=""):
    return Reader(home=home, file_number=file_number, born=(year, 1, 1), is_child=child, represented_by=of)


MOTHER, FATHER = reader("1", 1986), reader("2", 1984)
SON, DAUGHTER = reader("3", 2015, child=True, of="1"), reader("4", 2018, child=True)


def test_everybody_on_their_own_has_an_envelope_in_the_order_given():
    alone = [("b", reader("9", 1990, "x")), ("a", reader("8", 1970, "y"))]
    assert sort_envelopes(alone) == [["b"], ["a"]]
    assert sort_envelopes([]) == []


def test_a_household_lies_together_where_its_first_letter_lies():
    letters = [("m", MOTHER), ("x", reader("9", 1990, "x")), ("f", FATHER)]
    assert sort_envelopes(letters) == [["f"], ["m"], ["x"]]


def test_grown_ups_get_their_own_and_children_travel_with_whom_the_register_names():
    letters = [("d", DAUGHTER), ("s", SON), ("m", MOTHER), ("f", FATHER)]
    assert sort_envelopes(letters) == [["f", "d"], ["m", "s"]]


def test_a_child_whose_representative_gets_no_letter_travels_with_the_oldest():
    assert sort_envelopes([("s", SON), ("f", FATHER)]) == [["f", "s"]]


def test_children_whose_parents_get_no_letter_share_one():
    assert sort_envelopes([("d", DAUGHTER), ("s", SON)]) == [["s", "d"]]


def test_two_letters_of_one_person_share_an_envelope():
    assert sort_envelopes([("a", MOTHER), ("b", MOTHER), ("f", FATHER)]) == [["f"], ["a", "b"]]


def test_a_file_tears_no_envelope_apart():
    lots = [["a", "b"], ["c", "d"], ["e"]]
    assert take_file(lots, 5) == ["a", "b", "c", "d", "e"]
    assert take_file(lots, 3) == ["a", "b"]
    assert take_file(lots, 1) == ["a"]
    assert take_file([], 3) == []
