"""An office's own entries: what differs is kept, what is missing is listed, what is wrong is named at its field."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.checklists.catalogue import builtin_content
from servicedesk.checklists.catalogue.content import write_export
from servicedesk.checklists.catalogue.exchange import MOST_BYTES, read_file
from servicedesk.checklists.catalogue.faults import VOLUNTARY, find_faults
from servicedesk.checklists.catalogue.own import (
    drop_entry,
    list_missing,
    list_own_texts,
    merged,
    put_entry,
    put_texts,
)
from servicedesk.checklists.rules.counselling import speaks_of_counselling
from servicedesk.checklists.service import check_own
from tests.support.catalogues import OWN_STUDY, PARKING


def test_what_says_the_same_as_the_builtin_entry_is_left_out():
    whole = merged({}, "document", "health_insurance")
    assert put_entry({}, "document", whole) == {}
    changed = put_entry({}, "document", {**whole, "max_age": "P28D"})
    assert changed == {"document": [{"id": "health_insurance", "max_age": "P28D"}]}
    assert put_entry(changed, "document", whole) == {}
    assert drop_entry(OWN_STUDY, "document", "parking_note")["document"] == OWN_STUDY["document"][1:]


def test_texts_are_those_the_office_wrote_and_a_changed_german_one_loses_its_translation():
    assert [one.german for one in list_own_texts(OWN_STUDY)] == [
        "Parkausweis",
        "beim Ordnungsamt",
        "Er zeigt, wo Sie parken.",
    ]
    assert [one.german for one in list_missing(OWN_STUDY, "tr")] == [
        "beim Ordnungsamt",
        "Er zeigt, wo Sie parken.",
    ]
    renamed = put_entry(OWN_STUDY, "document", {**PARKING, "name": "Parkschein"})
    assert "Parkschein" in {one.german for one in list_missing(renamed, "tr")}
    assert put_texts(OWN_STUDY, "tr", {"Parkausweis": ""}) == {
        key: value for key, value in OWN_STUDY.items() if key != "texts"
    }


@pytest.mark.parametrize(
    "text",
    [
        "Nachweis der Beratung",
        "MIGRATIONSBERATUNG",
        "Schwangerschafts-Beratungsschein",
        "Be\u00adratung",
        "wenn Sie beraten wurden",
        "counselling certificate",
        "proof of counseling",
        "Danışmanlık belgesi",
        "довідка про консультацію",
        "شهادة استشارة",
        "own_beratung",
    ],
)
def test_counselling_is_known_in_many_coats(text):
    assert speaks_of_counselling(text)


@pytest.mark.parametrize(
    "text", ["bei Ihrer Steuerberatung", "Rechtsberatung", "Meldebescheinigung", "", None]
)
def test_other_advice_is_none_of_it(text):
    assert not speaks_of_counselling(text)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", ""),
        ("name_en", ""),
        ("where", " x"),
        ("why", "x" * 501),
        ("form", "stone"),
        ("max_age", "soon"),
        ("source_url", "http://example.org"),
        ("checked_on", "gestern"),
        ("valid_from", ""),
        ("valid_until", "2020-01-01"),
    ],
)
def test_every_fault_of_a_document_is_named_at_its_field(key, value):
    (fault,) = find_faults({"document": [{**PARKING, key: value}]})
    assert (fault.kind, fault.entry_id, fault.field) == ("document", "parking_note", key)


VALUES = st.one_of(
    st.text(max_size=12), st.sampled_from(["P3M", "copy", "2026-01-01", "https://x", "Beratung"])
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(PARKING.keys() - {"id"})), VALUES))
def test_nothing_the_reader_refuses_goes_unnamed(values):
    own = {"document": [{**PARKING, **values}]}
    problems = [text for text in check_own(own) if "is asked for by no concern" not in text]
    assert bool(problems) <= bool(find_faults(own))


def test_counselling_in_a_german_key_of_texts_is_named():
    (fault,) = find_faults({"texts": {"tr": {"Beratung": "x"}}})
    assert fault.message == VOLUNTARY


def test_a_file_carries_own_entries_from_office_to_office():
    file = write_export(OWN_STUDY, base_version="b", name="Musterstadt, own-1")
    assert read_file(file) == (OWN_STUDY, "Musterstadt, own-1", ())
    assert read_file(b" " * (MOST_BYTES + 1))[2][0].message.startswith("Die Datei ist größer")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "papers", "documents", "when", "texts", "tr", "name", "validity"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.fixed_dictionaries({}, optional={"document": JSON, "concern": JSON, "texts": JSON, "form": JSON}))
def test_whatever_a_file_holds_is_refused_or_can_be_shown(own):
    file = json.dumps({"format": "servicedesk-catalogue/1", "own": own}).encode()
    taken, _, faults = read_file(file)
    if not faults:
        find_faults(taken)
        list_own_texts(taken)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(file):
    read_file(file)


def test_the_builtin_catalogue_has_no_fault_of_its_own():
    whole = {kind: list(builtin_content()[kind]) for kind in ("document",)}
    assert find_faults(whole) == ()
