"""The catalogue holds together, names its sources, and every basis of an expiry list leads somewhere."""

import shutil
from datetime import UTC, date, datetime

import pytest

from servicedesk.checklists.catalogue import DATA, load_catalogue
from servicedesk.checklists.rules import DocumentForm, Fact, TitleForm
from servicedesk.kernel.errors import ConfigurationError
from servicedesk.kernel.intervals import Lead
from tools.catalogues import read_template

CATALOGUE = load_catalogue()

EXPECTED = {
    "25.2.1": "permit_refugee_renewal",
    "25.2.2": "permit_subsidiary_renewal",
    "25.3": "permit_deportation_ban",
    "25.5": "permit_humanitarian_other",
    "24": "permit_temporary_protection",
    "28.1.1": "permit_family_german",
    "30": "permit_family_foreigner",
    "32": "permit_family_foreigner",
    "16b.1": "permit_study",
    "18a": "permit_skilled_vocational",
    "18b": "permit_skilled_academic",
    "18g": "permit_blue_card",
    "19c.1": "permit_other_employment",
    "21.1": "permit_self_employed",
    "20.1": "permit_job_search",
    "20a": "permit_opportunity_card",
    "9": "card_reissue",
    "9a": "card_reissue",
    "26.3": "card_reissue",
    "60a": "tolerated_stay",
    "AsylG 55": "asylum_permission",
    "FreizügG 5": "residence_card_eu_family",
}


@pytest.mark.parametrize(("basis", "concern"), EXPECTED.items())
def test_each_basis_of_the_expiry_lists_leads_to_its_concern(basis, concern):
    assert CATALOGUE.concern_of_title(basis, is_unlimited=False).id == concern


@pytest.mark.parametrize(
    ("basis", "concern"),
    [
        ("25.20", "permit_other"),
        ("16", "permit_other"),
        ("", "permit_other"),
        ("§ 99 XYZ", "permit_other"),
        ("28", "permit_family_german"),
        ("28.2", "card_reissue"),
        ("28.2.1", "card_reissue"),
        ("AsylG 55.1", "asylum_permission"),
        ("AsylG 5", "permit_other"),
        ("FreizügG 4a.1", "card_reissue"),
        ("19a", "permit_ict"),
        ("19c", "permit_other_employment"),
        ("25.2.1 Alt. 1", "permit_refugee_renewal"),
        ("§ 25 Abs. 2 Satz 1 Alt. 1 AufenthG", "permit_refugee_renewal"),
        ("§ 25 Abs. 2 Satz 1 Alt. 2 AufenthG", "permit_subsidiary_renewal"),
        ("§ 25 Abs. 5 AufenthG", "permit_humanitarian_other"),
        ("§ 60a AufenthG", "tolerated_stay"),
        ("§ 28 Abs. 1 Satz 1 Nr. 1 AufenthG", "permit_family_german"),
        ("§ 28 Abs. 2 AufenthG", "card_reissue"),
        ("§ 55 AsylG", "asylum_permission"),
        ("§ 5 FreizügG/EU", "residence_card_eu_family"),
    ],
)
def test_longest_prefix_wins_and_prefixes_end_at_a_point_or_a_space(basis, concern):
    assert CATALOGUE.concern_of_title(basis, is_unlimited=False).id == concern


def test_titles_without_an_end_lead_to_a_new_card():
    assert CATALOGUE.concern_of_title("30", is_unlimited=True).id == "card_reissue"
    assert CATALOGUE.concern_of_title("9", is_unlimited=True).title_form is TitleForm.unlimited_title_card


def test_leads_follow_the_decisions():
    leads = {concern.id: concern.lead for concern in CATALOGUE.list_concerns()}
    assert leads.pop("tolerated_stay") == Lead(days=21)
    assert leads.pop("asylum_permission") == Lead(days=21)
    assert set(leads.values()) == {Lead(months=3)}


def test_continuation_effect_follows_the_law():
    has = CATALOGUE.has_continuation_effect
    assert has("16b.1", is_unlimited=False)
    assert not has("60a", is_unlimited=False)
    assert not has("AsylG 55", is_unlimited=False)
    assert not has("104c.1", is_unlimited=False)
    assert not has("16b.1", is_unlimited=True)
    assert not has("unbekannt", is_unlimited=False)


def test_bases_that_are_not_invited_say_why():
    refused = {rule.prefix: rule.reason for rule in CATALOGUE.bases.values() if not rule.is_invited}
    assert refused == {
        "6": "visa",
        "§ 6": "visa",
        "81": "ends_with_decision",
        "§ 81": "ends_with_decision",
    }


def test_every_source_exists_and_is_current():
    today = datetime.now(UTC).date()
    sources = [
        item.source
        for item in (
            *CATALOGUE.concerns.values(),
            *CATALOGUE.documents.values(),
            *CATALOGUE.bases.values(),
            *CATALOGUE.fees.fees.values(),
            *CATALOGUE.fees.exemptions,
            *CATALOGUE.biometrics.values(),
        )
    ]
    assert len(sources) > 200
    for source in sources:
        assert source.url.startswith("https://")
        assert source.valid_from <= source.checked_on <= max(today, date(2026, 11, 22))
        age = (today - source.checked_on).days
        assert age < 400, f"{source.url} was last checked {age} days ago: read it again, then set checked_on"


def test_nothing_demands_income_of_refugees():
    papers = {
        document.id
        for rule in CATALOGUE.get_concern("permit_refugee_renewal").papers
        for document in rule.documents
    }
    assert "payslips_3" not in papers
    assert "health_insurance" not in papers


def test_photos_are_digital_for_cards_and_on_paper_for_certificates():
    for concern in CATALOGUE.list_concerns():
        papers = {document.id for rule in concern.papers for document in rule.documents}
        if concern.title_form in {TitleForm.tolerated_stay, TitleForm.asylum_permission}:
            assert "photo_digital" not in papers
        assert not {"photo_digital", "photo_paper"} <= papers
    assert CATALOGUE.documents["photo_digital"].form is DocumentForm.digital


def test_every_fact_is_used_by_some_paper_or_fee():
    used = {fact for concern in CATALOGUE.list_concerns() for rule in concern.papers for fact in rule.facts}
    used |= {one.fact for one in CATALOGUE.fees.exemptions}
    used |= {fact for concern in CATALOGUE.list_concerns() for fact in concern.known.true}
    assert used == set(Fact)


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "concerns.toml",
            'documents = ["enrolment"]',
            'documents = ["enrollment"]',
            "permit_study: no document enrollment",
        ),
        ("concerns.toml", 'lead = "P21D"', 'lead = "3 weeks"', "tolerated_stay: not a span"),
        ("concerns.toml", 'id = "permit_ict"', 'id = "permit_research"', "permit_research: stands twice"),
        ("concerns.toml", "minutes = 45", "minutes = 44", "naturalisation: minutes are whole fives"),
        ("concerns.toml", 'when = ["from_16"]', 'when = ["from_17"]', "'from_17' is not a valid Fact"),
        (
            "documents.toml",
            "https://service.berlin.de/dienstleistung/121874/",
            "http://service.berlin.de/",
            "no https address",
        ),
        ("documents.toml", 'form = "digital"', 'form = "pixels"', "'pixels' is not a valid DocumentForm"),
        ("documents.toml", 'id = "cv"', 'id = "vita"', "naturalisation: no document cv"),
        (
            "legal_bases.toml",
            'concern = "permit_study"',
            'concern = "permit_studies"',
            "no concern 'permit_studies'",
        ),
        ("legal_bases.toml", 'reason = "visa"', 'reason = ""', "basis 6: invite = false needs a reason"),
        ("legal_bases.toml", 'prefix = "20a"', 'prefix = "20"', "basis 20: is empty or stands twice"),
        ("legal_bases.toml", 'fallback = "permit_other"', 'fallback = "other"', "no concern 'other'"),
        ("facts.toml", 'id = "illness"', 'id = "ilness"', "'ilness' is not a valid Fact"),
        (
            "facts.toml",
            'if_true = "wenn Krankheit eine Rolle spielt"',
            "",
            "fact illness has no if_true",
        ),
        ("facts.toml", 'implies = ["married"]', 'implies = ["wed"]', "'wed' is not a valid Fact"),
        (
            "concerns.toml",
            'when = ["in_training"]',
            'when = ["in_training", "employed"]',
            "tolerated_stay: training_contract: several facts may be unknown at once",
        ),
        (
            "concerns.toml",
            'when = ["in_training"]',
            'when = ["in_training"], condition = "nur manche"',
            "training_contract: the fact has words of its own",
        ),
        ("concerns.toml", 'known = ["student"]', 'known = ["student", "not student"]', "contradicts itself"),
        ("concerns.toml", 'fees = "tolerated"', 'fees = "nothing"', "no fee group 'nothing'"),
        ("concerns.toml", 'biometrics = "photo"', 'biometrics = "iris"', "no biometrics 'iris'"),
        ("concerns.toml", 'span = "P18M", ', "", "permit_job_search: validity at_most needs a span"),
        ("fees.toml", "cents = 9300", "cents = 93.5", "fee AE-V: cents are whole cents"),
        ("fees.toml", 'use = "ID"', 'use = "IDX"', "no fee 'IDX'"),
        ("fees.toml", '{ fee = "FB" }', '{ fee = "FC" }', "no fee 'FC'"),
        ("fees.toml", "until_age = 24", "until_age = 240", "until_age is no age"),
        ("biometrics.toml", "fingerprints_from = 6", "fingerprints_from = -6", "fingerprints_from is no age"),
        ("documents.toml", 'max_age = "P3M"', 'max_age = "3M"', "not a span"),
        (
            "documents.toml",
            'instead_of = "payslips_3"',
            'instead_of = "slips"',
            "payslips_12: no document slips",
        ),
        (
            "legal_bases.toml",
            "valid_until = 2025-12-31",
            "valid_until = 2022-12-30",
            "lies before valid_from",
        ),
        ("documents.toml", "valid_from = 2025-05-01", 'valid_from = "May"', "valid_from is no date"),
    ],
)
def test_faulty_data_is_refused_with_its_place(tmp_path, file, old, new, expected):
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as fault:
        load_catalogue(folder)
    assert expected in "\n".join(fault.value.problems)


def test_translators_get_every_name_place_and_condition():
    found = {message.id: message.auto_comments for message in read_template() if isinstance(message.id, str)}
    wanted = {concern.name: concern.name_en for concern in CATALOGUE.list_concerns()}
    wanted |= {document.name: document.name_en for document in CATALOGUE.documents.values()}
    for message, english in wanted.items():
        assert english in found[message]
    assert {document.where for document in CATALOGUE.documents.values()} <= set(found)
    conditions = {
        rule.condition for concern in CATALOGUE.list_concerns() for rule in concern.papers if rule.condition
    }
    assert conditions <= set(found)
    texts = {document.why for document in CATALOGUE.documents.values()}
    texts |= {
        text
        for info in CATALOGUE.facts.values()
        for text in (
            info.question,
            info.question_child,
            info.help,
            info.if_true,
            info.if_false,
            info.unless_true,
        )
    }
    texts |= {fee.name for fee in CATALOGUE.fees.fees.values()}
    texts |= {rule.condition for rules in CATALOGUE.fees.groups.values() for rule in rules}
    texts |= {text for one in CATALOGUE.fees.exemptions for text in (one.text, one.unless_text)}
    texts |= {one.condition for fee in CATALOGUE.fees.fees.values() for one in fee.tariffs}
    texts |= {one.text for concern in CATALOGUE.list_concerns() for one in concern.validity}
    texts |= {rule.exception for concern in CATALOGUE.list_concerns() for rule in concern.papers}
    assert texts - {""} <= set(found)
