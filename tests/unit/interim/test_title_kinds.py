"""What a line of the register is, and which concerns ask for a title."""

import pytest

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.interim.law import load_law
from servicedesk.interim.rules.eligibility import applies_for_title, find_special, kind_of_title
from servicedesk.interim.rules.values import TitleKind

LAW = load_law()


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        ("16b.1", TitleKind.residence_title),
        ("§ 18g AufenthG", TitleKind.residence_title),
        ("6.3", TitleKind.national_visa),
        ("§ 6 Abs. 3 AufenthG", TitleKind.national_visa),
        ("6.1", TitleKind.schengen_visa),
        ("§ 6 Abs. 1 Nr. 1 AufenthG", TitleKind.schengen_visa),
        ("6", TitleKind.unknown),
        ("6.2", TitleKind.unknown),
        ("§ 6 Abs. 4 AufenthG", TitleKind.unknown),
        ("60a", TitleKind.tolerated_stay),
        ("AsylG 55", TitleKind.asylum_permission),
        ("9", TitleKind.unlimited_title),
        ("9a", TitleKind.unlimited_title),
        ("FreizügG 5", TitleKind.eu_card),
        ("81", TitleKind.fiction_certificate),
        ("§ 81 Abs. 5 AufenthG", TitleKind.fiction_certificate),
        ("104c", TitleKind.residence_title),
        ("20a", TitleKind.residence_title),
        ("20", TitleKind.residence_title),
        ("60", TitleKind.unknown),
        ("", TitleKind.unknown),
        ("99z", TitleKind.unknown),
    ],
)
def test_a_line_of_the_register_is_what_its_legal_basis_says(basis, expected):
    catalogue = load_catalogue()
    rule = catalogue.basis_of(basis)
    form = catalogue.get_concern(rule.concern_id).title_form if rule else None
    assert kind_of_title(basis, is_unlimited=False, form=form, law=LAW) is expected


@pytest.mark.parametrize("basis", ["30", "", "104c"])
def test_an_unlimited_title_does_not_end_whatever_its_basis(basis):
    assert kind_of_title(basis, is_unlimited=True, form=None, law=LAW) is TitleKind.unlimited_title


def test_prefixes_end_at_whole_parts():
    assert find_special("6.30", LAW).prefix == "6"
    assert find_special("20", LAW) is None
    assert find_special("§ 20a Abs. 5 Satz 1 AufenthG", LAW).prefix == "20a"


def test_concerns_that_ask_for_a_title():
    def applies(concern_id):
        concern = load_catalogue().get_concern(concern_id)
        return applies_for_title(concern_id, has_continuation_effect=concern.has_continuation_effect, law=LAW)

    assert applies("permit_study")
    assert applies("settlement_permit")
    assert applies("permit_other")
    assert not applies("travel_doc_refugee")
    assert not applies("naturalisation")
    assert not applies("card_reissue")
