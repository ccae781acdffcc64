"""The interim confirmation on paper: one page, checked facts, nothing it must not say; and what goes with it."""

import re
from dataclasses import fields, replace
from datetime import date

import pytest

from servicedesk.interim.seal import PrintedFacts, build_token
from servicedesk.notices.contexts import EndCause
from servicedesk.notices.letters import render_letter, render_sheet
from servicedesk.notices.letters.pages import build_html
from servicedesk.notices.letters.samples import (
    SHEET_KINDS,
    build_child_recipient,
    build_sample,
    build_sample_sheet,
)
from servicedesk.notices.letters.sheets import build_sheet_html
from tests.support.languages import some_languages, some_pairs
from tests.support.pdf_reading import find_text, page_texts
from tests.support.seals import make_key

ISSUED_ON = date(2026, 11, 23)
page = pytest.importorskip("page", reason="page-validation checks PDF/UA-1")

#: What would make it a certificate, a condition or a promise (§ 81 AufenthG, § 78a AufenthG).
FORBIDDEN = (
    "gültig bis",
    "gilt bis",
    "wenn der Antrag",
    "falls",
    "sofern",
    "vorausgesetzt",
    "vorbehaltlich",
    "AZR",
    "Seriennummer",
    "Dokumentennummer",
    "Bundesadler",
    "Bundesrepublik",
    "wird verlängert",
    "werden verlängert",
    "wird erteilt",
    "Ausreise und Wiedereinreise",
    "Wiedereinreise",
)
WANTED = (
    "Zwischenbestätigung: Der Aufenthaltstitel gilt weiter, bis wir entscheiden",
    "Ausländerbehörde Musterstadt",
    "Statuscode: 7K3M9-QXT2V",
    "Name: Ivana Đorđević-Muster",
    "Geburtsdatum: 17.05.1996",
    "Aktenzeichen: 33.26.07-0000412",
    "Aufenthaltstitel: Aufenthaltserlaubnis zum Studium",
    "Rechtsgrundlage: § 16b Abs. 1 AufenthG",
    "Ende des Titels: 25.11.2026",
    "Antrag eingegangen: 14.10.2026",
    "Erwerbstätigkeit: Beschäftigung bis zu 140 Arbeitstage",
    "Ausgestellt: 23.11.2026",
    "Bitte neu prüfen: 23.02.2027",
    "also vor dem Ende des Aufenthaltstitels",
    "nach § 81 Abs. 4 Satz 1 AufenthG weiter, bis wir über den Antrag entscheiden",
    "ist noch nicht entschieden",
    "Dieses Recht besteht kraft Gesetzes, auch ohne dieses Blatt.",
    "„Beantragt ein Ausländer vor Ablauf seines Aufenthaltstitels",
    "keine Fiktionsbescheinigung, kein Aufenthaltstitel und kein Reisedokument",
    "Es gilt nicht für Reisen über die Grenze",
    "termine.musterstadt.example/pruefen",
    "Der QR-Code enthält die Angaben dieses Blattes und keine Internetadresse.",
    "Dieses Blatt kostet nichts.",
    "Sie haben ein Recht auf eine Fiktionsbescheinigung. Bitten Sie uns darum",
    "ohne Unterschrift gültig",
)


def _confirmation(locale="de", **facts):
    context = build_sample("interim_confirmation", locale, ISSUED_ON)
    return replace(context, facts=replace(context.facts, **facts))


def _words(html):
    return " ".join(re.sub(r"<style.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL).split())


def test_the_german_page_says_what_it_must_in_this_order():
    (first,) = page_texts(render_letter(_confirmation()).pdf)
    text = " ".join(first.split())
    at = 0
    for part in WANTED:
        found = text.find(part, at)
        assert found >= 0, part
        at = found


@pytest.mark.parametrize("word", FORBIDDEN)
def test_it_says_nothing_that_it_must_not(word):
    html, title = build_html(_confirmation(), None)
    assert word.casefold() not in _words(html).casefold()
    assert title == "Zwischenbestätigung"


def test_it_draws_nothing_but_its_own_square():
    html, _ = build_html(_confirmation(), None)
    assert html.count("<svg") == 1
    assert "<img" not in html
    assert "url(" not in html.replace('url("asset:', "")


def test_no_address_on_the_net_is_a_link_or_in_the_square():
    html, _ = build_html(_confirmation("en"), None)
    assert "<a " not in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
    assert html.count("<svg") == 1, "the translated page bears no second square"


@pytest.mark.parametrize("locale", some_languages())
@pytest.mark.parametrize(
    "condition",
    [
        "Erwerbstätigkeit erlaubt",
        "Beschäftigung nur als Pflegefachkraft in der Klinik Musterstadt erlaubt. " * 3,
        "Beschäftigung nur als Ingenieurin für Wasserbau bei der Beispiel GmbH & Co. KG in Musterstadt erlaubt. "
        * 7,
    ],
    ids=["short", "usual", "long"],
)
def test_it_is_one_page_in_german_and_one_in_the_other_language(condition, locale):
    context = _confirmation(locale, employment_condition=condition.strip())
    # Sealed for real: the longer the facts, the wider the square beside them.
    facts = PrintedFacts(**{one.name: getattr(context.facts, one.name) for one in fields(PrintedFacts)})
    letter = render_letter(replace(context, token=build_token(facts, make_key(7)), is_renewal=True))
    assert letter.page_count == (1 if locale == "de" else 2)


def test_the_square_keeps_its_width_and_a_quiet_zone():
    pdf = render_letter(_confirmation()).pdf
    code = find_text(pdf, 1, "Statuscode")
    assert code.top > 98.5
    html, _ = build_html(_confirmation(), None)
    width = float(re.search(r"style=\"width: ([\d.]+)mm", html)[1])
    modules = int(re.search(r"viewBox=\"0 0 (\d+)", html)[1])
    assert width / modules == pytest.approx(0.5)


def test_a_renewal_says_that_the_earlier_paper_is_no_longer_shown():
    plain, _ = build_html(_confirmation(), None)
    renewal, _ = build_html(replace(_confirmation(), is_renewal=True), None)
    sentence = "Dieses Blatt ersetzt ein früheres."
    assert sentence not in plain
    assert sentence in renewal


def test_the_law_stays_german_and_the_verbatim_condition_too():
    html, _ = build_html(_confirmation("ar", employment_condition="Beschäftigung als Bäckerin erlaubt"), None)
    assert html.count('lang="de" dir="ltr">„Beantragt ein Ausländer') == 2
    assert html.count('<span lang="de" dir="ltr">Beschäftigung als Bäckerin erlaubt</span>') == 2


def test_markup_in_a_name_or_a_condition_stays_text():
    html, _ = build_html(_confirmation(name="<b>x</b>", employment_condition="<script>1</script>"), None)
    assert "<b>x" not in html
    assert "<script" not in html


@pytest.mark.parametrize("cause", list(EndCause))
@pytest.mark.parametrize("locale", ["de", "ar"])
def test_every_end_is_told_with_its_reason_and_what_to_do(cause, locale):
    context = replace(build_sample("interim_ended", locale, ISSUED_ON), cause=cause)
    html, _ = build_html(context, None)
    text = _words(html)
    assert "Ihre Zwischenbestätigung gilt nicht mehr" in text
    reason = re.search(r"<h2>Warum</h2>\s*<p>(.*?)</p>", html, re.DOTALL)[1].strip()
    assert len(reason) > 30
    assert "Zeigen Sie die Zwischenbestätigung nicht mehr vor." in text
    for word in ("erteilt", "abgelehnt", "Straf", "illegal"):
        assert word not in text
    assert render_letter(context).page_count == (1 if locale == "de" else 2)


def test_the_letter_about_the_end_does_not_say_what_was_decided():
    html, _ = build_html(build_sample("interim_ended", "de", ISSUED_ON), None)
    assert "Die Entscheidung bekommen Sie mit einem eigenen Schreiben" in _words(html)


def test_parents_get_their_childs_letters():
    context = build_sample("interim_ended", "de", ISSUED_ON)
    context = replace(context, frame=replace(context.frame, recipient=build_child_recipient()))
    text = _words(build_html(context, None)[0])
    assert "An die Eltern von Luka Musterović" in text
    assert "Für: Luka Musterović" in text


@pytest.mark.parametrize(("kind", "locale"), some_pairs(SHEET_KINDS))
def test_a_sheet_is_one_page_per_language_and_accessible(kind, locale):
    sheet = render_sheet(build_sample_sheet(kind, locale))
    assert sheet.page_count == (1 if locale == "de" else 2)
    assert page.validate_pdf_bytes(sheet.pdf, profile="ua1").failures == []


@pytest.mark.parametrize("kind", SHEET_KINDS)
def test_a_sheet_names_nobody_and_explains_how_to_check(kind):
    html, _ = build_sheet_html(build_sample_sheet(kind, "en"))
    text = _words(html)
    assert "Aktenzeichen" not in text
    for part in (
        "termine.musterstadt.example/pruefen",
        "Beantragt ein Ausländer vor Ablauf seines Aufenthaltstitels",
        "keine Fiktionsbescheinigung, kein Aufenthaltstitel und kein Reisedokument",
        "Folgen Sie keiner Adresse aus einem QR-Code",
    ):
        assert part in text


def test_employers_are_told_their_three_duties():
    text = _words(build_sheet_html(build_sample_sheet("interim_employer_sheet", "de"))[0])
    for part in ("§ 4a Abs. 5 Aufenthaltsgesetz", "Prüfen.", "Kopie aufbewahren.", "Melden.", "vier Wochen"):
        assert part in text


def test_benefits_are_not_stopped_for_a_date_on_a_card():
    text = _words(build_sheet_html(build_sample_sheet("interim_benefits_sheet", "de"))[0])
    assert "nicht allein deshalb ein, weil das Datum auf der Karte vorbei ist" in text
