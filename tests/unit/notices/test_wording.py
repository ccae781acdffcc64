from datetime import UTC, date, datetime, time

import pytest

from servicedesk.notices.contexts import Opening
from servicedesk.notices.wording import get_wording, is_rtl_text, isolate, ltr, name_html


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("de", "Freitag, 22. Januar 2027"),
        ("en", "Friday, 22 January 2027"),
        ("ar", "الجمعة، 22 يناير 2027"),
        ("tr", "22 Ocak 2027 Cuma"),
        ("uk", "22 січня 2027 року (пʼятниця)"),
        ("xx", "Freitag, 22. Januar 2027"),
    ],
)
def test_a_day_has_its_weekday_in_every_language(tag, said):
    assert get_wording(tag).day(date(2027, 1, 22)) == said


@pytest.mark.parametrize("tag", ["de", "en", "ar", "tr", "uk"])
def test_times_are_the_offices_wall_time_in_24_hours(tag):
    summer, winter = datetime(2027, 7, 1, 14, 5, tzinfo=UTC), datetime(2027, 1, 1, 14, 5, tzinfo=UTC)
    assert get_wording(tag).clock_of(summer, "Europe/Berlin") == "16:05"
    assert get_wording(tag).clock_of(winter, "Europe/Berlin") == "15:05"


def test_the_day_is_the_offices_day():
    assert (
        get_wording("de")
        .day_of(datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "Europe/Berlin")
        .startswith("Montag")
    )


def test_neighbouring_days_with_equal_times_become_a_range():
    lines = get_wording("de").opening_lines(
        (
            Opening((1, 2, 4), time(8), time(12)),
            Opening((4,), time(14), time(18)),
            Opening((3,), time(8), time(12)),
        )
    )
    assert [(line.days, line.times) for line in lines] == [
        ("Montag – Mittwoch", ("08:00–12:00",)),
        ("Donnerstag", ("08:00–12:00", "14:00–18:00")),
    ]


def test_a_gap_between_days_is_no_range():
    lines = get_wording("de").opening_lines((Opening((1, 3), time(8), time(12)),))
    assert [line.days for line in lines] == ["Montag", "Mittwoch"]


def test_values_are_escaped_in_html_and_kept_in_text():
    wording = get_wording("de")
    assert wording.filled("Guten Tag %(name)s,", name="<b>") == "Guten Tag &lt;b&gt;,"
    assert wording.plain("Guten Tag %(name)s,", name="<b>") == "Guten Tag <b>,"


def test_a_sentence_without_translation_is_marked_as_german():
    html = get_wording("ar").html("Diesen Satz übersetzt niemand & nie.")
    assert html == '<span lang="de" dir="ltr">Diesen Satz übersetzt niemand &amp; nie.</span>'
    assert get_wording("de").html("Satz & Satz") == "Satz &amp; Satz"


@pytest.mark.parametrize(
    ("text", "rtl"), [("محمد", True), ("12 محمد", True), ("Al-Muster", False), ("123", False), ("", False)]
)
def test_direction_follows_the_first_strong_character(text, rtl):
    assert is_rtl_text(text) is rtl


def test_isolates_keep_values_in_order():
    assert isolate("33.26-7") == "\u206633.26-7\u2069"
    assert isolate("Al-Muster") == "\u2068Al-Muster\u2069"
    assert ltr("<1>") == '<span dir="ltr">&lt;1&gt;</span>'
    assert name_html("محمد") == '<span dir="rtl">محمد</span>'


@pytest.mark.parametrize("broken", ["Merhaba %(isim)s,", "Merhaba %(name)", "%50 Merhaba %(name)s,"])
def test_a_translation_that_cannot_be_filled_gives_the_german(monkeypatch, broken):
    wording = get_wording("tr")
    monkeypatch.setattr(type(wording), "text", lambda self, message: broken)
    assert wording.plain("Guten Tag %(name)s,", name="Ann") == "Guten Tag Ann,"
    assert wording.filled("Guten Tag %(name)s,", name="<Ann>") == (
        '<span lang="de" dir="ltr">Guten Tag &lt;Ann&gt;,</span>'
    )
