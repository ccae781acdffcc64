"""Every concern in every language: as a page and as a printed list; a sample in the gate, all of them in the proof."""

from datetime import date
from io import BytesIO

import html5lib
import page
import pikepdf
import pytest

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.printing import SheetOrder, build_sheet
from servicedesk.checklists.rules import PersonFacts, list_requirements
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.notices.contexts import OfficeBlock
from servicedesk.notices.letters.checklists import build_checklists_html
from servicedesk.notices.letters.renderer import render_pdf
from tests.conftest import NOW
from tests.support.client import Browser, make_app
from tests.support.languages import SEED, deal, some_pairs
from tests.support.office import FIFTEEN, load_cast
from tests.support.pdf_reading import list_fonts, page_texts, read_structure

CATALOGUE = load_catalogue()
CONCERNS = sorted(CATALOGUE.concerns)
OFFICE = OfficeBlock("Ausländerbehörde Musterstadt", "Platz 1", "12345", "Musterstadt", "https://amt.example")
MOST_PAGES = 2
OUR_FONTS = {"Letter-Latin", "Letter-Arabic", "Letter-Ethiopic"}
BIDI_CONTROLS = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\u200e\u200f"))


@pytest.fixture
def browser(db, clock, tmp_path, vault):
    with db.unit_of_work() as session:
        load_cast(session, NOW, setup=FIFTEEN)
    return Browser(make_app(db, clock, tmp_path, vault))


def look(browser, concern_id, tag):
    """Open a concern's list; what it is called and for what stands there in the reader's language."""
    language = LANGUAGES[tag]
    found = browser.get(f"/{tag}/papers/{concern_id}").page
    assert browser.status == 200, (concern_id, tag)
    html = found.all("html")[0]
    assert (html.get("lang"), html.get("dir")) == (language.lang, language.dir)
    assert found.h1
    assert len(found.all("li")) > len(LANGUAGES)
    known = {one.lang for one in LANGUAGES.values()}
    assert {node.get("lang") for node in html.iter() if node.get("lang")} <= known


def test_a_sample_of_the_lists_opens_as_a_page(browser):
    for concern_id, tag in deal(CONCERNS, SEED):
        look(browser, concern_id, tag)


@pytest.mark.prove
@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_list_opens_as_a_page(browser, tag):
    for concern_id in CONCERNS:
        look(browser, concern_id, tag)


@pytest.mark.parametrize(("concern_id", "tag"), some_pairs(CONCERNS))
def test_every_list_is_printed_with_its_tags_and_without_a_missing_sign(concern_id, tag, caplog):
    language = LANGUAGES[tag]
    concern = CATALOGUE.get_concern(concern_id)
    order = SheetOrder(
        concern, list_requirements(concern, PersonFacts(is_renewal=True, age=30)), tag, date(2026, 11, 23)
    )
    html, _ = build_checklists_html([build_sheet(order, CATALOGUE, OFFICE)])
    marked = html5lib.parse(html, namespaceHTMLElements=False)
    sides = {
        (node.get("lang"), node.get("dir")) for node in marked.iter("div") if node.get("class") == "side"
    }
    assert sides == {("de", "ltr"), (language.lang, language.dir)}
    pdf, pages = render_pdf(html)
    assert pages <= MOST_PAGES
    assert page.validate_pdf_bytes(pdf, profile="ua1").failures == []
    assert {name.removesuffix("-Bold") for name in list_fonts(pdf)} <= OUR_FONTS
    assert missing_signs(caplog) == []
    assert {spoken for _, _, spoken, _ in read_structure(pdf) if spoken} == {"de", language.lang}
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang) == "de"
    assert concern.name.translate(BIDI_CONTROLS).split()[0] in " ".join(page_texts(pdf))


def missing_signs(caplog):
    """Return what the typesetter said about signs for which it drew an empty box."""
    return [line for line in caplog.messages if ".notdef" in line]


def test_a_sign_that_no_font_has_is_seen(caplog):
    render_pdf("<html lang='de'><title>x</title><p>gut, خوب, ጽቡቕ, tốt</p></html>")
    assert missing_signs(caplog) == []
    render_pdf("<html lang='de'><title>x</title><p>\ue000</p></html>")
    assert len(missing_signs(caplog)) == 1
