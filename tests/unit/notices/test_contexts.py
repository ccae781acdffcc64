import dataclasses
import json
from datetime import UTC, date, datetime

import pytest

from servicedesk.notices.codec import UnreadableContext, clean_line, clean_text
from servicedesk.notices.contexts import (
    KINDS,
    AppointmentCancelled,
    AppointmentConfirmation,
    AppointmentFacts,
    AppointmentMoved,
    CardReadyMail,
    ChannelChanged,
    ClarificationMail,
    ConfirmEmailAddress,
    ContactReceived,
    InterimEndedMail,
    InterimIssuedMail,
    MailFrame,
    NewsTime,
    PaperRejectedMail,
    PapersMissingMail,
    QuestionAnsweredMail,
    SlotNews,
    SlotNewsMail,
    cleaned,
    from_payload,
    has_access_code,
    to_payload,
)
from servicedesk.notices.letters.samples import SAMPLE_KINDS, build_sample, build_sample_office

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FRAME = MailFrame("tr", build_sample_office(), "İpek Şule")
FACTS = AppointmentFacts("a@b", 2, NOW, NOW, "Zimmer 201", "https://h.example/tr/case")
MAILS = (
    AppointmentConfirmation(FRAME, FACTS),
    AppointmentMoved(FRAME, FACTS, NOW),
    AppointmentCancelled(FRAME, FACTS, is_by_office=True),
    ContactReceived(FRAME, NOW, "K-1"),
    ConfirmEmailAddress(FRAME, "https://h.example/x", NOW),
    ChannelChanged(FRAME, NOW),
    InterimIssuedMail(FRAME),
    InterimEndedMail(FRAME),
    QuestionAnsweredMail(FRAME, "https://termine.musterstadt.example/de/code"),
    PapersMissingMail(FRAME, date(2026, 12, 21)),
    PaperRejectedMail(FRAME),
    ClarificationMail(FRAME),
    CardReadyMail(FRAME),
    SlotNewsMail(FRAME, SlotNews.OFFERED, "https://h.example/tr/code", (NewsTime(NOW, "Zimmer 201"),), NOW),
)
LETTERS = tuple(build_sample(kind, "ar", date(2026, 11, 23)) for kind in SAMPLE_KINDS)


@pytest.mark.parametrize("context", MAILS + LETTERS, ids=lambda c: c.KIND)
def test_a_context_survives_its_way_through_json(context):
    stored = json.dumps(to_payload(context), ensure_ascii=False)
    assert from_payload(json.loads(stored)) == context


def test_every_kind_has_a_sample_here():
    assert {context.KIND for context in MAILS + LETTERS} == set(KINDS)


def test_only_letters_with_a_code_ask_for_secrets():
    assert {c.KIND for c in MAILS + LETTERS if has_access_code(c)} == {"invitation_letter", "new_code_letter"}


def test_no_context_carries_a_code_or_a_pin():
    stored = json.dumps([to_payload(c) for c in MAILS + LETTERS])
    assert "access_code" not in stored
    assert "pin" not in stored.replace("opening", "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "no_such_kind"}, "no known message"),
        ({"version": 99}, "version 99 cannot be read"),
        ({"data": {"frame": {}}}, "missing"),
        ({"data": []}, "an object was expected"),
    ],
)
def test_what_cannot_be_read_says_why(change, said):
    with pytest.raises(UnreadableContext, match=said):
        from_payload({**to_payload(MAILS[0]), **change})


def test_an_unknown_field_is_not_dropped_silently():
    payload = to_payload(MAILS[3])
    payload["data"]["nationality"] = "x"
    with pytest.raises(UnreadableContext, match="unknown fields nationality"):
        from_payload(payload)


@pytest.mark.parametrize("value", [7, None, "not a day", ["2026"]])
def test_a_wrong_type_is_refused(value):
    payload = to_payload(LETTERS[0])
    payload["data"]["ends_on"] = value
    with pytest.raises(UnreadableContext, match=r"ends_on"):
        from_payload(payload)


def test_an_instant_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        to_payload(dataclasses.replace(MAILS[3], received_at=datetime(2026, 11, 23)))


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("Ann\r\nBcc: x@example.org", "Ann  Bcc: x@example.org"),
        ("A\x00B", "A B"),
        ("\u202eevil\u202c", "evil"),
        ("a\u2028b", "a b"),
        ("lone \ud800 half", "lone  half"),
        ("e\u0302\u0303", "ễ"),
        ("O'Neill-Okoro", "O'Neill-Okoro"),
        ("İpek Şule Đặng", "İpek Şule Đặng"),
        ("محمد الأحمد", "محمد الأحمد"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("  x ", "x"),
    ],
)
def test_a_line_from_outside_becomes_one_printable_line(dirty, clean):
    assert clean_line(dirty) == clean


def test_paragraphs_survive_where_they_may():
    assert clean_text("a\r\nb\rc\x07") == "a\nb\nc"


def test_cleaning_a_context_reaches_every_text():
    dirty = dataclasses.replace(MAILS[0], frame=dataclasses.replace(FRAME, salutation_name="A\x00B\u202e"))
    assert cleaned(dirty).frame.salutation_name == "A B"
