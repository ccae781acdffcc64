"""A catalogue as plain data: its digest is its name, an office lays its own entries on top, files carry them."""

import json
from copy import deepcopy
from datetime import date

import pytest

from servicedesk.checklists.catalogue import build_catalogue, builtin_content, load_catalogue
from servicedesk.checklists.catalogue.content import (
    digest_of,
    overlay,
    read_export,
    version_of,
    write_export,
)
from servicedesk.checklists.rules import DocumentForm, PersonFacts, list_requirements
from servicedesk.checklists.service import check_own
from servicedesk.kernel.errors import ConfigurationError
from servicedesk.kernel.intervals import Lead

CATALOGUE = load_catalogue()
SOURCE = {"valid_from": "2026-12-01", "source_url": "https://example.org/list", "checked_on": "2026-11-23"}
PARKING = {
    "id": "parking_note",
    "name": "Parkausweis",
    "name_en": "parking permit",
    "form": "copy",
    "where": "beim Ordnungsamt",
    "why": "Er zeigt, wo Sie parken.",
    **SOURCE,
}


def own_study(**values):
    return {
        "document": [{"id": "health_insurance", "max_age": "P28D"}, PARKING],
        "concern": [{"id": "permit_study", "papers": [{"documents": ["parking_note"]}], **values}],
        "texts": {"tr": {"Parkausweis": "Park kartı"}},
    }


def test_the_name_of_a_version_says_what_is_in_it():
    content = builtin_content()
    assert CATALOGUE.version == version_of(content)
    assert CATALOGUE.version.startswith("2026-")
    changed = deepcopy(content)
    changed["document"][0]["why"] += " "
    assert version_of(changed) != CATALOGUE.version
    shuffled = {key: content[key] for key in sorted(content, reverse=True)}
    assert digest_of(shuffled) == CATALOGUE.digest


def test_a_content_survives_being_stored_as_json():
    stored = json.loads(json.dumps(builtin_content()))
    again = build_catalogue(stored)
    assert again == CATALOGUE


def test_an_office_changes_ages_adds_papers_and_keeps_the_rest():
    content = overlay(builtin_content(), own_study(), problems := [])
    assert problems == []
    catalogue = build_catalogue(content, version="own-1")
    assert catalogue.documents["health_insurance"].max_age == Lead(days=28)
    assert catalogue.documents["health_insurance"].name == CATALOGUE.documents["health_insurance"].name
    lines = list_requirements(catalogue.get_concern("permit_study"), PersonFacts(is_renewal=True, age=22))
    names = [line.document.id for line in lines]
    assert names[-1] == "parking_note"
    assert "enrolment" not in names, "the own papers replace those of the concern"
    assert "passport" in names, "its sets stay"
    assert catalogue.translate("Parkausweis", "tr") == "Park kartı"
    assert catalogue.translate("Parkausweis", "uk") is None
    assert CATALOGUE.documents["health_insurance"].max_age == Lead(months=3), "the built-in one is untouched"
    assert check_own(own_study()) == ()


def test_an_office_may_withdraw_a_concern_and_name_another():
    own = {
        "concern": [
            {"id": "permit_opportunity_card", "valid_until": "2026-12-31", "replaced_by": "permit_job_search"}
        ]
    }
    catalogue = build_catalogue(overlay(builtin_content(), own, []), version="own-1")
    gone = catalogue.get_concern("permit_opportunity_card")
    assert gone.is_offered(date(2026, 12, 31))
    assert not gone.is_offered(date(2027, 1, 1))
    later = {concern.id for concern in catalogue.list_contact_concerns(date(2027, 1, 1))}
    assert "permit_opportunity_card" not in later
    assert "permit_opportunity_card" in {concern.id for concern in catalogue.list_contact_concerns()}


@pytest.mark.parametrize(
    ("own", "fault"),
    [
        ({"basis": []}, "an office changes no basis"),
        ({"concern": [{"id": "permit_moon"}]}, "what an office adds begins with own_"),
        ({"concern": [{"id": "permit_study", "minutes": 5}]}, "does not change minutes"),
        ({"document": [{"id": "new"}]}, "document new"),
        (
            {"document": [{"id": "passport", "form": "pixels"}]},
            "'pixels' is not a valid DocumentForm",
        ),
        (
            {"concern": [{"id": "permit_study", "papers": [{"documents": ["no_such"]}]}]},
            "no document no_such",
        ),
        (
            {
                "concern": [
                    {"id": "permit_study", "papers": [{"documents": ["cv"], "when": ["minor", "adult"]}]}
                ]
            },
            "nobody would ever see the line cv",
        ),
        ({"concern": [{"id": "permit_other", "valid_until": "2027-01-01"}]}, "cannot be withdrawn"),
        ({"concern": [{"id": "permit_study", "replaced_by": "moon"}]}, "no concern 'moon'"),
        (
            {"document": [{**PARKING, "name": "Bescheinigung der Migrationsberatung"}]},
            "counselling is voluntary",
        ),
        ({"document": [{**PARKING, "source_url": "http://example.org"}]}, "no https address"),
        ({"document": 5}, "unreadable"),
    ],
)
def test_what_an_office_may_not_do_is_named(own, fault):
    assert fault in "\n".join(check_own(own))


def test_tax_advisers_are_no_counselling():
    own = {"document": [{**PARKING, "name": "Prüfbericht der Steuerberatung"}]}
    assert check_own(own) == ()


def test_a_faulty_content_is_refused_whole():
    content = deepcopy(builtin_content())
    content["document"][0]["form"] = "pixels"
    with pytest.raises(ConfigurationError) as fault:
        build_catalogue(content)
    assert "pixels" in fault.value.problems[0]


def test_offices_share_their_entries_as_files():
    file = write_export(own_study(), base_version=CATALOGUE.version, name="Musterstadt")
    assert read_export(file, problems := []) == own_study()
    assert problems == []
    assert json.loads(file)["base_version"] == CATALOGUE.version


@pytest.mark.parametrize(
    "file",
    [b"", b"\xff\xfe", b"[]", b"{}", b'{"format": "servicedesk-catalogue/1"}', b"[" * 100_000],
    ids=["empty", "bytes", "list", "no_form", "no_entries", "deep"],
)
def test_another_file_is_refused_with_a_sentence(file):
    assert read_export(file, problems := []) == {}
    assert len(problems) == 1


def test_the_original_or_copy_of_a_document_can_be_changed_by_an_office():
    own = {"document": [{"id": "passport", "form": "original"}]}
    catalogue = build_catalogue(overlay(builtin_content(), own, []), version="own-1")
    assert catalogue.documents["passport"].form is DocumentForm.original
    assert catalogue.digest != CATALOGUE.digest
