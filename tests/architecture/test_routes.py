"""Walk every route with every role, on own and on foreign objects; a route nobody entered here fails.

Boris owns A–K, Clara L–Z, Eva leads the team, Dmitri sees the office from the front desk, Frida administers.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from servicedesk.app import create_app
from servicedesk.booking.feed_models import DeskFeed
from servicedesk.cases.answering import Wish
from servicedesk.cases.models import Application, Case, Task
from servicedesk.cases.queries.case_facts import list_facts
from servicedesk.cases.rules import Channel
from servicedesk.cases.service import Evidence, doubt_case, record_application
from servicedesk.cases.service.codes import send_new_code
from servicedesk.cases.service.intake import take_in_papers
from servicedesk.cases.service.questions import ask_question
from servicedesk.cases.service.tasks import open_case_task
from servicedesk.cases.service.upload_rows import Incoming
from servicedesk.cases.service.uploads import receive_file
from servicedesk.checklists.models import RackPrint
from servicedesk.checklists.service import start_draft
from servicedesk.exports.models import ExportRun
from servicedesk.interim.keys import open_keyring
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.rules.values import Note
from servicedesk.interim.service import note_fact, open_desk, propose, request_confirmation
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import ROLE_PERMISSIONS, SYSTEM, Permission, Role
from servicedesk.notices.models import Letter
from servicedesk.offices.queries import list_desks
from servicedesk.offices.service import enter_absence
from servicedesk.register.models import Title
from servicedesk.register.service import claim_phone
from servicedesk.settings import load_settings
from servicedesk.web.access import find_rule
from tests.conftest import NOW
from tests.integration.conftest import app as app
from tests.integration.conftest import cast as cast
from tests.support.client import Browser
from tests.support.desk import TODAY, Desk, small_pdf
from tests.support.imports import add_import
from tests.support.office import load_cast
from tests.support.papers import drawn

PUBLIC = set(
    "accounts_staff.sign_in healthz readyz static portal_root.choose portal.start portal.imprint portal.privacy "
    "portal.accessibility portal.papers portal.papers_of portal.papers_form portal.papers_question portal.papers_short portal.responsible portal_code.code "
    "portal_code.birth_date portal_code.signed_out portal_contact.contact portal_contact.question "
    "portal_contact.again portal_contact.check portal_contact.received portal_contact.wait portal_links.confirm "
    "portal_links.confirmed interim_check_root.choose interim_check_root.keys interim_check.page "
    "interim_check.status interim_check.employers interim_check.reader interim_check.service_worker "
    "desk_feed.read interim_sheets.sheet".split()
)
RESIDENT = set(
    "portal_code.sign_out portal_case.home portal_case.apply portal_case.papers portal_case.announce "
    "portal_case.receipt portal_case.receipt_pdf portal_confirmation.show portal_times.choose portal_times.pick portal_times.day "
    "portal_times.check portal_times.taken portal_times.none_suits portal_times.waiting "
    "portal_offers.show portal_offers.accept portal_offers.decline "
    "portal_appointment.show portal_appointment.already portal_appointment.calendar portal_appointment.sheet "
    "portal_appointment.cancel portal_appointment.cancelled portal_appointment.calendar_off portal_questions.list "
    "portal_questions.ask portal_questions.how portal_questions.hide portal_details.address portal_details.email "
    "portal_details.email_sent portal_details.phone portal_details.speech "
    "portal_uploads.files portal_uploads.send portal_uploads.reuse portal_uploads.remove portal_uploads.picture "
    "portal_papers.begin portal_papers.question portal_papers.answers portal_forms.forms portal_forms.form "
    "portal_forms.question portal_forms.check portal_forms.pdf".split()
)
FILES = "see_own_scope see_team see_office"
STAFF = {
    "accounts_staff.sign_out": "",
    "accounts_staff.choose_language": "",
    "staff.today": "",
    "staff.ranges": "",
    "staff.checklists": "",
    "staff.print_checklist": "",
    "staff.rack": "",
    "staff.rack_file": "",
    "staff.end_rack": "",
    "staff.texts": "review_texts",
    "staff.texts_of": "review_texts",
    "staff.blank_form": "",
    "staff.range_list": FILES,
    "staff.search": FILES,
    "staff.risk": FILES,
    "staff.case": FILES,
    "staff.case_checklist": FILES,
    "staff.case_form": FILES,
    "staff.print_case_form": FILES,
    "staff.proof": FILES,
    "staff.upload_page": FILES,
    "staff.intake": "record_application",
    "staff.intake_receipt": FILES,
    "staff.scan": "record_application",
    "staff.open_person": FILES,
    "staff.finish_task": FILES,
    "staff.open": "work_case",
    "staff.attempt": "work_case",
    "staff.attempt_before_case": "work_case",
    "staff.decide": "work_case",
    "staff.close": "work_case",
    "staff.ready": "work_case",
    **dict.fromkeys(
        "staff.check_list staff.check staff.check_accept staff.check_reject".split(), "work_case"
    ),
    **dict.fromkeys("staff.check_ask staff.check_ready staff.waiting staff.answer_came".split(), "work_case"),
    **dict.fromkeys("staff.doubt staff.no_doubt staff.clarify staff.stuck".split(), "work_case"),
    "staff.card": "record_application",
    "staff.undo": "work_case",
    "staff.application": "record_application",
    "staff.correct": "record_application",
    "staff.paper": "record_application",
    "staff.quick_paper": "record_application",
    "staff.facts": "record_application",
    "staff.new_list": "work_case",
    "staff.changed_lists": "work_case",
    "staff.unknown_bases": "work_case manage_office",
    "staff.code": "reissue_code",
    "staff.appointment": "book_for_others",
    "staff.cancel": "book_for_others",
    "staff.requests": "work_case",
    "staff.backlog": "see_team",
    "staff.offer_for_conflicts": "work_case",
    "staff.time_request": "work_case",
    "staff.accept_request": "work_case",
    "staff.offer_request": "work_case",
    "staff.refuse_time_request": "work_case",
    "staff.withdraw_offers": "work_case",
    "staff.contact_list": "match_contact",
    "staff.contact": "match_contact",
    "staff.reject_contact": "match_contact",
    "staff.questions": "work_case",
    "staff.question": "work_case",
    "staff.pass_question": "work_case",
    "staff.calendar": FILES,
    "staff.day_sheet": FILES,
    "staff.day_sheet_pdf": FILES,
    "staff.feeds": FILES,
    "staff.make_feed": FILES,
    "staff.end_feed": FILES,
    "staff.exports": "manage_office",
    "staff.make_export": "manage_office",
    "staff.take_export": "manage_office",
    "staff.claims": "confirm_contact",
    "staff.claim": "confirm_contact",
    "staff.refuse_claim": "confirm_contact",
    "staff.invitations": "steer_invitations",
    "staff.preview_invitation": "steer_invitations",
    "staff.send_invitation": "steer_invitations",
    "staff.hold": "steer_invitations",
    "staff.release": "steer_invitations",
    "staff.letters": "download_letters",
    "staff.print_letters": "download_letters",
    "staff.reprint": "download_letters",
    "staff.catalogue": "manage_office see_team",
    "staff.start_catalogue": "manage_office",
    "staff.catalogue_version": "manage_office see_team",
    "staff.note_catalogue": "manage_office",
    "staff.propose_catalogue": "manage_office",
    "staff.withdraw_catalogue": "manage_office",
    "staff.release_catalogue": "manage_office see_team",
    "staff.send_back_catalogue": "manage_office see_team",
    "staff.export_catalogue": "manage_office see_team",
    "staff.import_catalogue": "manage_office",
    "staff.catalogue_document": "manage_office",
    "staff.catalogue_concern": "manage_office",
    "staff.catalogue_line": "manage_office",
    "staff.move_catalogue_line": "manage_office",
    "staff.reset_catalogue_entry": "manage_office",
    "staff.catalogue_texts": "manage_office",
    "staff.catalogue_sheet": "manage_office see_team",
    "catalogue_preview.page": "manage_office see_team",
    "staff.imports": "manage_office",
    "staff.import_run": "manage_office",
    "staff.import_rejects": "manage_office",
    "staff.interim": "release_confirmation print_confirmation",
    "staff.interim_register": "release_confirmation print_confirmation",
    "staff.confirmation": "release_confirmation print_confirmation",
    "staff.print_confirmation": "print_confirmation",
    "staff.release_confirmation": "release_confirmation",
    "staff.decline_confirmation": "release_confirmation",
    "staff.withdraw_confirmation": "release_confirmation",
    "staff.reissue_confirmation": "release_confirmation",
    "staff.propose_confirmation": "release_confirmation",
    "staff.release_batch": "release_confirmation",
    "staff.ask_confirmation": "request_confirmation",
    "staff.interim_request": "release_confirmation print_confirmation",
    "staff.answer_interim_request": "release_confirmation",
    "staff.note_interim": "work_case",
    "staff.take_back_interim_note": "work_case",
    "staff.guarantee": "see_team",
    "staff.absences": "enter_own_absence enter_team_absences",
    "staff.enter_absence": "enter_own_absence enter_team_absences",
    "staff.absence": "enter_own_absence enter_team_absences",
    "staff.end_absence": "enter_own_absence enter_team_absences",
}
"""What each staff route asks for: one of these permissions; nothing means every member of staff."""

ROLES = {
    "boris": Role.case_worker,
    "clara": Role.case_worker,
    "dmitri": Role.front_desk,
    "eva": Role.team_lead,
    "frida": Role.office_admin,
}
SEES_ALL = {"eva", "dmitri"}
WAYS = {"staff.clarify": "clarify"}
REFUSED_ACTS = {("dmitri", "staff.open_person")}
"""Pages one may read whose form asks for more: opening a case needs `work_case`."""
NOT_THEIRS = {("dmitri", "staff.end_feed")}
"""What looks as if it were not there although they see the whole office: a feed is of who works at the desk."""
CATALOGUE = {name for name in STAFF if "catalogue" in name}
OF_OFFICE = {
    "staff.import_run",
    "staff.import_rejects",
    "staff.rack_file",
    "staff.end_rack",
    "staff.take_export",
} | CATALOGUE
"""They name what belongs to the whole office and to no range."""
ABOUT_CONFIRMATIONS = {
    "staff.confirmation",
    "staff.print_confirmation",
    "staff.release_confirmation",
    "staff.decline_confirmation",
    "staff.withdraw_confirmation",
    "staff.reissue_confirmation",
}
"""Their address names a confirmation, not a case."""
NOT_WALKED = {"accounts_staff.sign_out", "accounts_staff.choose_language"}
"""They are about the account itself and name no object."""


@dataclass(frozen=True)
class Things:
    """Name one of everything a route's address may speak of, all of the same person's range."""

    ref: str
    entry: str
    contact: str
    person_id: str
    title_id: str
    letter_id: str
    task_id: str
    absence_id: str
    import_id: str
    rack_id: str
    claim_id: str
    upload_id: str
    intake: str
    interim: dict[str, str]
    version_id: str
    asked: dict[str, str]

    def values(self, endpoint):
        """Return the address values of an endpoint."""
        found = {
            "ref": self.contact
            if "contact" in endpoint
            else self.interim["ref"]
            if endpoint in ABOUT_CONFIRMATIONS
            else self.ref,
            "entry": self.intake if endpoint == "staff.intake_receipt" else self.entry,
            "person_id": self.person_id,
            "title_id": self.title_id,
            "letter_id": self.letter_id,
            "task_id": self.task_id,
            "absence_id": self.absence_id,
            "request_id": self.interim["request_id"],
            "note_id": self.interim["note_id"],
            "import_id": self.import_id,
            "rack_id": self.rack_id,
            **self.asked,
            "day": TODAY.isoformat(),
            "claim_id": self.claim_id,
            "upload_id": self.upload_id,
            "number": 1,
            "document_id": "passport",
            "version_id": self.version_id,
            "concern_id": "permit_study",
            "kind": "document",
            "entry_id": "passport",
            "tag": "ar",
            "place": "0",
            "form_id": "title_application",
            "state": "received",
            "way": WAYS.get(
                endpoint, "up" if "line" in endpoint else "drop" if endpoint in CATALOGUE else "ready"
            ),
            "fact_id": self.interim["fact_id"],
        }
        return found


def make_things(desk, family_name):
    """Make a case with an application, a task and a letter, a message, and somebody not invited yet."""
    ref = desk.case(family_name, "Amina", TODAY + timedelta(days=40))
    contact = desk.contact(family_name, "Amina")
    person_id = desk.person(family_name, "Neu", date(2027, 2, 24))
    letter_id = new_id()
    with desk.db.unit_of_work() as session:
        case = session.query(Case).filter_by(ref=ref).one()
        entry = record_application(
            session,
            desk.vault,
            case_id=case.id,
            channel=Channel.counter,
            received_at=NOW,
            statement="Antrag",
            actor=SYSTEM,
            now=NOW,
            evidence=Evidence.note("Vermerk"),
        ).ref
        open_case_task(session, case, "vanished", now=NOW)
        outbox_id = send_new_code(session, desk.vault, case, now=NOW, public_url=None)
        session.add(
            Letter(
                id=letter_id,
                office_id=case.office_id,
                outbox_id=outbox_id,
                pdf_sealed=desk.vault.seal(small_pdf(), "letter", letter_id, "pdf_sealed"),
                sha256="0" * 64,
                pages=2,
                rendered_at=NOW,
                printed_at=NOW,
            )
        )
        task_id = session.query(Task).filter_by(case_id=case.id).one().id.hex
        interim = make_interim(session, desk, case.id)
        import_id = add_import(session, case.office_id).hex
        rack_id = add_rack(session, case.office_id)
        claim_id = claim_phone(
            session, desk.vault, person_id=case.person_id, number="+49 30 1234567", now=NOW, actor=SYSTEM
        ).hex
        upload_id = receive_file(
            session,
            desk.vault,
            case_id=case.id,
            document_id="passport",
            incoming=Incoming("pass.jpg", b"bytes", drawn()),
            max_case_bytes=1000,
            channel="web",
            actor=SYSTEM,
            now=NOW,
        ).upload_id.hex
        intake = take_in_papers(
            session,
            case_id=case.id,
            document_ids=["enrolment"],
            channel=Channel.post,
            received_at=NOW,
            actor=SYSTEM,
            now=NOW,
        )
        title_id = session.query(Title).filter_by(person_id=person_id).one().id.hex
        # Not before next month: while it lasts the deputy's own things would be both people's.
        owner, deputy = ("boris", "clara") if family_name < "L" else ("clara", "boris")
        absence_id = enter_absence(
            session,
            member_id=desk.cast.members[owner],
            deputy_id=desk.cast.members[deputy],
            first_on=TODAY + timedelta(days=30 if owner == "boris" else 40),
            last_on=TODAY + timedelta(days=35 if owner == "boris" else 45),
            actor=SYSTEM,
            now=NOW,
        ).hex
        asked = make_asked(session, desk, case, owner)
        version_id = start_draft(
            session,
            office_id=case.office_id,
            own={"document": [{"id": "passport", "max_age": "P3M"}]},
            note="",
            actor=SYSTEM,
            now=NOW,
        ).hex
    return Things(
        ref,
        entry,
        contact,
        person_id.hex,
        title_id,
        letter_id.hex,
        task_id,
        absence_id,
        import_id,
        rack_id,
        claim_id,
        upload_id,
        intake,
        interim,
        version_id,
        asked,
    )


def make_asked(session, desk, case, owner):
    """Ask a question, make a feed of the owner's desk, and record an export; return how addresses name them."""
    question_id = ask_question(
        session,
        desk.vault,
        case_id=case.id,
        text="Was fehlt?",
        wish=Wish.page,
        locale="de",
        actor=SYSTEM,
        now=NOW,
    )
    desk_id = next(
        one.id for one in list_desks(session, case.office_id) if desk.cast.members[owner] in one.member_ids
    )
    feed, run = new_id(), new_id()
    session.add(
        DeskFeed(
            id=feed,
            office_id=case.office_id,
            desk_id=desk_id,
            token_hash=feed.bytes * 2,
            created_at=NOW,
            created_by="system",
        )
    )
    session.add(
        ExportRun(
            id=run,
            office_id=case.office_id,
            # A cursor is used once in an office.
            since=run.int % 10**9,
            until=10**9,
            changes=0,
            created_at=NOW,
            created_by="system",
        )
    )
    return {"question_id": question_id.hex, "feed_id": feed.hex, "run_id": run.hex}


def add_rack(session, office_id):
    """Keep a finished file for the rack; return how addresses name it."""
    rack = RackPrint(
        id=new_id(),
        office_id=office_id,
        ordered_at=NOW,
        ordered_by="system",
        locales=["de"],
        is_large=False,
        finished_at=NOW,
        pdf=small_pdf(),
    )
    session.add(rack)
    return rack.id.hex


def make_interim(session, desk, case_id):
    """Propose a confirmation, ask for it at the counter, and note something; return how addresses name them."""
    settings = desk.app.extensions["servicedesk"].settings
    keys = open_keyring(settings.data_dir, NOW, is_production=False)
    interim = open_desk(session, desk.vault, keys, office_id=desk.cast.office.id, now=NOW)
    confirmation_id = propose(session, interim, case_id=case_id, actor=SYSTEM)
    request_id = request_confirmation(session, interim, case_id=case_id, note="eilt", actor=SYSTEM)
    note_id = note_fact(session, case_id=case_id, kind=Note.applies_for_extension, actor=SYSTEM, now=NOW)
    doubt_case(session, case_id=case_id, reason="fraglich", actor=SYSTEM, now=NOW)
    return {
        "ref": session.get_one(InterimConfirmation, confirmation_id).ref,
        "request_id": request_id.hex,
        "note_id": note_id.hex,
        "fact_id": list_facts(session, case_id)[0].id.hex,
    }


@pytest.fixture
def desk(db, app, cast, vault, clock):
    return Desk(db, app, cast, vault, clock)


@pytest.fixture
def neighbour(db, app, vault, clock):
    with db.unit_of_work() as session:
        other = load_cast(session, NOW, ref="nachbarort", host="nachbar.example", town="Nachbarort")
    return make_things(Desk(db, app, other, vault, clock), "Berisha")


def list_rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def missing_entries(endpoints):
    return set(endpoints) - PUBLIC - RESIDENT - set(STAFF)


def test_every_route_stands_in_the_table_with_its_rule(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert missing_entries(endpoints) == set(), "enter new routes in the table above and say who may use them"
    assert set(STAFF) | PUBLIC | RESIDENT == endpoints, "the table names routes that are gone"
    for endpoint in endpoints:
        rule = find_rule(app, endpoint)
        expected = "staff" if endpoint in STAFF else "resident" if endpoint in RESIDENT else "public"
        assert rule.kind == expected, endpoint
        if endpoint in STAFF:
            assert {one.value for one in rule.permissions} == set(STAFF[endpoint].split()), endpoint


def test_the_table_notices_a_new_route():
    assert missing_entries({"staff.today", "staff.secret_door"}) == {"staff.secret_door"}


def test_a_route_without_a_rule_does_not_start(db, tmp_path, monkeypatch):
    def forgotten():
        return ""

    settings = load_settings({"SERVICEDESK_DATA_DIR": str(tmp_path)})
    monkeypatch.setattr(
        "servicedesk.app.edge.install",
        lambda flask: flask.add_url_rule("/staff/forgotten", "forgotten", forgotten),
    )
    with pytest.raises(RuntimeError, match="forgotten"):
        create_app(settings, database=db)


def addresses(app, things):
    """Yield endpoint, method and address of every staff route, filled with some things, and if it names any."""
    adapter = app.url_map.bind("localhost")
    # An invitation that was sent can no longer be held: sending comes last.
    for rule in sorted(list_rules(app), key=lambda one: one.endpoint == "staff.send_invitation"):
        if rule.endpoint in STAFF and rule.endpoint not in NOT_WALKED:
            wanted = {name: things.values(rule.endpoint)[name] for name in rule.arguments}
            for method in sorted(rule.methods & {"GET", "POST"}):
                has_object = bool(
                    rule.arguments
                    - {"way", "state", "document_id", "form_id", "concern_id", "place", "tag", "day"}
                )
                address = adapter.build(rule.endpoint, wanted, method=method)
                yield rule.endpoint, method, address, has_object


def send(browser, method, address, hidden):
    if method == "GET":
        return browser.get(address, follow=False).status
    data = {**hidden, "_idempotency_key": new_id().hex, "reason": "Grund", "identity_check": "Pass"}
    return browser.post(address, data, follow=False).status


def may(login, endpoint):
    wanted = STAFF[endpoint].split()
    held = ROLE_PERMISSIONS[ROLES[login]]
    return not wanted or any(Permission(name) in held for name in wanted)


class Writes:
    """Notice every statement that changes a table."""

    def __init__(self, engine):
        self.engine = engine
        self.seen = []

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, connection, cursor, statement, *_):
        words = statement.split()
        if words and words[0].upper() in {"INSERT", "UPDATE", "DELETE"}:
            self.seen.append(" ".join(words[:3]))

    def beyond_reading(self):
        """Leave out the record of reading, and the claim of a form's key, which is rolled back with a refusal."""
        harmless = {"INSERT INTO access_log", "INSERT INTO idempotency_key"}
        return [one for one in self.seen if one not in harmless]


@pytest.mark.parametrize("login", sorted(ROLES))
def test_each_role_reaches_its_own_and_nothing_else(desk, neighbour, login):
    own, foreign = make_things(desk, "Ahmadi"), make_things(desk, "Zorn")
    if login == "clara":
        own, foreign = foreign, own
    browser = desk.sign_in(login)
    hidden = {"csrf_token": browser.page.all("input", name="csrf_token")[0].get("value")}
    faults = []

    def expect(things, whose):
        for endpoint, method, address, has_object in addresses(desk.app, things):
            with Writes(desk.db.engine) as writes:
                status = send(browser, method, address, hidden)
            allowed = expected(login, endpoint, method, whose, has_object)
            if status not in allowed:
                faults.append(
                    f"{login} {method} {address} of {whose}: {status}, expected one of {sorted(allowed)}"
                )
            if (method == "GET" or status in {403, 404}) and writes.beyond_reading():
                faults.append(f"{login} {method} {address} wrote {writes.beyond_reading()}")

    expect(neighbour, "the neighbour office")
    expect(foreign, "another range")
    expect(own, "the own range")
    assert not faults, "\n".join(faults)


def expected(login, endpoint, method, whose, has_object):
    """Return the statuses a request may have; not found and never forbidden for what one may do elsewhere."""
    if not may(login, endpoint) or (method == "POST" and (login, endpoint) in REFUSED_ACTS):
        return {403}
    if not has_object:
        return {200, 303}
    if (login, endpoint) in NOT_THEIRS:
        return {404}
    sees_other_ranges = login in SEES_ALL or endpoint in OF_OFFICE
    if whose == "the neighbour office" or (whose == "another range" and not sees_other_ranges):
        return {404}
    # Acts without sensible values are asked back (200) or refused for their state (409).
    return {200, 303, 409}


def test_nobody_gets_in_without_signing_in(desk):
    things = make_things(desk, "Ahmadi")
    for _, method, address, _ in addresses(desk.app, things):
        browser = Browser(desk.app)
        if method == "GET":
            assert browser.get(address, follow=False).status == 303, address
            assert browser.answer.headers["Location"].startswith("/staff/sign-in"), address
        else:
            browser.get("/staff/sign-in")
            hidden = browser.page.hidden()
            status = browser.post(address, hidden, follow=False).status
            assert status == 303, address
            assert browser.answer.headers["Location"].startswith("/staff/sign-in"), address
    assert len(desk.rows(Application)) == 1


def test_public_and_resident_pages_write_nothing_on_get(desk):
    adapter = desk.app.url_map.bind("localhost")
    samples = {
        "lang": "de",
        "concern_id": "permit_study",
        "letters": "stu",
        "step": "name",
        "way": "times",
        "day": "2026-11-24",
        "token": "x",
        "fact": "rents_home",
        "form_id": "title_application",
        "field_id": "married",
        "name": "arbeitgeber",
        "secret": "unknown",
        "document_id": "passport",
        "upload_id": new_id().hex,
        "question_id": new_id().hex,
    }
    browser = Browser(desk.app)
    for rule in list_rules(desk.app):
        if rule.endpoint in PUBLIC | RESIDENT and "GET" in rule.methods:
            address = adapter.build(rule.endpoint, {name: samples[name] for name in rule.arguments})
            with Writes(desk.db.engine) as writes:
                status = browser.get(address, follow=False).status
            assert status in {200, 302, 303, 404}, f"{address}: {status}"
            assert writes.seen == [], f"GET {address} wrote {writes.seen}"
            if rule.endpoint in RESIDENT:
                assert status == 303, address


def test_the_watch_over_writes_sees_them(desk):
    with Writes(desk.db.engine) as writes:
        desk.person("Ahmadi", "Nur")
    assert writes.beyond_reading()
