"""Reading translations and noting who found them right: single texts, whole pages, and what follows from it."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from servicedesk.cli.base import Context
from servicedesk.cli.i18n import i18n
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel import catalogues
from servicedesk.kernel.catalogues import Text, check_catalogue, digest_text, list_texts
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.permissions import OPERATOR, Actor, ActorKind, Role
from servicedesk.notices.contexts import OfficeBlock
from servicedesk.offices.errors import TextsChanged
from servicedesk.offices.models import TextReview
from servicedesk.offices.queries import get_office_by_id
from servicedesk.offices.queries.reviews import list_reviewed_digests
from servicedesk.offices.service import reviews
from servicedesk.offices.service.reviews import mark_reviewed, take_back_review
from servicedesk.settings import load_settings
from tests.conftest import NOW
from tests.support.office import load_cast

READER = Actor(kind=ActorKind.staff, roles=frozenset({Role.front_desk}))
LINE = "Çeviriyi bilgisayar yaptı"


def of_residents(tag="tr"):
    return [text.digest for text in list_texts(tag) if not text.is_for_staff]


def mark(database, office_id, digests, *, back=False, tag="tr", actor=READER):
    change = take_back_review if back else mark_reviewed
    with database.unit_of_work() as session:
        change(session, office_id=office_id, language=tag, digests=digests, actor=actor, now=NOW)


def is_marked(desk, tag="tr"):
    with desk.db.reading() as session:
        return get_office_by_id(session, desk.cast.office.id).is_machine_translated(tag)


@pytest.fixture
def dmitri(desk):
    return desk.sign_in("dmitri")


def test_a_text_is_marked_by_name_and_taken_back(dmitri, desk):
    page = dmitri.get("/staff/texts").page
    assert "Türkisch" in page.words()
    page = dmitri.get("/staff/texts/tr").page
    first = next(text for text in list_texts("tr") if not text.is_for_staff)
    assert first.german[0] in page.words()
    dmitri.press("stimmt, geprüft")
    assert first.digest not in dmitri.answer.text
    page = dmitri.get("/staff/texts/tr?state=done").page
    assert first.translated[0] in page.words()
    assert "23.11.2026" in page.words()
    name = desk.cast.office.name
    assert name
    assert "Dmitri" in page.words()
    dmitri.press("zurücknehmen")
    assert "Kein Text in diesem Stand" in dmitri.get("/staff/texts/tr?state=done").page.words()
    with desk.db.reading() as session:
        acts = session.scalars(
            select(AuditEvent.action).where(AuditEvent.action.in_(["review_texts", "take_back_review"]))
        ).all()
        assert sorted(acts) == ["review_texts", "take_back_review"]
        assert session.scalars(select(TextReview.digest)).all() == []


def test_a_whole_page_is_marked_at_once_and_the_next_one_follows(dmitri, desk):
    page = dmitri.get("/staff/texts/tr").page
    form = next(one for one in page.all("form") if len(list(one.iter("input"))) > 20)
    values = MultiDict((one.get("name"), one.get("value")) for one in form.iter("input"))
    digests = values.getlist("digest")
    assert len(digests) == 25
    dmitri.post("/staff/texts/tr", values)
    assert not set(digests) & set(of_shown(dmitri.page))
    with desk.db.reading() as session:
        assert list_reviewed_digests(session)["tr"] == frozenset(digests)


def of_shown(page):
    return [one.get("value") for one in page.all("input", name="digest")]


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("q=Quetzalcoatl", "Kein Text passt"),
        ("state=done", "Kein Text in diesem Stand"),
        ("q=Ihr+Termin", "Randevunuz"),
        ("where=lists", "fotoğraflı belge"),
        ("page=999", "Text"),
        ("page=x&state=nonsense&where=nowhere", "Text 1"),
    ],
)
def test_filters_search_and_what_is_empty(dmitri, asked, there):
    assert there in dmitri.get(f"/staff/texts/tr?{asked}").page.words()


def test_both_sides_carry_their_language(dmitri):
    page = dmitri.get("/staff/texts/ar").page
    assert len([one for one in page.all("p") if one.get("lang") == "ar" and one.get("dir") == "rtl"]) >= 25
    assert len([one for one in page.all("p") if one.get("lang") == "de" and one.get("dir") == "ltr"]) >= 25


@pytest.mark.parametrize("tag", ["de", "xx", "ru"])
def test_a_language_the_office_does_not_offer_is_not_found(dmitri, tag):
    assert dmitri.get(f"/staff/texts/{tag}").status == 404


def test_a_text_with_other_words_by_now_is_not_marked(dmitri, desk):
    dmitri.get("/staff/texts/tr")
    dmitri.press("stimmt, geprüft", digest="0" * 64)
    assert "anderen Wortlaut" in dmitri.page.words()
    with desk.db.reading() as session:
        assert session.scalars(select(TextReview.digest)).all() == []


@pytest.fixture
def few(monkeypatch):
    """Let a language have three texts; return how it gets others."""

    def use(*german):
        page, file = ("servicedesk/portal/x.html",), ("servicedesk/staff/x.html",)
        texts = [
            Text(digest_text((one,), (one.upper(),)), (one,), (one.upper(),), page, False) for one in german
        ]
        texts.append(Text("e" * 64, ("Akte",), (), file, True))
        catalogues.digest_for_residents.cache_clear()
        monkeypatch.setattr(catalogues, "list_texts", lambda tag: texts)
        monkeypatch.setattr(reviews, "list_texts", lambda tag: texts)
        return [text.digest for text in texts if text.translated]

    yield use
    catalogues.digest_for_residents.cache_clear()


def test_the_line_goes_when_the_last_text_is_read_and_comes_back_with_the_first_taken_back(
    desk, browser, few
):
    office_id = desk.cast.office.id
    *most, last = few("eins", "zwei", "drei")
    mark(desk.db, office_id, most)
    assert LINE in browser.get("/tr/").page.words()
    mark(desk.db, office_id, [last])
    assert LINE not in browser.get("/tr/").page.words()
    assert not is_marked(desk)
    assert is_marked(desk, "ar")
    mark(desk.db, office_id, [last], back=True)
    assert LINE in browser.get("/tr/").page.words()


def test_a_changed_text_brings_the_line_back_until_it_is_read(desk, few):
    mark(desk.db, desk.cast.office.id, few("eins", "zwei"))
    assert not is_marked(desk)
    *_, new = few("eins", "drei")
    assert is_marked(desk)
    mark(desk.db, desk.cast.office.id, [new])
    assert not is_marked(desk)
    few("eins", "Zwei")
    assert is_marked(desk)


def test_where_one_text_is_not_translated_the_line_stays(desk, few, monkeypatch):
    digests = few("eins")
    found = catalogues.list_texts("tr")
    missing = Text("d" * 64, ("fehlt",), (), ("servicedesk/portal/x.html",), False)
    monkeypatch.setattr(catalogues, "list_texts", lambda tag: (*found, missing))
    monkeypatch.setattr(reviews, "list_texts", lambda tag: (*found, missing))
    mark(desk.db, desk.cast.office.id, digests)
    assert is_marked(desk)


def test_a_review_is_of_these_words(desk):
    assert digest_text(("Ja",), ("Evet",)) != digest_text(("Ja",), ("evet",))
    assert digest_text(("Ja",), ("Evet",)) != digest_text(("Ja.",), ("Evet",))
    assert digest_text(("a", "b"), ("c",)) != digest_text(("a",), ("b", "c"))


@pytest.mark.parametrize("actor", [OPERATOR, Actor(kind=ActorKind.staff)])
def test_only_a_signed_in_person_reviews(desk, actor):
    with pytest.raises(NotAllowed):
        mark(desk.db, desk.cast.office.id, of_residents()[:1], actor=actor)
    with pytest.raises(TextsChanged):
        mark(desk.db, desk.cast.office.id, [])


def test_whoever_was_first_stays_named(desk, dmitri):
    first = of_residents()[0]
    mark(desk.db, desk.cast.office.id, [first])
    boris = desk.sign_in("boris")
    boris.get("/staff/texts/tr")
    boris.press("stimmt, geprüft", digest=first)
    with desk.db.reading() as session:
        assert session.scalar(select(TextReview.reviewed_by)) == READER.ref


def test_the_check_counts_from_the_database(desk, tmp_path, monkeypatch):
    digests = of_residents()[:7]
    mark(desk.db, desk.cast.office.id, digests)
    settings = load_settings({"SERVICEDESK_DATA_DIR": str(tmp_path)})
    context = Context(settings, desk.clock, desk.db, _is_checked=True)
    monkeypatch.setattr(Context, "close", lambda _: None)
    before = check_catalogue("tr").machine
    done = CliRunner().invoke(i18n, ["check", "--json"], obj=context)
    answer = json.loads(done.stdout or done.output + repr(done.exception))
    assert answer["tr"]["machine"] == before - 7
    assert set(answer["tr"]) == {"untranslated", "fuzzy", "faults", "machine", "messages"}
    with desk.db.unit_of_work() as session:
        load_cast(session, NOW, ref="nachbarort", host="nachbar.example", town="Nachbarort")
    answer = json.loads(CliRunner().invoke(i18n, ["check", "--json"], obj=context).stdout)
    assert answer["tr"]["machine"] == before, "the other office has read none of them"


def test_letters_say_the_same_as_pages():
    block = OfficeBlock("Amt", "Weg 1", "12345", "Ort", "https://amt.example", reviewed_languages=("tr",))
    assert [block.is_machine_translated(tag) for tag in ("de", "tr", "ar")] == [False, False, True]
