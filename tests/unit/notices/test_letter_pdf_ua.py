"""PDF/UA-1 (ISO 14289-1) by an independent checker, with broken samples as its control."""

from io import BytesIO

import pikepdf
import pytest

from servicedesk.notices.letters.joining import join_pdfs
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


def test_documents_joined_for_the_printer_keep_their_tags(sample_letter):
    documents = [sample_letter(kind, "ar").pdf for kind in SAMPLE_KINDS]
    whole, pages = join_pdfs(documents, title="Schreiben")
    assert _faults(whole) == []
    with pikepdf.open(BytesIO(whole)) as joined:
        root = joined.Root.StructTreeRoot
        assert len(root.K) == len(documents)
        drawn = [one for one in joined.objects if isinstance(one, pikepdf.Dictionary)]
        assert sum(one.get("/Type") == "/Page" for one in drawn) == pages == len(joined.pages)
        numbers = [int(page.obj.StructParents) for page in joined.pages]
        assert len(set(numbers)) == pages
        tree = {
            int(root.ParentTree.Nums[at]): root.ParentTree.Nums[at + 1]
            for at in range(0, len(root.ParentTree.Nums), 2)
        }
        for page in joined.pages:
            marked = next(one for one in tree[int(page.obj.StructParents)] if one is not None)
            assert marked.Pg.objgen == page.obj.objgen, "a page's content is said to be another page's"


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
