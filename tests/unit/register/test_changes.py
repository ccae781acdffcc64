"""What a line means for what is stored, decided without any database."""

from dataclasses import replace
from uuid import UUID

import pytest

from servicedesk.register.errors import LooksOlder, NeedsConfirmation
from servicedesk.register.rules import (
    ChangeKind,
    KnownPerson,
    KnownTitle,
    Rejection,
    check_age,
    check_size,
    decide_line,
    decide_missing,
)
from servicedesk.register.rules.changes import follows

BEFORE, NOW = UUID(int=1), UUID(int=2)
TITLE = KnownTitle(
    id=UUID(int=10),
    legal_basis="16b.1",
    identity="2025-02-15",
    issued_on="2025-02-15",
    ends_on="2027-02-15",
    card_ends_on="2027-02-15",
    passport_ends_on="2030-01-01",
    effective_ends_on="2027-02-15",
    is_unlimited=False,
    employment_condition="Erwerbstätigkeit erlaubt",
    is_superseded=False,
    has_vanished=False,
    digest=b"old",
    import_id=BEFORE,
    source_line=7,
)


@pytest.fixture
def row(judged):
    return lambda **values: judged(**values)[0]


@pytest.fixture
def person(row):
    return KnownPerson(UUID(int=20), *row()[:17], (TITLE,))


def _decide(row, known, line_of=lambda _: 0, digest=b"new"):
    return decide_line(row, digest, 3, known, NOW, line_of)


def test_the_same_facts_say_nothing_new(row, person):
    decision = _decide(row(), person)
    assert (decision.is_accepted, decision.changes, decision.updates_title) == (False, (), True)


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ({"gueltig_bis": "15.03.2027"}, [ChangeKind.END_CORRECTED]),
        ({"gueltig_bis": ""}, [ChangeKind.END_CORRECTED]),
        ({"pass_gueltig_bis": "01.01.2031"}, []),
        ({"nebenbestimmung_erwerb": ""}, []),
        ({"telefon": "+49 30 12345"}, []),
        ({"strasse": "Am Markt"}, [ChangeKind.ADDRESS_CHANGED]),
        ({"vornamen": "Ayse"}, [ChangeKind.NAME_CHANGED]),
        ({"geburtsdatum": "00.00.1990"}, [ChangeKind.BIRTH_DATE_CHANGED]),
        ({"verzogen_am": "01.11.2026"}, [ChangeKind.MOVED_AWAY]),
    ],
)
def test_news_are_accepted_and_told(row, person, values, kinds):
    decision = _decide(row(**values), person)
    assert decision.is_accepted
    assert [change.kind for change in decision.changes] == kinds


def test_changes_carry_dates_and_keys_but_no_names(row, person):
    told = repr(_decide(row(familienname="Geheim", strasse="Versteckweg"), person).changes)
    assert "Geheim" not in told
    assert "Versteckweg" not in told
    assert "GEHEIM" in told


def test_a_second_line_of_this_list_is_compared_with_the_first(row, person):
    first = replace(TITLE, import_id=NOW, source_line=2, digest=b"first")
    known = replace(person, titles=(first,))
    assert _decide(row(), known, digest=b"first").is_accepted is False
    assert _decide(row(), known) == Rejection(3, "", "33.26.01-0000001", "duplicate_differs", 2)


def test_a_known_line_of_this_list_wins_over_another_one(row, person):
    rejected = _decide(
        row(gueltig_bis="15.03.2027"), person, line_of=lambda digest: 9 if digest == b"old" else 0
    )
    assert (rejected.code, rejected.other_line) == ("duplicate_differs", 9)


def test_a_renewal_supersedes_the_earlier_title_of_the_same_basis(row, person):
    later = {"erteilt_am": "01.11.2026", "gueltig_bis": "01.11.2028", "karte_gueltig_bis": ""}
    assert _decide(row(**later), person).superseded == (TITLE.id,)
    assert _decide(row(**later, titel_rechtsgrundlage="18b"), person).superseded == ()
    assert _decide(row(**(later | {"gueltig_bis": "01.01.2027"})), person).superseded == ()
    assert _decide(row(**(later | {"gueltig_bis": ""})), person).superseded == (TITLE.id,)
    earlier = row(erteilt_am="01.01.2023", gueltig_bis="01.01.2025", karte_gueltig_bis="")
    assert _decide(earlier, person).is_superseded


def test_another_person_under_the_same_number(row, person):
    other = {"familienname": "Okoro", "vornamen": "Ngozi", "geburtsdatum": "01.02.1985"}
    assert _decide(row(**other), person).code == "file_number_reused"
    for kept in other:
        assert not isinstance(
            _decide(row(**{k: v for k, v in other.items() if k != kept}), person), Rejection
        ), kept


def test_what_is_missing_was_renewed_or_has_vanished():
    later = replace(
        TITLE, id=UUID(int=11), legal_basis="18b", issued_on="2026-11-01", effective_ends_on="2030-11-01"
    )
    assert decide_missing(TITLE, [later]).kind is ChangeKind.RENEWED
    assert decide_missing(TITLE, [replace(later, is_superseded=True)]).kind is ChangeKind.VANISHED
    assert decide_missing(TITLE, []).kind is ChangeKind.VANISHED
    assert decide_missing(later, [TITLE]).kind is ChangeKind.VANISHED


def test_unknown_issue_dates_follow_by_their_end():
    unknown = replace(TITLE, issued_on=None)
    assert follows(replace(unknown, effective_ends_on="2028-01-01"), unknown)
    assert not follows(unknown, replace(unknown, effective_ends_on="2028-01-01"))
    assert follows(TITLE, replace(unknown, effective_ends_on="2026-01-01"))
    assert not follows(TITLE, replace(TITLE, is_unlimited=True, issued_on="2020-01-01"))


@pytest.mark.parametrize(("lines", "before"), [(120, 100), (80, 100), (5, None), (5, 0), (100, 100)])
def test_a_fifth_is_tolerated(lines, before):
    check_size(lines, before, is_confirmed=False)


@pytest.mark.parametrize(("lines", "before"), [(121, 100), (79, 100), (0, 1)])
def test_more_than_a_fifth_is_asked_about(lines, before):
    with pytest.raises(NeedsConfirmation):
        check_size(lines, before, is_confirmed=False)
    check_size(lines, before, is_confirmed=True)


def test_steps_back_are_asked_about():
    check_age(2, 10, is_confirmed=False)
    check_age(9, 10_000, is_confirmed=False)
    for people, titles in ((3, 10), (10, 10_000)):
        with pytest.raises(LooksOlder):
            check_age(people, titles, is_confirmed=False)
        check_age(people, titles, is_confirmed=True)
