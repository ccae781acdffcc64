"""The pages for checking a confirmation: keys, headers, status without a trace, one length for every word."""

import base64
import json
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from servicedesk.accounts.models import Throttle
from servicedesk.db.audit import AccessLog, AuditEvent
from servicedesk.interim.keys import FOLDER, load_keyring, new_key, published, revoke_key
from servicedesk.interim.views_public import FLOOD
from tests.conftest import NOW
from tests.support.client import Browser, make_app
from tests.support.confirmations import add_confirmation
from tests.support.office import load_cast
from tests.support.portal import send_letter

WORDS = {
    "valid": "gilt",
    "ask_again": "gilt, bitte neu prüfen",
    "superseded": "ersetzt",
    "withdrawn": "gilt nicht mehr",
    "unknown": "unbekannt",
}
NOBODYS = "7K3MQ2XA9B"
AS_JSON = {"Accept": "application/json"}


@pytest.fixture
def letter(db, vault):
    with db.unit_of_work() as session:
        return send_letter(session, vault, NOW)


@pytest.fixture
def app(db, clock, tmp_path, vault, letter):
    return make_app(db, clock, tmp_path, vault)


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def codes(db, vault, letter):
    """A code for every word; the last one is nobody's."""
    with db.unit_of_work() as session:
        second = send_letter(session, vault, NOW, cast=letter.cast).case_id
        made = {
            "superseded": add_confirmation(session, second, now=NOW, state="superseded"),
            "withdrawn": add_confirmation(session, second, now=NOW, state="withdrawn", sequence=2),
            "valid": add_confirmation(session, second, now=NOW, sequence=3),
            "ask_again": add_confirmation(
                session, letter.case_id, now=NOW, check_again_on=date(2026, 11, 22)
            ),
        }
    return made | {"unknown": NOBODYS}


def ask(app, code, source="198.51.100.7", headers=None, **more):
    """Ask for a status as a browser without a past does."""
    return app.test_client().post(
        "/de/pruefen/status",
        data={"code": code, **more},
        headers=headers,
        environ_base={"REMOTE_ADDR": source},
    )


def fetch(app, path):
    """Return an answer whose content is read and closed; files of the disk are open until then."""
    answer = app.test_client().get(path)
    answer.get_data()
    answer.close()
    return answer


class Statements:
    """Note every statement that reaches the database, without its values."""

    def __init__(self, engine):
        self.engine, self.seen = engine, []

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, connection, cursor, statement, *_):
        self.seen.append(re.sub(r"sa_savepoint_\d+", "savepoint", statement))


def test_the_printed_address_leads_to_the_page_in_the_readers_language(app):
    for language in ("de", "en", "ar"):
        browser = Browser(app, language).get("/pruefen")
        assert (browser.status, browser.path) == (200, f"/{language}/pruefen")
    first = app.test_client().get("/pruefen")
    assert "Accept-Language" in first.headers["Vary"]


def test_the_start_page_has_a_door_to_it(browser):
    browser.get("/de/").follow("Eine Zwischenbestätigung prüfen")
    assert browser.path == "/de/pruefen"
    browser.follow("Was die Bestätigung für Arbeitgeber bedeutet")
    assert "§ 4a Abs. 5 Aufenthaltsgesetz" in browser.page.words()
    browser.follow("Bestätigung prüfen")
    assert browser.path == "/de/pruefen"


@pytest.mark.parametrize(
    "path", ["/de/pruefen", "/de/pruefen/status", "/de/pruefen/employers", "/pruefen/keys.json"]
)
def test_nobody_who_looks_gets_a_cookie(app, path):
    assert "Set-Cookie" not in app.test_client().get(path).headers


def test_only_the_page_may_use_the_camera_and_only_the_reader_may_compile(app):
    def policies(path):
        headers = fetch(app, path).headers
        return "camera=(self)" in headers["Permissions-Policy"], "wasm" in headers["Content-Security-Policy"]

    assert policies("/de/pruefen") == (True, False)
    assert policies("/de/pruefen/reader.js") == (False, True)
    assert policies("/de/pruefen/status") == (False, False)
    assert policies("/de/") == (False, False)
    reader = fetch(app, "/de/pruefen/reader.js").headers["Content-Security-Policy"]
    assert reader == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
    assert "unsafe-inline" not in reader


def test_published_keys_are_those_of_the_folder_and_may_be_cached(app, tmp_path):
    answer = app.test_client().get("/pruefen/keys.json")
    document = answer.get_json()
    assert document["format"] == "SD1"
    assert document["as_of"] == "2026-11-23T08:00:00Z"
    assert document["keys"] == published(load_keyring(tmp_path / FOLDER, NOW)) != []
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.mimetype == "application/json"


def test_a_new_and_a_revoked_key_are_published_at_once(app, tmp_path):
    folder = tmp_path / FOLDER
    first = new_key(folder, NOW)
    second = new_key(folder, NOW)
    revoke_key(folder, first.id, NOW)
    keys = {one["kid"]: one for one in app.test_client().get("/pruefen/keys.json").get_json()["keys"]}
    assert set(keys) == {first.id, second.id}
    assert keys[first.id]["revoked_at"] is not None
    assert keys[second.id]["revoked_at"] is None


def test_in_production_no_key_makes_itself(db, clock, tmp_path, vault, letter):
    secrets = {
        f"SERVICEDESK_{name}": base64.b64encode(bytes(32)).decode()
        for name in ("SECRET_KEY", "DATA_KEY", "PEPPER")
    }
    app = make_app(db, clock, tmp_path, vault, SERVICEDESK_ENVIRONMENT="production", **secrets)
    assert app.test_client().get("/pruefen/keys.json").get_json()["keys"] == []
    assert not (tmp_path / FOLDER).exists()


@pytest.mark.parametrize("word", WORDS)
def test_each_word_has_its_page_and_its_document(app, codes, word):
    browser = Browser(app).get("/de/pruefen")
    browser.follow("Statuscode eingeben")
    browser.submit(code=codes[word].lower())
    assert browser.status == 200
    [said] = [node for node in browser.page.all("p") if node.get("class") == "check-word"]
    assert browser.page.words(said).split(" ", 1)[1] == WORDS[word]
    assert ask(app, codes[word], headers=AS_JSON).get_json() == {"status": word}


def test_the_answer_is_in_the_language_of_the_page(app, codes):
    browser = Browser(app).get("/en/pruefen/status")
    browser.submit(code=codes["valid"])
    assert browser.page.all("html")[0].get("lang") == "en"
    assert browser.page.all("p", class_="check-word")


@pytest.mark.parametrize("headers", [None, AS_JSON], ids=["page", "document"])
def test_every_word_is_as_long_and_as_laborious_as_every_other(app, db, codes, headers):
    sizes, work, heads = set(), set(), set()
    for code in codes.values():
        ask(app, code, headers=headers)
        with Statements(db.engine) as statements:
            answer = ask(app, code, headers=headers)
        sizes.add(len(answer.data))
        work.add(tuple(statements.seen))
        heads.add((answer.status_code, tuple(sorted(answer.headers))))
    assert len(sizes) == 1
    assert len(work) == 1
    assert len(heads) == 1
    assert any("interim_confirmation" in one for one in work.pop())


def test_the_title_does_not_tell_the_word(app, codes):
    titles = {re.search(r"<title>.*?</title>", ask(app, code).text, re.DOTALL)[0] for code in codes.values()}
    assert len(titles) == 1


def test_one_office_knows_nothing_of_anothers_codes(app, db, vault, codes):
    with db.unit_of_work() as session:
        cast = load_cast(session, NOW, ref="nachbarort", host="nachbar.example", town="Nachbarort")
        foreign = add_confirmation(session, send_letter(session, vault, NOW, cast=cast).case_id, now=NOW)
    assert ask(app, foreign, headers=AS_JSON).get_json() == {"status": "unknown"}
    there = app.test_client().post(
        "/de/pruefen/status", data={"code": foreign}, headers=AS_JSON | {"Host": "nachbar.example"}
    )
    assert there.get_json() == {"status": "valid"}


def test_asking_leaves_no_trace_but_a_count(app, db, codes):
    with db.reading() as session:
        before = session.scalars(select(AuditEvent.id)).all()
    answer = ask(app, codes["valid"])
    with db.reading() as session:
        assert session.scalars(select(AuditEvent.id)).all() == before
        assert session.scalars(select(AccessLog)).all() == []
        [count] = session.scalars(select(Throttle)).all()
    assert "198.51.100" not in count.bucket
    assert codes["valid"] not in count.bucket
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("typed", ["", "7K3MQ", "7K3MQ-2XA9B-0", "hallo"])
def test_a_slip_is_told_and_costs_nothing(app, db, typed):
    browser = Browser(app).get("/de/pruefen/status")
    browser.submit(code=typed)
    assert browser.status == 200
    assert len(browser.page.errors) == 1
    assert browser.page.title.startswith("Fehler:")
    fault = ask(app, typed, headers=AS_JSON)
    assert (fault.status_code, set(fault.get_json())) == (400, {"fault"})
    with db.reading() as session:
        assert session.scalars(select(Throttle)).all() == []


def test_changing_the_language_keeps_what_was_typed_and_asks_nothing(app, db, codes):
    browser = Browser(app).get("/de/pruefen/status")
    browser.submit(code=codes["valid"], _language="en")
    assert browser.page.form()[1]["code"] == codes["valid"]
    assert browser.page.all("html")[0].get("lang") == "en"
    with db.reading() as session:
        assert session.scalars(select(Throttle)).all() == []


def test_a_flood_waits_and_whoever_waited_gets_the_answer(app, clock, codes):
    for _ in range(FLOOD.at_once):
        assert ask(app, NOBODYS).status_code == 200
    browser = Browser(app).get("/de/pruefen/status")
    browser.client.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    browser.submit(code=codes["valid"])
    assert browser.status == 429
    assert 1 <= int(browser.answer.headers["Retry-After"]) <= 21
    assert "Drücken Sie den Knopf in 1 Minute." in browser.page.words()
    assert browser.submit().status == 429  # too early
    clock.advance(timedelta(seconds=22))
    browser.submit()
    assert browser.status == 200
    assert "gilt" in browser.page.words(browser.page.all("section", class_="sd-notice sd-notice--success")[0])


def test_having_waited_for_one_code_does_not_open_another(app, clock, codes):
    for _ in range(FLOOD.at_once):
        ask(app, NOBODYS)
    held = ask(app, codes["valid"], headers=AS_JSON)
    assert (held.status_code, set(held.get_json())) == (429, {"wait_seconds", "waited"})
    clock.advance(timedelta(seconds=60))
    proof = held.get_json()["waited"]
    assert ask(app, codes["withdrawn"], headers=AS_JSON, waited=proof).status_code == 429
    assert ask(app, codes["valid"], headers=AS_JSON, waited=proof).get_json() == {"status": "valid"}


def test_no_program_can_wait_for_any_number_of_questions_at_once(app, clock, codes):
    answers = [ask(app, NOBODYS, headers=AS_JSON).get_json() for _ in range(FLOOD.at_once + 250)]
    proofs = [one["waited"] for one in answers if one.get("waited")]
    assert len(proofs) == FLOOD.longest // FLOOD.step - 1
    assert all(one["waited"] == "" for one in answers[-60:])
    # When the flood is over, the next one passes at once.
    clock.advance(2 * FLOOD.window)
    assert ask(app, codes["valid"], headers=AS_JSON).get_json() == {"status": "valid"}


def test_a_flood_from_one_network_leaves_the_others_alone(app, codes):
    for _ in range(FLOOD.at_once + 1):
        last = ask(app, NOBODYS)
    assert last.status_code == 429
    assert ask(app, codes["valid"], source="203.0.113.5").status_code == 200


def test_what_has_to_wait_is_as_long_for_every_word(app, codes):
    for _ in range(FLOOD.at_once + 20):
        ask(app, NOBODYS)
    answers = [ask(app, code, headers=AS_JSON) for code in codes.values()]
    assert {answer.status_code for answer in answers} == {429}
    assert not any("status" in answer.get_json() for answer in answers)


def test_another_site_cannot_ask_in_somebodys_browser(app, codes):
    answer = ask(app, codes["valid"], headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_the_worker_keeps_this_page_and_what_it_loads_and_nothing_else(app):
    client = app.test_client()
    script = client.get("/de/pruefen/sw.js")
    assert script.mimetype == "text/javascript"
    assert script.headers["Service-Worker-Allowed"] == "/de/pruefen"
    files = json.loads(re.search(r"const FILES = (\[.*\])", script.text)[1])
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/de/pruefen").text)
    assert set(loaded) <= set(files)
    assert {"/de/pruefen/reader.js", "/static/check/seal.js", "/static/zxing/zxing_reader.wasm"} <= set(files)
    for file in files:
        assert fetch(app, file).status_code == 200, file


def test_the_worker_changes_with_every_sentence_and_language(app, db, letter):
    client = app.test_client()
    german, again, arabic = (client.get(f"/{tag}/pruefen/sw.js").text for tag in ("de", "de", "ar"))
    assert german == again != arabic
    assert "kern.rtl.css" in arabic
    page = app.jinja_env.get_template("interim/check.html")
    source = page.root_render_func

    def with_another_sentence(context):
        yield from source(context)
        yield "<!-- changed -->"

    page.root_render_func = with_another_sentence
    try:
        assert client.get("/de/pruefen/sw.js").text != german
    finally:
        page.root_render_func = source


@pytest.mark.parametrize("language", ["de", "ar"])
def test_the_page_weighs_no_more_than_any_other_until_a_picture_is_chosen(app, language):
    html = fetch(app, f"/{language}/pruefen").text
    loaded = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html)) | {"/static/check/seal.js"}
    total = len(html.encode()) + sum(len(fetch(app, one).data) for one in loaded)
    assert total < 100 * 1024


def test_a_page_is_the_same_for_everybody(app, db, letter, vault):
    plain = app.test_client().get("/de/pruefen").text
    signed_in = Browser(app)
    signed_in.get("/de/code")
    signed_in.submit(code=letter.code)
    assert signed_in.get("/de/pruefen").answer.text == plain
