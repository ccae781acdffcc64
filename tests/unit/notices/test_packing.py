"""The fast way of writing a context gives what the plain way gives."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.notices.codec import UnreadableContext
from servicedesk.notices.contexts import (
    KINDS,
    from_payload,
    to_payload,
)
from servicedesk.notices.letters.samples import SAMPLE_KINDS, build_sample
from servicedesk.notices.packing import Packer, find_parts, put_parts
from tests.support.outbox import DAY, appointment_confirmation, invitation
from tests.unit.notices.test_contexts import MAILS

CONTEXTS = [
    *(build_sample(kind, locale, DAY) for kind in SAMPLE_KINDS for locale in ("de", "ar", "tr")),
    appointment_confirmation("uk", "Оксана"),
    *MAILS,
]


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: f"{context.KIND}-{context.frame.locale}")
def test_every_kind_is_written_alike(context):
    packer = Packer()
    for _ in range(2):
        assert json.loads(packer.pack(context)) == to_payload(context)
    assert from_payload(json.loads(packer.pack(context))) == from_payload(to_payload(context))


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_any_name_is_written_alike_and_leaves_no_line_break(names):
    packer = Packer()
    for name in names:
        context = invitation(name)
        packed = packer.pack(context)
        assert json.loads(packed) == to_payload(context)
        assert b"\\r" not in packed
        assert b"\\u0000" not in packed


def test_a_reused_identity_is_never_mistaken_for_another_value():
    packer = Packer()
    for number in range(10_000):
        frame = invitation().frame if number % 1000 == 0 else CONTEXTS[0].frame
        context = replace(CONTEXTS[0], frame=replace(frame, file_number=str(number)))
        assert json.loads(packer.pack(context))["data"]["frame"]["file_number"] == str(number)


def test_a_later_version_is_not_read_as_this_one():
    payload = json.loads(Packer().pack(invitation()))
    payload["version"] = 99
    with pytest.raises(UnreadableContext):
        from_payload(payload)


def test_every_kind_is_tried_here():
    assert {context.KIND for context in CONTEXTS} == set(KINDS)


def test_what_a_cohort_shares_is_named_instead_of_repeated():
    parts = {}

    def keep_part(text):
        name = f"part{len(parts)}"
        parts[name] = json.loads(text)
        return name

    packer = Packer(keep_part)
    contexts = [replace(CONTEXTS[0], frame=replace(CONTEXTS[0].frame, file_number=str(n))) for n in range(50)]
    packed = [packer.pack(context) for context in contexts]
    assert 1 <= len(parts) <= 5
    assert len(packed[-1]) < len(packed[0]) / 2
    for context, text in zip(contexts, packed, strict=True):
        payload = json.loads(text)
        assert put_parts(payload, parts) == to_payload(context)
        assert find_parts(payload) <= set(parts)
    assert find_parts(json.loads(packed[0])) == set()


@given(st.text(max_size=30))
def test_a_name_that_looks_like_a_reference_stays_a_name(name):
    for wanted in (name, '{"$part":"x"}', "$part"):
        payload = json.loads(Packer().pack(invitation(wanted)))
        assert find_parts(payload) == set()
        assert put_parts(payload, {}) == to_payload(invitation(wanted))


def test_a_missing_part_is_an_error_not_a_gap():
    with pytest.raises(KeyError):
        put_parts({"a": [{"$part": "gone"}]}, {})
