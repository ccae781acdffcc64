from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import html5lib
import pytest

from servicedesk.kernel.locales import LANGUAGES
from servicedesk.notices import mails
from servicedesk.notices.contexts import (
    AppointmentCancelled,
    AppointmentConfirmation,
    AppointmentFacts,
    AppointmentMoved,
    ChannelChanged,
    ConfirmEmailAddress,
    ContactReceived,
    InterimEndedMail,
    InterimIssuedMail,
    MailFrame,
    NewsTime,
    QuestionAnsweredMail,
    SlotNews,
    SlotNewsMail,
)
from servicedesk.notices.errors import UnsendableNotice
from servicedesk.notices.letters.samples import build_sample_office
from servicedesk.notices.mails import build_content, build_mail, check_mail, normalise_address

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
STARTS = datetime(2027, 1, 12, 8, 30, tzinfo=UTC)
FACTS = AppointmentFacts(
    "7f0c@x", 1, STARTS, STARTS + timedelta(minutes=15), "Zimmer 201", "https://h.example/de/case"
)
FORBIDDEN = (
    "Aufenthaltstitel",
    "Aufenthaltserlaubnis",
    "Duldung",
    "Verlängerung",
    "Staatsangehörigkeit",
    "Zugangscode",
)


def _contexts(locale: str, name: str = "İpek Şule"):
    frame = MailFrame(locale, build_sample_office(), name)
    return {
        context.KIND: context
        for context in (
            AppointmentConfirmation(frame, FACTS),
            AppointmentMoved(frame, FACTS, STARTS - timedelta(days=7)),
            AppointmentCancelled(frame, FACTS, is_by_office=True),
            ContactReceived(frame, NOW, "K-7Q2M"),
            ConfirmEmailAddress(frame, "https://h.example/de/confirm/abc", NOW + timedelta(days=2)),
            ChannelChanged(frame, NOW),
            InterimIssuedMail(frame),
            InterimEndedMail(frame),
            QuestionAnsweredMail(frame, "https://termine.musterstadt.example/de/code"),
            SlotNewsMail(
                frame,
                SlotNews.REFUSED,
                "https://h.example/de/code",
                (NewsTime(STARTS, "Zimmer 201"),),
                reason="Zu dieser Zeit kann niemand Sie empfangen.",
            ),
        )
    }


KINDS = tuple(_contexts("de"))


def _mail(context, to="person1@example.org"):
    mail = build_mail(
        context,
        to=to,
        mail_from="termine@musterstadt.example",
        message_id="0190@musterstadt.example",
        now=NOW,
    )
    return message_from_bytes(mail.as_bytes(), policy=policy.default)


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_is_readable_and_says_the_least(kind, locale):
    message = _mail(_contexts(locale)[kind])
    text = message.get_body(("plain",)).get_content()
    page = message.get_body(("html",)).get_content()
    html5lib.HTMLParser(strict=True).parse(page)
    for word in FORBIDDEN:
        assert word not in text
        assert word not in page
        assert word not in str(message["Subject"])
    assert "İpek Şule" in text
    assert "Mit freundlichen Grüßen" in text
    assert f'dir="{LANGUAGES[locale].dir}"' in page
    for tag in ("<img", "<script", "<link", "url(", "@import"):
        assert tag not in page


@pytest.mark.parametrize("kind", KINDS)
def test_headers_are_complete_and_seven_bit(kind):
    context = _contexts("ar")[kind]
    raw = build_mail(
        context, to="a@example.org", mail_from="t@x.example", message_id="id@x.example", now=NOW
    ).as_bytes()
    raw.decode("ascii")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    message = _mail(context)
    assert message["From"].addresses[0].display_name == "Ausländerbehörde Musterstadt"
    assert message["Message-ID"] == "<0190@musterstadt.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ar, de"
    assert message["Reply-To"] == "auslaenderbehoerde@musterstadt.example"


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("appointment_confirmation", "REQUEST"),
        ("appointment_moved", "REQUEST"),
        ("appointment_cancelled", "CANCEL"),
        ("contact_received", None),
        ("confirm_email_address", None),
        ("channel_changed", None),
    ],
)
def test_appointments_carry_a_calendar_part(kind, method):
    message = _mail(_contexts("de")[kind])
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    files = [part.get_filename() for part in message.iter_attachments()]
    if method is None:
        assert parts == []
        assert files == []
        return
    assert parts[0].get_param("method") == method
    assert f"METHOD:{method}" in parts[0].get_content()
    assert files == ["termin.ics"]


def test_day_time_place_and_how_to_change_it_are_in_the_text():
    text = _mail(_contexts("de")["appointment_confirmation"]).get_body(("plain",)).get_content()
    for part in (
        "Dienstag, 12. Januar 2027, 09:30 Uhr",
        "Zimmer 201",
        "Rathausplatz 1",
        "https://h.example/de/case",
    ):
        assert part in text
    assert "Dienstag, 12. Januar 2027 um 09:30 Uhr" in str(
        _mail(_contexts("de")["appointment_confirmation"])["Subject"]
    )


def test_a_moved_appointment_names_the_time_that_no_longer_holds():
    text = _mail(_contexts("de")["appointment_moved"]).get_body(("plain",)).get_content()
    assert "Der frühere Termin am Dienstag, 5. Januar 2027 um 09:30 Uhr gilt nicht mehr." in text


def test_who_cancelled_is_said():
    office = _mail(_contexts("de")["appointment_cancelled"]).get_body(("plain",)).get_content()
    own = replace(_contexts("de")["appointment_cancelled"], is_by_office=False)
    assert "tut uns leid" in office
    assert "tut uns leid" not in _mail(own).get_body(("plain",)).get_content()


def test_contact_mails_are_equal_but_for_the_name():
    one = build_content(_contexts("de", "Ann")["contact_received"], "a@example.org", NOW)
    other = build_content(_contexts("de", "Bob")["contact_received"], "b@example.org", NOW)
    assert one.text.replace("Ann", "Bob") == other.text
    assert one.subject == other.subject


def test_without_a_name_the_mail_still_greets():
    text = build_content(_contexts("de", "")["contact_received"], "a@example.org", NOW).text
    assert text.startswith("Guten Tag,")


@pytest.mark.parametrize(
    "name",
    [
        "A\r\nBcc: evil@example.org",
        "A\nB",
        "A\x00B",
        "<script>x</script>",
        "\u202eevil",
        "x" * 200,
        "Ö'Neill",
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_no_name_breaks_a_mail(kind, name):
    message = _mail(_contexts("ar", name)[kind])
    assert message["Bcc"] is None
    assert message["To"] == "person1@example.org"
    page = message.get_body(("html",)).get_content()
    assert "<script" not in page
    assert "\u202e" not in page


def test_no_office_name_breaks_a_mail():
    context = _contexts("de")["channel_changed"]
    office = replace(context.frame.office, name='Amt "A"\r\nBcc: evil@example.org')
    message = _mail(replace(context, frame=replace(context.frame, office=office)))
    assert message["Bcc"] is None
    assert len(message["From"].addresses) == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@b",
        "a@@b.example",
        "a@example.org\r\nBcc: c@example.org",
        "a b@example.org",
        "ü@example.org",
        "a@exa mple.org",
        "a@-x.example",
        "a..b@example.org",
        ".a@example.org",
        "a@" + "x" * 64 + ".org",
        "a@example.org, b@example.org",
        "\x00@example.org",
    ],
)
def test_an_address_that_no_server_takes_is_refused_before_queueing(address):
    with pytest.raises(UnsendableNotice):
        check_mail(_contexts("de")["channel_changed"], address, NOW)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        (" Person1@Example.ORG ", "Person1@example.org"),
        ("a.b+c@müller.example", "a.b+c@xn--mller-kva.example"),
        ("o'neill@example.org", "o'neill@example.org"),
    ],
)
def test_addresses_are_normalised(typed, normal):
    assert normalise_address(typed) == normal
    check_mail(_contexts("de")["appointment_confirmation"], typed, NOW)


def test_one_message_of_each_kind_and_frame_proves_the_others(monkeypatch):
    built = []
    build = mails.build_mail
    monkeypatch.setattr(
        mails, "build_mail", lambda context, **rest: built.append(context) or build(context, **rest)
    )
    frame = MailFrame("tr", replace(build_sample_office(), name="Amt für Beweise"))
    for step in range(3):
        facts = replace(FACTS, sequence=step, starts_at=STARTS + timedelta(days=step))
        check_mail(AppointmentConfirmation(frame, facts), "check@example.org", NOW)
    assert len(built) == 1
    check_mail(AppointmentMoved(frame, FACTS, STARTS), "check@example.org", NOW)
    check_mail(AppointmentConfirmation(replace(frame, locale="ar"), FACTS), "check@example.org", NOW)
    assert len(built) == 3
    with pytest.raises(UnsendableNotice):
        check_mail(AppointmentConfirmation(frame, FACTS), "a..b@example.org", NOW)


def test_an_office_with_a_broken_address_is_refused_each_time():
    frame = MailFrame("de", replace(build_sample_office(), email="kaputt"))
    for _ in range(2):
        with pytest.raises(UnsendableNotice):
            check_mail(AppointmentConfirmation(frame, FACTS), "check@example.org", NOW)
