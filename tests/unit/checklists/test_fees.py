"""What a concern costs one person: amounts of the ordinance, minors, ages, exemptions and reductions."""

import pytest

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.rules import Fact, FactSheet, gather_facts, quote_fees

CATALOGUE = load_catalogue()

AMOUNTS = {
    "AE-E": (100, 50),
    "AE-V": (93, 46.5),
    "AE-V3": (96, 48),
    "AE-Z": (98, 49),
    "MICT-E": (80, 40),
    "MICT-V": (70, 35),
    "NE": (113, 55),
    "NE-18c": (147, 73.5),
    "NE-21": (124, 62),
    "DA-EU": (109, 109),
    "NEU": (67, 33.5),
    "EXP": (35, 17.5),
    "POST": (15, 7.5),
    "FOTO": (6, 6),
    "FB": (13, 6.5),
    "BESCH": (18, 9),
    "DU-E": (58, 29),
    "DU-ET": (62, 31),
    "DU-V": (33, 16.5),
    "DU-VT": (37, 18.5),
    "AUFL": (50, 25),
    "AUFL-B": (0, 0),
    "VE": (29, 29),
    "RA-F": (70, 70),
    "RA-FV": (26, 26),
    "RA-A": (100, 100),
    "RA-AV": (67, 67),
    "ID": (46, 46),
    "EINB": (255, 255),
    "EINB-K": (51, 51),
}


def quote(concern_id, *, is_renewal=True, age=30, **facts):
    concern = CATALOGUE.get_concern(concern_id)
    answers = FactSheet.read({Fact(name): value for name, value in facts.items()})
    known = gather_facts(concern, CATALOGUE.facts, is_renewal=is_renewal, age=age, answers=answers)
    return {line.code: line for line in quote_fees(concern, known, CATALOGUE.fees)}


def test_amounts_are_those_of_the_ordinance():
    found = {
        code: (
            fee.cents / 100,
            (fee.cents if fee.minor_cents is None else fee.minor_cents) / 100,
        )
        for code, fee in CATALOGUE.fees.fees.items()
    }
    assert found == AMOUNTS


def test_first_issue_and_extension_cost_what_they_cost():
    assert set(quote("permit_study", is_renewal=False)) == {"AE-E", "FOTO", "POST", "EXP"}
    renewal = quote("permit_study")
    assert (renewal["AE-V"].cents, renewal["AE-Z"].cents) == (9300, 9800)
    assert renewal["AE-Z"].condition.startswith("nur wenn sich der Grund")
    assert renewal["EXP"].is_optional
    assert not renewal["AE-V"].is_optional


@pytest.mark.parametrize(("age", "cents"), [(17, 4650), (18, 9300), (None, 9300)])
def test_minors_pay_half(age, cents):
    line = quote("permit_study", age=age)["AE-V"]
    assert line.cents == cents
    assert line.least_cents == (4650 if age is None else cents)


@pytest.mark.parametrize(
    ("age", "cents", "least"), [(30, 7000, 7000), (24, 7000, 7000), (23, 3800, 3800), (11, 3800, 1400)]
)
def test_a_travel_document_has_its_own_tariff_by_age(age, cents, least):
    line = quote("travel_doc_refugee", age=age)["RA-F"]
    assert (line.cents, line.least_cents) == (cents, least)
    assert any("keinen Chip" in note for note in line.notes) is (age < 12)


def test_recognised_people_pay_nothing_for_permits_but_for_travel_documents():
    line = quote("permit_refugee_renewal")["AE-V"]
    assert line.is_free
    assert "Flüchtling" in line.reason
    assert quote("permit_refugee_renewal")["AE-Z"].cents == 9800
    assert quote("travel_doc_refugee")["RA-F"].cents == 7000
    assert quote("travel_doc_foreigner", protection=True)["RA-A"].cents == 7000
    assert quote("travel_doc_foreigner", protection=False)["RA-A"].cents == 10000


@pytest.mark.parametrize(
    ("concern_id", "code"),
    [
        ("permit_study", "AE-V"),
        ("tolerated_stay", "DU-VT"),
        ("fiction_certificate", "FB"),
        ("transfer_new_passport", "NEU"),
        ("residence_rule_lift", "AUFL"),
    ],
)
def test_people_on_benefits_pay_nothing(concern_id, code):
    assert quote(concern_id, benefits=True)[code].is_free
    unknown = quote(concern_id)[code]
    assert not unknown.is_free
    assert "kostenlos, wenn Sie Sozialleistungen beziehen" in unknown.notes
    assert (
        "kostenlos, wenn Sie Sozialleistungen beziehen" not in quote(concern_id, benefits=False)[code].notes
    )


def test_a_settlement_permit_is_not_free_for_people_on_benefits():
    assert quote("settlement_permit", benefits=True)["NE"].cents == 11300


def test_turkish_nationals_see_the_lower_tariff_as_a_possibility_and_swiss_ones_pay_it():
    turkish = quote("permit_study", turkish_national=True)["AE-V"]
    assert turkish.cents == 9300
    assert any("Assoziationsrecht" in note for note in turkish.notes)
    swiss = quote("permit_study", swiss_national=True)["AE-V"]
    assert (swiss.cents, quote("permit_study", swiss_national=True, age=20)["AE-V"].cents) == (4600, 2760)
    assert quote("fiction_certificate", swiss_national=True)["FB"].is_free


def test_work_conditions_and_the_asylum_certificate_cost_nothing():
    assert quote("employment_condition")["AUFL-B"].is_free
    assert quote("asylum_permission") == {}


def test_a_child_naturalised_with_its_parents_pays_less():
    assert "EINB-K" in quote("naturalisation", age=10)
    assert "EINB-K" not in quote("naturalisation")


def test_every_concern_names_a_group_or_is_free():
    free = {concern.id for concern in CATALOGUE.list_concerns() if not concern.fees}
    assert free == {"asylum_permission"}
