"""A letter taken apart and put together again says the same, and nobody's own data is in what many share."""

import json
from dataclasses import replace

import pytest

from servicedesk.notices.codec import UnreadableContext
from servicedesk.notices.composing import put_together, split_names, take_apart
from servicedesk.notices.contexts import from_payload, to_payload
from servicedesk.notices.letters.samples import SAMPLE_KINDS, build_sample
from tests.support.outbox import DAY

LETTERS = [build_sample(kind, locale, DAY) for kind in SAMPLE_KINDS for locale in ("de", "ar")]


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: f"{letter.KIND}-{letter.frame.locale}")
def test_the_parts_of_a_letter_are_the_letter(letter):
    parts = take_apart(letter)
    whole = put_together([parts.text, parts.sender, parts.days, parts.person])
    assert whole == to_payload(letter)
    assert from_payload(whole) == from_payload(to_payload(letter))


@pytest.mark.parametrize("locale", ["de", "ar"])
@pytest.mark.parametrize("kind", ["invitation_letter", "expired_letter", "new_code_letter"])
def test_what_is_the_persons_own_is_in_no_shared_part(kind, locale):
    letter = build_sample(kind, locale, DAY)
    parts = take_apart(letter)
    shared = json.dumps([parts.text, parts.sender, parts.days], ensure_ascii=False)
    recipient = letter.frame.recipient
    for own in (recipient.family_name, recipient.given_names, recipient.street, letter.frame.file_number):
        assert own
        assert own not in shared


def test_letters_that_differ_in_the_person_share_all_other_parts():
    one = LETTERS[0]
    recipient = replace(one.frame.recipient, family_name="Ganz-Anders", street="Neue Gasse 1")
    other = replace(one, frame=replace(one.frame, recipient=recipient, file_number="99"))
    first, second = take_apart(one), take_apart(other)
    assert (first.text, first.sender, first.days) == (second.text, second.sender, second.days)
    assert first.person != second.person


def test_parts_that_contradict_each_other_are_no_message():
    parts = take_apart(LETTERS[0])
    with pytest.raises(UnreadableContext):
        put_together([parts.text, parts.person, parts.person])
    with pytest.raises(UnreadableContext):
        put_together([{"data": "a text"}, {"data": {"frame": {}}}])


def test_putting_together_changes_no_part():
    parts = take_apart(LETTERS[0])
    before = json.dumps(parts.sender)
    put_together([parts.sender, parts.text, parts.days, parts.person])
    assert json.dumps(parts.sender) == before


def test_names_of_parts_are_read_as_they_were_strung_together():
    assert split_names("a" * 32 + "b" * 32) == ["a" * 32, "b" * 32]
    assert split_names("") == []
