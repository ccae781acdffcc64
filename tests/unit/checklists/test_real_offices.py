"""The lists come out as real offices publish them.

Each row is what offices ask for one concern: `always` from everybody, `sometimes` from people for whom a condition
holds, `one_of` of which one is enough. The general conditions that go with any concern (private insurance, a passport
that ends first, papers in another language, an own home) are tried apart, at the end.
"""

from itertools import product

import pytest

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.rules import (
    SAMPLE_AGES,
    Fact,
    FactSheet,
    PersonFacts,
    gather_facts,
    list_requirements,
)

CATALOGUE = load_catalogue()
GENERAL = {
    Fact.private_insurance: False,
    Fact.passport_ends_before_title: False,
    Fact.foreign_papers: False,
    Fact.owns_home: False,
}
BASE = "passport current_title photo_digital health_insurance"
FIRST_BASE = "passport photo_digital health_insurance application_form"
SELF_EMPLOYED = "tax_assessment business_report trade_registration"
NATURALISED = "application_form passport current_title cv birth_certificate"
MEANS = "blocked_account bank_statements_6 sponsorship_document"


def lists_of(concern_id, *, is_renewal=True, age=30, **facts):
    """Return what everybody brings, what only some bring, and of what one is enough, as sets of ids."""
    concern = CATALOGUE.get_concern(concern_id)
    answers = FactSheet.read({**GENERAL, **{Fact(name): value for name, value in facts.items()}})
    known = gather_facts(concern, CATALOGUE.facts, is_renewal=is_renewal, age=age, answers=answers)
    lines = list_requirements(concern, known)
    return (
        {line.document.id for line in lines if line.is_mandatory},
        {line.document.id for line in lines if line.condition},
        {line.document.id for line in lines if line.group},
    )


PROTECTION = "photo_digital current_title"
PROTECTION_SOME = "passport old_travel_document benefit_notice integration_course"

ROWS = {
    "refugee": ("permit_refugee_renewal", {}, PROTECTION, PROTECTION_SOME, ""),
    "refugee_first": (
        "permit_refugee_renewal",
        {"is_renewal": False},
        "photo_digital bamf_decision",
        PROTECTION_SOME,
        "",
    ),
    "subsidiary": ("permit_subsidiary_renewal", {}, PROTECTION, PROTECTION_SOME, ""),
    "deportation_ban": (
        "permit_deportation_ban",
        {},
        PROTECTION,
        f"{PROTECTION_SOME} payslips_3 tenancy_contract",
        "",
    ),
    "humanitarian": (
        "permit_humanitarian_other",
        {},
        BASE,
        "payslips_3 benefit_notice tenancy_contract integration_course medical_certificate passport_efforts",
        "",
    ),
    "humanitarian_pupil": (
        "permit_humanitarian_other",
        {"age": 10},
        f"{BASE} school_certificate",
        "benefit_notice tenancy_contract medical_certificate passport_efforts",
        "",
    ),
    "study": (
        "permit_study",
        {},
        f"{BASE} enrolment study_progress registration_certificate",
        "landlord_form",
        f"{MEANS} scholarship bafoeg_notice payslips_6",
    ),
    "training": ("permit_training", {}, f"{BASE} training_contract", "payslips_3", ""),
    "18a": (
        "permit_skilled_vocational",
        {},
        f"{BASE} employment_contract employment_declaration payslips_3",
        "licence_to_practise",
        "",
    ),
    "18a_first": (
        "permit_skilled_vocational",
        {"is_renewal": False},
        f"{FIRST_BASE} employment_contract employment_declaration recognition_notice",
        "licence_to_practise",
        "",
    ),
    "18b": (
        "permit_skilled_academic",
        {},
        f"{BASE} employment_contract employment_declaration payslips_3 registration_certificate",
        "licence_to_practise",
        "",
    ),
    "blue_card_first": (
        "permit_blue_card",
        {"is_renewal": False},
        f"{FIRST_BASE} employment_contract employment_declaration degree registration_certificate",
        "licence_to_practise",
        "",
    ),
    "research_first": (
        "permit_research",
        {"is_renewal": False},
        f"{FIRST_BASE} hosting_agreement degree",
        "employment_contract",
        "",
    ),
    "ict_first": (
        "permit_ict",
        {"is_renewal": False},
        f"{FIRST_BASE} secondment_letter employment_contract degree",
        "",
        "",
    ),
    "self_employed": (
        "permit_self_employed",
        {},
        f"{BASE} business_report tax_assessment trade_registration",
        "tenancy_contract",
        "",
    ),
    "job_search": ("permit_job_search", {}, f"{BASE} degree", "language_certificate", MEANS),
    "opportunity_card": (
        "permit_opportunity_card",
        {"is_renewal": False},
        f"{FIRST_BASE} degree language_certificate",
        "",
        MEANS,
    ),
    "family_of_german": (
        "permit_family_german",
        {},
        f"{BASE} sponsor_id",
        "cohabitation_declaration custody_proof integration_course",
        "",
    ),
    "spouse_of_german_first": (
        "permit_family_german",
        {"is_renewal": False, "joins_spouse": True, "joins_child": False},
        f"{FIRST_BASE} sponsor_id marriage_certificate cohabitation_declaration language_certificate",
        "",
        "",
    ),
    "child_of_german_first": (
        "permit_family_german",
        {"is_renewal": False, "age": 3},
        f"{FIRST_BASE} sponsor_id birth_certificate",
        "custody_proof paternity_recognition",
        "",
    ),
    "spouse_of_foreigner": (
        "permit_family_foreigner",
        {"joins_spouse": True, "joins_child": False, "employed": True},
        f"{BASE} sponsor_id cohabitation_declaration payslips_3 payslips_family registration_certificate",
        "integration_course tenancy_contract",
        "",
    ),
    "pupil_of_foreigner": (
        "permit_family_foreigner",
        {"age": 10},
        f"{BASE} sponsor_id school_certificate registration_certificate",
        "custody_proof tenancy_contract",
        "",
    ),
    "child_born_here": (
        "permit_child_born",
        {"is_renewal": False, "age": 0},
        "birth_certificate parents_titles health_insurance",
        "child_passport",
        "",
    ),
    "settlement": (
        "settlement_permit",
        {"self_employed": False, "retired": False},
        f"{BASE} pension_record language_certificate",
        "employment_contract employer_statement payslips_3 tenancy_contract cohabitation_declaration",
        "civics_test integration_course",
    ),
    "settlement_self_employed": (
        "settlement_permit",
        {"self_employed": True, "employed": False, "retired": False, "married": False, "rents_home": False},
        f"{BASE} pension_record language_certificate tax_assessment business_report trade_registration",
        "",
        "civics_test integration_course",
    ),
    "35_from_sixteen": (
        "settlement_permit",
        {"age": 16},
        BASE,
        "",
        "school_certificate training_contract enrolment employment_contract",
    ),
    "eu_long_term": (
        "eu_long_term_residence",
        {"self_employed": False, "retired": False, "has_family_here": True, "employed": True},
        f"{BASE} pension_record language_certificate employment_contract employer_statement payslips_3 payslips_family",
        "tenancy_contract cohabitation_declaration",
        "civics_test integration_course",
    ),
    "tolerated": (
        "tolerated_stay",
        {"in_training": False},
        "tolerated_certificate photo_paper",
        "passport_efforts medical_certificate benefit_notice",
        "",
    ),
    "tolerated_pupil": (
        "tolerated_stay",
        {"age": 10, "in_training": False},
        "tolerated_certificate photo_paper school_certificate",
        "passport_efforts medical_certificate benefit_notice",
        "",
    ),
    "asylum_procedure": ("asylum_permission", {}, "tolerated_certificate photo_paper", "", ""),
    "fiction": (
        "fiction_certificate",
        {},
        "passport current_title photo_paper application_proof",
        "benefit_notice",
        "",
    ),
    "refugee_travel": ("travel_doc_refugee", {}, "photo_digital", "old_travel_document", ""),
    "refugee_travel_first": (
        "travel_doc_refugee",
        {"is_renewal": False},
        "photo_digital bamf_decision",
        "old_travel_document",
        "",
    ),
    "foreigner_travel": (
        "travel_doc_foreigner",
        {},
        "photo_digital passport_efforts",
        "old_travel_document",
        "",
    ),
    "obligation": (
        "sponsorship_declaration",
        {},
        "passport guest_data_form",
        f"current_title payslips_3 employment_contract tenancy_contract {SELF_EMPLOYED} pension_notice",
        "",
    ),
    "new_passport": (
        "transfer_new_passport",
        {},
        "passport old_passport current_title photo_digital",
        "",
        "",
    ),
    "card_pick_up": ("eat_pickup", {}, "passport old_card pin_letter", "proxy", ""),
    "eu_family_spouse": (
        "residence_card_eu_family",
        {"is_renewal": False, "joins_spouse": True, "joins_child": False},
        "passport photo_digital freedom_of_movement_proof marriage_certificate health_insurance",
        "",
        "",
    ),
    "eu_family_child": (
        "residence_card_eu_family",
        {"is_renewal": False, "age": 10},
        "passport photo_digital freedom_of_movement_proof birth_certificate health_insurance",
        "",
        "",
    ),
    "residence_rule": (
        "residence_rule_lift",
        {},
        "",
        "tenancy_contract",
        "employment_contract training_contract enrolment language_course_place",
    ),
    "employment_condition": (
        "employment_condition",
        {},
        "employment_declaration employment_contract",
        "",
        "tolerated_certificate current_title",
    ),
    "naturalisation": (
        "naturalisation",
        {},
        f"{NATURALISED} language_certificate civics_test pension_record loyalty_declaration",
        "marriage_certificate payslips_3 tenancy_contract",
        "",
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_list_is_the_one_of_real_offices(row):
    concern_id, facts, always, sometimes, one_of = row
    assert lists_of(concern_id, **facts) == (set(always.split()), set(sometimes.split()), set(one_of.split()))


def test_every_concern_that_offices_publish_stands_in_the_table():
    published = {concern_id for concern_id, *_ in ROWS.values()}
    unpublished = {
        "permit_temporary_protection",  # runs on by ordinance
        "permit_other_employment",  # as skilled work, without a qualification
        "permit_other",
        "card_reissue",
        "interim_confirmation",
    }
    assert published | unpublished == set(CATALOGUE.concerns)


@pytest.mark.parametrize(
    ("concern_id", "fact", "document"),
    [
        ("permit_study", "private_insurance", "health_insurance_private"),
        ("permit_study", "passport_ends_before_title", "passport_efforts"),
        ("permit_deportation_ban", "owns_home", "land_register"),
        ("sponsorship_declaration", "owns_home", "land_register"),
        ("naturalisation", "foreign_papers", "translation"),
        ("permit_child_born", "foreign_papers", "translation"),
    ],
)
def test_what_holds_for_any_concern_comes_in_when_it_applies(concern_id, fact, document):
    assert document in lists_of(concern_id, **{fact: True})[0]
    assert document in lists_of(concern_id, **{fact: None})[1]
    assert all(document not in part for part in lists_of(concern_id, **{fact: False}))


def test_people_on_benefits_bring_no_insurance_certificate_and_pay_nothing_for_it():
    assert "health_insurance" in lists_of("permit_study")[0]
    assert "health_insurance" not in lists_of("permit_study", benefits=True)[0]
    assert "health_insurance" not in lists_of("permit_study", private_insurance=True)[0]


def test_the_card_of_the_insurer_and_income_are_never_asked_of_refugees():
    for age, is_renewal in product(SAMPLE_AGES, (True, False)):
        for concern in ("permit_refugee_renewal", "permit_subsidiary_renewal"):
            facts = PersonFacts(is_renewal=is_renewal, age=age)
            asked = {line.document.id for line in list_requirements(CATALOGUE.get_concern(concern), facts)}
            assert not asked & {"payslips_3", "health_insurance", "tenancy_contract", "employment_contract"}
