"""Printed checklists: both languages, common numbers, boxes, large print, PDF/UA-1."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import html5lib
import page
import pikepdf
import pytest

from servicedesk.notices.contexts.blocks import OfficeBlock, PaperForm, Phrase
from servicedesk.notices.contexts.checklists import ChecklistGroup, ChecklistLine, ChecklistSheet, LineMark
from servicedesk.notices.letters.checklists import build_checklists_html, render_checklists

LINES = tuple(
    ChecklistLine(
        str(number),
        Phrase(f"Unterlage {number}", f"وثيقة {number}"),
        PaperForm.COPY,
        Phrase("wenn Sie arbeiten", "إذا كنتم تعملون") if number % 2 else Phrase(""),
        (Phrase("bei Ihrer Bank", "من البنك"),),
    )
    for number in range(1, 9)
)
SHEET = ChecklistSheet(
    locale="ar",
    office=OfficeBlock(
        "Ausländerbehörde Musterstadt", "Rathausplatz 1", "12345", "Musterstadt", "https://amt.example"
    ),
    concern=Phrase("Aufenthaltserlaubnis zum Studium", "تصريح إقامة للدراسة"),
    groups=(ChecklistGroup(LINES),),
    version="2026-11-22",
    printed_on=date(2026, 11, 23),
    typed_url="amt.example/ar/p/stu",
    url="https://amt.example/ar/p/stu",
)


def _lines(sheet: ChecklistSheet):
    tree = html5lib.parse(build_checklists_html([sheet])[0], namespaceHTMLElements=False)
    return [node for node in tree.iter("li") if "line" in node.get("class", "").split()]


def _with_class(node, name: str):
    return [one for one in node.iter() if name in one.get("class", "").split()]


def _text(node) -> str:
    return " ".join("".join(node.itertext()).split())


def _crosses(node):
    return [one for one in node.iter() if str(one.tag).endswith("}svg")]


def _faults(pdf: bytes) -> list[str]:
    return sorted({failure.rule_id for failure in page.validate_pdf_bytes(pdf, profile="ua1").failures})


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize("locale", ["ar", "de", "tr"])
def test_lists_conform_to_pdf_ua_1(locale, is_large):
    assert _faults(render_checklists([replace(SHEET, locale=locale, is_large=is_large)]).pdf) == []


def test_both_sides_carry_the_same_line_with_its_number_and_box_between_them():
    lines = _lines(SHEET)
    assert [_text(*_with_class(line, "number")) for line in lines] == [str(number) for number in range(1, 9)]
    for number, line in enumerate(lines, start=1):
        german, other = _with_class(line, "side")
        assert [german.get("lang"), german.get("dir")] == ["de", "ltr"]
        assert [other.get("lang"), other.get("dir")] == ["ar", "rtl"]
        assert f"Unterlage {number}" in _text(german)
        assert f"وثيقة {number}" in _text(other)
        assert len(_with_class(line, "tick")) == 1
        assert [one.get("class") for one in line] == ["side", "box", "side"]


def test_a_case_shows_what_is_missing_and_what_is_there():
    marked = tuple(
        replace(line, mark=LineMark.GIVEN if number else LineMark.MISSING)
        for number, line in enumerate(LINES)
    )
    sheet = replace(
        SHEET, groups=(ChecklistGroup(marked),), file_number="AZ-1", name="<Amina> Muster", locale="de"
    )
    assert "&lt;Amina&gt; Muster" in build_checklists_html([sheet])[0]
    lines = _lines(sheet)
    assert len(_crosses(lines[0])) == 1
    assert "fehlt noch" in _text(lines[0])
    assert not any(_crosses(line) for line in lines[1:])
    assert all("liegt uns vor" in _text(line) for line in lines[1:])


def test_a_short_list_takes_one_page_and_several_lists_one_each():
    assert render_checklists([SHEET]).page_count == 1
    together = render_checklists([replace(SHEET, locale=locale) for locale in ("ar", "tr", "uk")])
    assert together.page_count == 3
    with pikepdf.open(BytesIO(together.pdf)) as pdf:
        assert str(pdf.Root.Lang) == "de"


def test_what_is_not_translated_is_marked_as_german():
    line = replace(LINES[0], name=Phrase("Nur auf Deutsch"))
    (only,) = _lines(replace(SHEET, groups=(ChecklistGroup((line,)),)))
    other = _with_class(only, "side")[1]
    marked = [node for node in other.iter("span") if node.get("lang") == "de" and node.get("dir") == "ltr"]
    assert "Nur auf Deutsch" in [_text(node) for node in marked]
