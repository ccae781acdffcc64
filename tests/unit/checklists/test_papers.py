"""How long a paper is young enough, what is taken from whom, how long what is granted holds."""

from datetime import date

import pytest

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.rules import (
    FRESH_FOREVER,
    Presence,
    TakenFrom,
    ValidityKind,
    decide_biometrics,
    decide_freshness,
    good_until,
)
from servicedesk.kernel.intervals import Lead

CATALOGUE = load_catalogue()
MONTHS_3 = Lead(months=3)


@pytest.mark.parametrize(
    ("issued", "span", "last"),
    [
        (date(2026, 11, 23), MONTHS_3, date(2027, 2, 23)),
        (date(2026, 11, 30), MONTHS_3, date(2027, 2, 28)),
        (date(2026, 11, 23), Lead(days=28), date(2026, 12, 21)),
        (date(9999, 12, 1), MONTHS_3, date.max),
    ],
)
def test_the_last_good_day_follows_the_civil_code(issued, span, last):
    assert good_until(issued, span) == last


def fresh(**values):
    facts = {
        "max_age": MONTHS_3,
        "issued_on": date(2026, 10, 1),
        "received_on": date(2026, 11, 1),
        "today": date(2026, 11, 23),
        "appointment_on": None,
    }
    return decide_freshness(**{**facts, **values})


@pytest.mark.parametrize(
    ("appointment_on", "flagged"),
    [
        (None, False),
        (date(2027, 1, 1), False),
        (date(2027, 1, 2), True),
        (date(2026, 11, 22), False),
    ],
)
def test_a_paper_too_old_on_the_day_of_the_appointment_is_flagged_before(appointment_on, flagged):
    judged = fresh(appointment_on=appointment_on)
    assert judged.good_until == date(2027, 1, 1)
    assert not judged.is_stale
    assert judged.is_stale_at_appointment is flagged


def test_a_paper_is_stale_from_the_day_after_its_last_good_one():
    assert not fresh(today=date(2027, 1, 1)).is_stale
    assert fresh(today=date(2027, 1, 2)).is_stale


def test_without_a_date_on_it_the_day_it_came_stands_for_it():
    judged = fresh(issued_on=None)
    assert (judged.good_until, judged.is_certain) == (date(2027, 2, 1), False)
    assert fresh().is_certain


def test_what_has_no_limit_or_no_date_never_grows_old():
    assert fresh(max_age=None) == FRESH_FOREVER
    assert fresh(issued_on=None, received_on=None) == FRESH_FOREVER


@pytest.mark.parametrize(
    ("kind", "age", "taken"),
    [
        ("card", 5, TakenFrom(photo=True, fingerprints=False, signature=False)),
        ("card", 6, TakenFrom(photo=True, fingerprints=True, signature=False)),
        ("card", 10, TakenFrom(photo=True, fingerprints=True, signature=True)),
        ("card", None, TakenFrom(photo=True, fingerprints=None, signature=None)),
        ("photo", 30, TakenFrom(photo=True, fingerprints=False, signature=False)),
    ],
)
def test_fingerprints_from_six_and_a_signature_from_ten(kind, age, taken):
    assert decide_biometrics(CATALOGUE.biometrics[kind], age) == taken


def test_certificates_take_a_photo_and_written_matters_nothing():
    kinds = {concern.id: concern.biometrics for concern in CATALOGUE.list_concerns()}
    assert {name for name, kind in kinds.items() if kind == "photo"} == {
        "tolerated_stay",
        "asylum_permission",
        "fiction_certificate",
    }
    for concern in CATALOGUE.list_concerns():
        if concern.presence is Presence.written:
            assert concern.biometrics == ""


def spans(concern_id):
    return [
        (one.kind, one.span.months if one.span else None)
        for one in CATALOGUE.get_concern(concern_id).validity
    ]


@pytest.mark.parametrize(
    ("concern_id", "expected"),
    [
        ("permit_refugee_renewal", [(ValidityKind.fixed, 36)]),
        ("permit_subsidiary_renewal", [(ValidityKind.fixed, 36)]),
        ("permit_deportation_ban", [(ValidityKind.at_least, 12), (ValidityKind.at_most, 36)]),
        (
            "travel_doc_refugee",
            [(ValidityKind.at_most, 36), (ValidityKind.at_most, 120), (ValidityKind.at_most, 12)],
        ),
        ("permit_study", [(ValidityKind.usual, 24), (ValidityKind.at_least, 12)]),
        ("permit_job_search", [(ValidityKind.at_most, 18)]),
        ("residence_card_eu_family", [(ValidityKind.fixed, 60), (ValidityKind.unlimited, 120)]),
        ("sponsorship_declaration", [(ValidityKind.fixed, 60)]),
    ],
)
def test_what_is_granted_holds_as_long_as_the_law_says_today(concern_id, expected):
    assert spans(concern_id) == expected


def test_temporary_protection_runs_on_by_itself():
    (one,) = CATALOGUE.get_concern("permit_temporary_protection").validity
    assert (one.kind, one.until) == (ValidityKind.by_law, date(2027, 3, 4))


def test_the_residence_opportunity_is_over_and_says_so():
    rule = CATALOGUE.basis_of("§ 104c AufenthG")
    assert rule.source.valid_until == date(2025, 12, 31)
    assert not rule.source.is_in_force(date(2026, 1, 1))
    assert CATALOGUE.concern_of_title("104c", is_unlimited=False).id == "permit_humanitarian_other"


def test_every_concern_says_how_long_and_every_paper_why_and_where():
    assert all(concern.validity for concern in CATALOGUE.list_concerns())
    for document in CATALOGUE.documents.values():
        assert document.why.endswith("."), document.id
        assert document.where
        if document.max_age_range and document.max_age:
            low, high = (one.months * 30 + one.days for one in document.max_age_range)
            assert low <= document.max_age.months * 30 + document.max_age.days <= high, document.id
