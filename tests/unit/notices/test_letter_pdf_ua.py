"""PDF/UA-1 (ISO 14289-1) by an independent checker, with broken samples as its control."""

from io import BytesIO

import pikepdf
import pytest

from servicedesk.notices.letters.renderer import render_pdf
from servicedesk.notices.letters.samples import SAMPLE_KINDS
from tests.support.languages import some_pairs

page = pytest.importorskip("page", reason="page-validation checks PDF/UA-1")


def _faults(pdf: bytes) -> list[str]:
    report = page.validate_pdf_bytes(pdf, profile="ua1")
    return sorted({failure.rule_id for failure in report.failures})


@pytest.mark.parametrize(("kind", "locale"), some_pairs(SAMPLE_KINDS))
def test_every_letter_conforms_to_pdf_ua_1(kind, locale, sample_letter):
    assert _faults(sample_letter(kind, locale).pdf) == []


def _broken(pdf: bytes, how: str) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as opened:
        root = opened.Root
        if how == "untagged":
            del root.StructTreeRoot
            del root.MarkInfo
        elif how == "no language":
            del root.Lang
            for item in opened.objects:
                if isinstance(item, pikepdf.Dictionary) and "/Lang" in item:
                    del item["/Lang"]
        elif how == "no title":
            del root.Metadata
        elif how == "no alternative text":
            for item in opened.objects:
                if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure":
                    del item["/Alt"]
        elif how == "no unicode":
            for item in opened.objects:
                if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                    del item["/ToUnicode"]
        elif how == "fonts not embedded":
            for item in opened.objects:
                if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item:
                    del item["/FontFile2"]
        changed = BytesIO()
        opened.save(changed)
        return changed.getvalue()


@pytest.mark.parametrize(
    "how",
    ["untagged", "no language", "no title", "no alternative text", "no unicode", "fonts not embedded"],
)
def test_the_check_catches_broken_letters(how, sample_letter):
    assert _faults(_broken(sample_letter("invitation_letter", "ar").pdf, how)) != []


@pytest.mark.parametrize("text", ["أُعدّت مُ مُ أ", "İpek Đặng Nguyễn", "ትግርኛ"])
def test_text_of_any_supported_script_conforms(text):
    pdf, _ = render_pdf(f'<html lang="ar"><title>x</title><p>{text}</p></html>')
    assert _faults(pdf) == []
