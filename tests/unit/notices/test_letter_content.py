import dataclasses
import re
from datetime import date

import pytest

from servicedesk.notices.contexts import (
    AddressedAs,
    LetterSecrets,
    Paper,
    PaperForm,
    Phrase,
    Recipient,
    Sender,
    TitleForm,
)
from servicedesk.notices.letters import MissingSecrets, render_letter
from servicedesk.notices.letters.pages import build_address, build_html, recipient_lines
from servicedesk.notices.letters.qr import build_qr
from servicedesk.notices.letters.samples import (
    SAMPLE_KINDS,
    SAMPLE_SECRETS,
    build_child_recipient,
    build_sample,
)
from servicedesk.notices.wording import get_wording
from tests.support.languages import some_pairs
from tests.support.pdf_reading import find_text, page_texts

ISSUED_ON = date(2026, 11, 23)
#: What an invitation, a reminder or a receipt must never contain: it is information, no administrative act.
FORBIDDEN = (
    "Rechtsbehelf",
    "Widerspruch",
    "Klage",
    "Vorladung",
    "angeordnet",
    "AZR",
    "Bußgeld",
    "Staatsangehörigkeit",
    "geboren am",
)


def _with_frame(context, **changes):
    return dataclasses.replace(context, frame=dataclasses.replace(context.frame, **changes))


def _html(context):
    return build_html(context, SAMPLE_SECRETS)[0]


@pytest.mark.parametrize(("kind", "locale"), some_pairs(SAMPLE_KINDS))
def test_at_most_two_pages_per_language_and_one_for_the_slip(kind, locale, sample_letter):
    slip = 1 if kind in {"invitation_letter", "expired_letter"} else 0
    languages = 1 if locale == "de" else 2
    assert sample_letter(kind, locale).page_count <= 2 * languages + slip


@pytest.mark.parametrize("kind", SAMPLE_KINDS)
@pytest.mark.parametrize("form", TitleForm)
def test_no_letter_sounds_like_an_order(kind, form):
    context = build_sample(kind, "en", ISSUED_ON)
    if hasattr(context, "title_form"):
        context = dataclasses.replace(context, title_form=form)
    html = _html(context)
    for word in FORBIDDEN:
        assert word not in html
    assert "None" not in re.sub(r"<[^>]*>", "", html)


@pytest.mark.parametrize("kind", SAMPLE_KINDS)
def test_no_title_looks_like_the_official_certificate(kind, sample_letter):
    html = _html(build_sample(kind, "de", ISSUED_ON))
    headings = " ".join(re.findall(r"<(?:title|h1)>(.*?)</", html, re.DOTALL))
    assert "iktionsbescheinigung" not in headings
    for sentence in re.findall(r"[^.>]*iktionsbescheinigung[^.<]*", html):
        assert "kein" in sentence or "Recht auf eine" in sentence


def test_the_invitation_reads_in_the_order_a_person_needs(sample_letter):
    text = " ".join(page_texts(sample_letter("invitation_letter", "de").pdf))
    wanted = [
        "Ausländerbehörde Musterstadt",
        "Ivana Đorđević-Muster",
        "Aktenzeichen",
        "Bitte beantragen Sie die Verlängerung Ihres Aufenthaltstitels",
        "Bitte stellen Sie den Antrag bis: Dienstag, 29. Dezember 2026",
        "Guten Tag Ivana Đorđević-Muster,",
        "Was Sie tun müssen",
        "Stellen Sie den Antrag bis",
        "Kommen Sie zum Termin",
        "7K3M-9QXT-2VBH-4RW8",
        "Was passiert, wenn kein Antrag kommt",
        "§ 81 Abs. 4 Satz 1 Aufenthaltsgesetz",
        "Ihre Unterlagen",
        "Gültiger Pass",
        "So erreichen Sie uns",
        "Öffnungszeiten",
        "Beratung: freiwillig und kostenlos",
        "Mit freundlichen Grüßen",
        "Beispiel, B.",
        "ohne Unterschrift gültig",
        "Antwortbogen",
        "Ich beantrage die Verlängerung meines Aufenthaltstitels.",
        "Datum, Unterschrift",
    ]
    position = 0
    for part in wanted:
        found = text.find(part, position)
        assert found >= 0, f"{part!r} is missing or out of order"
        position = found


def test_pages_are_counted_on_every_page(sample_letter):
    for number, text in enumerate(page_texts(sample_letter("invitation_letter", "de").pdf), start=1):
        assert f"Seite {number} von 3" in text
        assert "33.26.07-0000412" in text


def test_the_translation_follows_with_its_notice_and_the_german_names_of_papers(sample_letter):
    pages = page_texts(sample_letter("invitation_letter", "tr").pdf)
    sheet = " ".join(pages[2:-1])
    assert "Geçerli pasaport" in sheet
    assert "Gültiger Pass" in sheet
    assert "7K3M-9QXT-2VBH-4RW8" in sheet
    german = " ".join(pages[:2])
    assert "Geçerli pasaport" not in german


def test_a_reviewed_translation_loses_the_line_about_computers():
    line = get_wording("en").text(
        "Diese Übersetzung hat ein Computer erstellt. Sie wurde noch nicht von einem Menschen geprüft."
    )
    machine = build_sample("invitation_letter", "en", ISSUED_ON)
    assert line in _html(machine)
    assert line not in _html(_with_frame(machine, is_machine_translated=False))


def test_a_german_letter_has_no_sheet_and_no_notice(sample_letter):
    text = " ".join(page_texts(sample_letter("invitation_letter", "de").pdf))
    assert "Übersetzung zur Information" not in text


def test_the_code_is_in_the_fragment_and_nowhere_else_in_an_address():
    html = _html(build_sample("invitation_letter", "ar", ISSUED_ON))
    wanted = build_qr("https://termine.musterstadt.example/ar/code#7K3M-9QXT-2VBH-4RW8")
    assert html.count(wanted.path) == 2
    assert "?code=" not in html
    assert "code/7K3M" not in html
    assert "termine.musterstadt.example/ar/code" in html
    assert "termine.musterstadt.example/de/code" in html


def test_the_qr_code_is_read_back_by_the_matrix():
    code = build_qr("x")
    assert code.size == 21
    assert code.path.startswith("M0 0.5h7M")


@pytest.mark.parametrize("kind", ["invitation_letter", "new_code_letter"])
def test_a_letter_with_a_code_is_never_made_without_one(kind):
    with pytest.raises(MissingSecrets):
        render_letter(build_sample(kind, "de", ISSUED_ON))


def test_an_office_without_telephone_codes_prints_no_pin():
    html = build_html(
        build_sample("invitation_letter", "de", ISSUED_ON), LetterSecrets("AAAA-BBBB-CCCC-DDDD")
    )[0]
    assert "PIN für Anrufe" not in html


def test_a_childs_letter_goes_to_the_parents():
    context = _with_frame(
        build_sample("invitation_letter", "de", ISSUED_ON), recipient=build_child_recipient()
    )
    assert recipient_lines(context.frame.recipient)[:2] == ("An die Eltern von", "Luka Musterović")
    html = _html(context)
    assert "sehr geehrte Eltern von" in html
    assert "Geburtsdatum Ihres Kindes" in html
    assert "meines Aufenthaltstitels" not in html
    assert "Ich beantrage die Verlängerung des Aufenthaltstitels von" in html


def test_a_representative_is_addressed_and_the_person_named():
    recipient = dataclasses.replace(
        build_child_recipient(), addressed_as=AddressedAs.REPRESENTATIVE, representative="Eva Vormund"
    )
    context = _with_frame(build_sample("invitation_letter", "de", ISSUED_ON), recipient=recipient)
    assert recipient_lines(recipient)[:2] == ("Eva Vormund", "für Luka Musterović")
    assert 'Guten Tag <span dir="ltr">Eva Vormund</span>,' in _html(context)


def test_a_team_signs_where_nobody_owns_the_letter():
    context = _with_frame(
        build_sample("invitation_letter", "de", ISSUED_ON), sender=Sender(team="Team Aufenthalt")
    )
    html = _html(context)
    assert "Zuständig" in html
    assert "Ihre Ansprechperson" not in html


@pytest.mark.parametrize("form", [form for form in TitleForm if form is not TitleForm.RESIDENCE_TITLE])
def test_continuation_is_promised_for_residence_titles_only(form):
    context = dataclasses.replace(build_sample("invitation_letter", "de", ISSUED_ON), title_form=form)
    assert "§ 81" not in _html(context)
    without = dataclasses.replace(
        build_sample("invitation_letter", "de", ISSUED_ON), has_continuation_effect=False
    )
    assert "§ 81" not in _html(without)


def test_a_late_application_is_not_called_timely():
    context = build_sample("application_receipt", "de", ISSUED_ON)
    assert "vor dem Ende des Aufenthaltstitels" in _html(context)
    assert "22:47 Uhr" in re.sub(r"<[^>]*>", "", _html(context))
    late = dataclasses.replace(context, ends_on=date(2026, 11, 21))
    assert "vor dem Ende des Aufenthaltstitels" not in _html(late)
    assert "§ 81" not in _html(late)


def test_the_last_day_counts_in_full():
    context = build_sample("application_receipt", "de", ISSUED_ON)
    assert "vor dem Ende" in _html(dataclasses.replace(context, ends_on=date(2026, 11, 22)))


def test_twenty_papers_and_a_name_of_200_characters_stay_in_their_places():
    long_name = "Venkatasubramanian " * 10 + "Abcdefghij"
    assert len(long_name) == 200
    papers = tuple(
        Paper(
            Phrase(f"Unterlage Nummer {n} mit einem ziemlich langen Namen für die Liste", f"Belge {n} ğüşİ"),
            PaperForm.COPY,
            Phrase("wenn Sie arbeiten", "çalışıyorsanız"),
        )
        for n in range(1, 21)
    )
    recipient = Recipient(long_name, "", "Bürgermeister-Müller-Platz 180 b", "12345", "Musterstadt")
    context = _with_frame(build_sample("invitation_letter", "tr", ISSUED_ON), recipient=recipient)
    letter = render_letter(dataclasses.replace(context, papers=papers), SAMPLE_SECRETS)
    assert letter.page_count <= 6
    town = find_text(letter.pdf, 1, "12345 Musterstadt")
    street = find_text(letter.pdf, 1, "Bürgermeister-Müller-Platz 180 b")
    assert street.bottom < 90.0
    assert town.left >= 20
    first = page_texts(letter.pdf)[0]
    assert "7K3M-9QXT-2VBH-4RW8" in first
    text = " ".join(page_texts(letter.pdf))
    assert all(f"Unterlage Nummer {n} mit" in text for n in range(1, 21))


def test_a_name_without_spaces_is_broken_and_not_cut():
    recipient = Recipient("X" * 200, "", "Lindenweg 4", "12345", "Musterstadt")
    context = _with_frame(build_sample("new_code_letter", "de", ISSUED_ON), recipient=recipient)
    letter = render_letter(context, SAMPLE_SECRETS)
    assert find_text(letter.pdf, 1, "Lindenweg 4").bottom < 90.0
    assert page_texts(letter.pdf)[0].replace(" ", "").count("X") >= 400


def test_the_address_gets_smaller_only_when_it_must():
    assert build_address(("Amina Muster", "Lindenweg 4", "12345 Musterstadt")).points == 10.0
    assert build_address(("Long " * 40, "Lindenweg 4", "12345 Musterstadt")).points < 10.0
    assert build_address(("W" * 4000,)).points == 6.0


def test_markup_in_a_name_is_text():
    recipient = Recipient("<img src=x>", "<script>", "A & B", "12345", "Musterstadt")
    html = _html(_with_frame(build_sample("invitation_letter", "en", ISSUED_ON), recipient=recipient))
    assert "<img" not in html
    assert "<script" not in html
    assert "A &amp; B" in html


def test_an_office_name_cannot_leave_the_footers_style():
    office = dataclasses.replace(
        build_sample("invitation_letter", "de", ISSUED_ON).frame.office,
        name='A"; } </style> @import url(x) {',
    )
    html = _html(_with_frame(build_sample("invitation_letter", "de", ISSUED_ON), office=office))
    assert html.count("</style>") == 1
    style = html.split("<style>")[1].split("</style>")[0]
    assert "@import" not in style
