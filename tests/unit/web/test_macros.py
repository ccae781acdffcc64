"""What the macros and frames must say in HTML: rules UX-1 to UX-8, UX-16 and UX-18."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib  # type: ignore[import-untyped]
import pytest

from servicedesk.kernel.locales import LANGUAGES
from servicedesk.offices.rules.details import Hours
from tests.unit.web import gallery

PAGES = sorted(gallery.build_pages("de"))
XHTML = "{http://www.w3.org/1999/xhtml}"


def parse(html: str) -> Element:
    """Parse strictly: an unclosed or misplaced element fails."""
    parser: Any = html5lib.HTMLParser(strict=True)
    document: Element = parser.parse(html)
    return document


def all_of(root: Element, name: str) -> list[Element]:
    return list(root.iter(XHTML + name))


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("tag", ["de", "ar"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_well_formed_and_says_its_language(name: str, tag: str) -> None:
    root = parse(gallery.render(name, tag))
    assert (root.get("lang"), root.get("dir")) == (tag, "rtl" if tag == "ar" else "ltr")
    assert len(all_of(root, "h1")) == 1
    assert text_of(all_of(root, "title")[0])
    identifiers = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("name", PAGES)
def test_browser_never_validates(name: str) -> None:
    root = parse(gallery.render(name))
    for form in all_of(root, "form"):
        if form.get("method") == "post" and form.get("data-once") is not None:
            assert form.get("novalidate") is not None or not form.findall(f".//{XHTML}label")
    for element in root.iter():
        assert not {"required", "pattern", "maxlength", "minlength"} & set(element.attrib)


def test_every_post_form_carries_a_token_and_acts_once() -> None:
    for name in PAGES:
        for form in all_of(parse(gallery.render(name)), "form"):
            hidden = {box.get("name") for box in form.iter(XHTML + "input") if box.get("type") == "hidden"}
            if form.get("method") == "post":
                assert "csrf_token" in hidden, name
            if form.get("data-once") is not None:
                assert "_idempotency_key" in hidden, name


def test_faults_stand_in_title_summary_and_field_in_the_same_words() -> None:
    html = gallery.render("form.html")
    root = parse(html)
    assert text_of(all_of(root, "title")[0]).startswith("Fehler:")
    summary = next(element for element in root.iter() if element.get("data-error-summary") is not None)
    links = {link.get("href", "")[1:]: text_of(link) for link in summary.iter(XHTML + "a")}
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    faults = {
        text_of(element) for identifier, element in by_id.items() if (identifier or "").endswith("-error")
    }
    assert len(links) == 5
    for target, words in links.items():
        assert by_id[target].tag in {XHTML + "input", XHTML + "textarea", XHTML + "select"}
        assert f"✕Fehler: {words}" in faults


def test_clean_form_has_no_summary() -> None:
    html = gallery.render("form_clean.html")
    assert "data-error-summary" not in html.replace("data-error-summary]", "")
    assert "aria-invalid" not in html
    assert "<title>Alle Felder" in html


def test_date_fault_leads_to_the_part_that_has_to_change() -> None:
    html = gallery.render("birth.html")
    assert 'href="#birth_date-year"' in html
    assert len(re.findall(r'<h1 class="sd-h1">[^<]*Wann sind Sie geboren', html)) == 1
    legend = all_of(parse(html), "legend")[0]
    assert text_of(legend) == "Wann sind Sie geboren?"
    assert 'autocomplete="bday-year"' in html


def test_described_controls_point_at_texts_that_exist() -> None:
    for name in PAGES:
        root = parse(gallery.render(name))
        identifiers = {element.get("id") for element in root.iter()}
        for element in root.iter():
            for target in (element.get("aria-describedby") or "").split():
                assert target in identifiers, (name, target)


def test_enter_key_presses_no_language() -> None:
    """The first submit button that belongs to the form is its default button."""
    root = parse(gallery.render("form.html"))
    submits = [button for button in all_of(root, "button") if button.get("form") == "page-form"]
    assert submits[0].get("name") is None
    languages = [button for button in submits if button.get("name") == "_language"]
    assert [button.get("value") for button in languages] == list(LANGUAGES)[1:]
    assert all(button.get("formnovalidate") is not None for button in languages)


def test_languages_are_links_with_their_own_name_where_nothing_was_typed() -> None:
    root = parse(gallery.render("start.html"))
    items = [item for nav in all_of(root, "nav") for item in nav.iter(XHTML + "li") if item.get("lang")]
    assert ("ar", "rtl", "العربية") in [(item.get("lang"), item.get("dir"), text_of(item)) for item in items]
    current = [element for element in root.iter() if element.get("aria-current") == "true"]
    assert [text_of(element) for element in current] == ["Deutsch"]


def test_foreign_strings_are_isolated() -> None:
    for name in ("case.html", "answers.html", "range.html"):
        root = parse(gallery.render(name, "ar"))
        holders = [element for element in root.iter() if "محمد" in (element.text or "")]
        assert holders
        assert {element.tag for element in holders} == {XHTML + "bdi"}, name


def test_row_of_check_answers_names_what_changes() -> None:
    root = parse(gallery.render("answers.html"))
    changes = [text_of(link) for link in all_of(root, "a") if text_of(link).startswith("Ändern")]
    assert changes == ["Ändern: Termin", "Ändern: Telefon", "Ändern: Adresse", "Ändern: E-Mail"]
    assert "nicht angegeben" in text_of(root)


def test_machine_translation_says_so_and_german_does_not() -> None:
    assert "sd-translated" in gallery.render("slots.html", "ar")
    assert "sd-translated" not in gallery.render("slots.html", "de")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 502, 503])
def test_every_error_page_says_what_to_do(status: int) -> None:
    template = gallery.build_environment().get_template("error.html")
    root = parse(template.render(gallery.build_context() | {"status": status, "reference": "7K2M-94QX"}))
    paragraphs = [text_of(p) for main in all_of(root, "main") for p in main.iter(XHTML + "p")]
    assert len(text_of(all_of(root, "h1")[0])) > 10
    assert len(paragraphs[0]) > 20
    assert any("7K2M-94QX" in text for text in paragraphs)


def test_error_page_needs_no_office() -> None:
    context = gallery.build_context() | {"status": 500, "office": None, "languages": [], "actor": None}
    assert "Bei uns ist ein Fehler passiert" in gallery.build_environment().get_template("error.html").render(
        context
    )


def test_refusal_puts_its_own_sentence_first() -> None:
    context = gallery.build_context() | {"status": 409, "reason": "Der Termin ist schon vergeben."}
    html = gallery.build_environment().get_template("error.html").render(context)
    assert "Der Termin ist schon vergeben." in html
    assert "laden Sie sie neu" not in html


def test_closure_page_names_the_time_and_not_the_word() -> None:
    html = gallery.render("maintenance.html")
    assert "06:00" in html
    assert "Montag, 14. Dezember 2026" in html
    assert not re.search("wartung|maintenance", html, re.IGNORECASE)


def test_neighbouring_days_of_opening_hours_become_a_range() -> None:
    details = dataclasses.replace(
        gallery.DETAILS,
        hours=(Hours((0, 1, 2, 3), dt.time(8), dt.time(12)), Hours((0, 3), dt.time(14), dt.time(18))),
    )
    context = gallery.build_context() | {"status": 404, "office": gallery.Office(details=details)}
    text = text_of(parse(gallery.build_environment().get_template("error.html").render(context)))
    assert "Mo. – Do. 08:00–12:00" in text
    assert "Mo. · Do. 14:00–18:00" in text


def _table(rows: str, headings: str = '[_("Name"), (_("Fälle"), "number")]') -> Element:
    source = f"""{{% import "macros/staff.html" as staff with context %}}
<!doctype html><html lang="de"><head><title>x</title></head><body>
{{% call staff.table(_("Bereiche & Last"), {headings}) %}}{rows}{{% endcall %}}</body></html>"""
    environment = gallery.build_environment()
    return parse(environment.from_string(source).render(gallery.build_context("de")).strip())


@pytest.mark.parametrize(
    ("rows", "headings", "takes_focus"),
    [
        ("<tr><th scope='row'>A–K</th><td>3</td></tr>", '[_("Name"), (_("Fälle"), "number")]', True),
        ("<tr><th scope='row'><a href='/x'>A</a></th><td>3</td></tr>", '[_("Name"), _("Fälle")]', False),
        ("<tr><th scope='row'>A</th><td><button>x</button></td></tr>", '[_("Name"), _("Fälle")]', False),
        ("<tr><th scope='row'>A</th><td>3</td></tr>", '[_("Name"), (_("Fälle"), "", "/sort")]', False),
    ],
)
def test_a_table_takes_the_focus_where_nothing_in_it_does(
    rows: str, headings: str, takes_focus: bool
) -> None:
    root = _table(rows, headings)
    [region] = [one for one in all_of(root, "div") if one.get("class") == "sd-table-scroll"]
    expected = ("0", "region", "Bereiche & Last") if takes_focus else (None, None, None)
    assert (region.get("tabindex"), region.get("role"), region.get("aria-label")) == expected
    assert len(all_of(root, "td")) == 1
