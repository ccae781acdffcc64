"""Who stands in for whom: chains, circles, and what may not be entered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.offices.errors import (
    AbsenceBackwards,
    AbsenceOver,
    AbsenceOverlaps,
    AbsenceTooLong,
    DeputyAway,
    DeputyIsSelf,
    DeputyNotHere,
    FaultyOfficeFile,
)
from servicedesk.offices.rules.absences import Absence, check_absence, resolve_deputy
from servicedesk.offices.rules.setup import AbsenceSetup, parse_setup
from tests.unit.offices.files import MINIMAL

EVERYBODY = frozenset("abcd")
TODAY = date(2026, 11, 23)


def day(number):
    return date(2026, 12, number)


def away(member, deputy, first=1, last=5):
    return Absence(member, deputy, day(first), day(last))


@pytest.mark.parametrize(
    ("deputies", "expected"),
    [
        ({}, None),
        ({"a": "b"}, "b"),
        ({"a": "b", "b": "c"}, "c"),
        ({"a": "b", "b": "c", "c": "d"}, "d"),
        ({"a": "b", "b": "a"}, None),
        ({"a": "b", "b": "c", "c": "b"}, None),
        ({"a": "gone"}, None),
        ({"a": "b", "b": "gone"}, None),
        ({"b": "a"}, None),
    ],
)
def test_the_chain_ends_with_somebody_present_or_with_nobody(deputies, expected):
    assert resolve_deputy("a", deputies, EVERYBODY) == expected


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef"))
)
def test_whoever_stands_in_is_there(deputies, active):
    for member in "abcdef":
        found = resolve_deputy(member, deputies, active)
        assert found is None or (found in active and found not in deputies and member in deputies)


def test_an_ordinary_absence_may_stand():
    check_absence(away("a", "b"), [away("c", "d"), away("a", "c", 6, 9)], EVERYBODY, today=TODAY)


@pytest.mark.parametrize(
    ("wanted", "others", "refusal"),
    [
        (away("a", "a"), [], DeputyIsSelf),
        (away("a", "b", 5, 4), [], AbsenceBackwards),
        (away("a", "gone"), [], DeputyNotHere),
        (away("a", "b"), [away("a", "c", 5, 9)], AbsenceOverlaps),
        (away("a", "b", 5, 9), [away("a", "c", 1, 5)], AbsenceOverlaps),
        (away("a", "b", 2, 3), [away("a", "b")], AbsenceOverlaps),
        (away("a", "b"), [away("b", "a", 5, 9)], DeputyAway),
        (away("a", "b"), [away("b", "c"), away("c", "a", 3, 3)], DeputyAway),
        (away("a", "b"), [away("b", "gone", 4, 4)], DeputyAway),
        (Absence("a", "b", TODAY, TODAY + timedelta(days=732)), [], AbsenceTooLong),
        (Absence("a", "b", TODAY - timedelta(days=9), TODAY - timedelta(days=1)), [], AbsenceOver),
    ],
)
def test_what_may_not_stand(wanted, others, refusal):
    with pytest.raises(refusal):
        check_absence(wanted, others, EVERYBODY, today=TODAY)


def test_the_refusal_names_the_first_day_without_anybody():
    with pytest.raises(DeputyAway, match=r"Am 04\.12\.2026 wäre niemand da"):
        check_absence(
            away("a", "b", 1, 9), [away("b", "c", 2, 9), away("c", "b", 4, 6)], EVERYBODY, today=TODAY
        )


def test_a_chain_that_holds_on_every_day_may_stand():
    others = [away("b", "c", 2, 4), away("c", "d", 3, 3)]
    check_absence(away("a", "b", 1, 9), others, EVERYBODY, today=TODAY)


def test_an_old_file_may_speak_of_the_past():
    check_absence(Absence("a", "b", date(2020, 1, 1), date(2020, 1, 5)), [], EVERYBODY)


def test_two_years_are_the_most():
    check_absence(Absence("a", "b", TODAY, TODAY + timedelta(days=731)), [], EVERYBODY, today=TODAY)


def test_the_last_day_of_time_turns_no_calendar_over():
    check_absence(
        Absence("a", "b", date(9999, 12, 1), date.max),
        [Absence("b", "c", date(9999, 12, 5), date.max)],
        EVERYBODY,
    )


FILE = (
    MINIMAL
    + """
[[case_worker]]
ref = "kw2"
name = "Muster, C."
team = "aufenthalt"
"""
)


def absence(member="kw1", deputy="kw2", first="2026-12-01", last="2026-12-05"):
    return f"""
[[absence]]
case_worker = "{member}"
deputy = "{deputy}"
from = {first}
until = {last}
"""


def test_the_office_file_names_absences():
    setup = parse_setup((FILE + absence() + absence("kw2", "kw1", "2026-12-06", "2026-12-08")).encode())
    assert setup.absences == (
        AbsenceSetup("kw1", "kw2", day(1), day(5)),
        AbsenceSetup("kw2", "kw1", day(6), day(8)),
    )
    assert parse_setup(FILE.encode()).absences == ()


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        (absence(deputy="kw1"), "kw1 cannot stand in for themselves"),
        (absence(deputy="kw9"), "there is no case worker 'kw9'; did you mean"),
        (absence(last="2026-11-30"), "2026-11-30 lies before 2026-12-01"),
        (absence(last="2029-12-05"), "more than two years after 2026-12-01"),
        (absence() + absence(first="2026-12-05", last="2026-12-09"), "kw1 is already away from 2026-12-01"),
        (
            absence() + absence("kw2", "kw1", "2026-12-04", "2026-12-09"),
            "on 2026-12-04 nobody would be there",
        ),
        (absence().replace("until = 2026-12-05", ""), "is missing; add until"),
        (absence() + 'reason = "krank"', "reason: is not a key"),
    ],
)
def test_a_faulty_absence_is_named(entries, says):
    with pytest.raises(FaultyOfficeFile) as caught:
        parse_setup((FILE + entries).encode())
    assert any(says in str(problem) for problem in caught.value.found), [str(p) for p in caught.value.found]
