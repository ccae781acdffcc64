"""Who leaves the office file is shut out at once, and may be let in again."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from servicedesk.accounts.models import StaffAccount, WebSession
from servicedesk.accounts.staff import disable_accounts_of, enable_account
from servicedesk.cli.main import main
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.queries import find_staff_by_ref
from servicedesk.offices.rules.setup import parse_setup
from servicedesk.offices.service import load_office
from tests.conftest import NOW
from tests.support.client import Browser
from tests.support.office import PASSWORD, SETUP, load_cast

FILE = SETUP.format(ref="musterstadt", host="localhost", town="Musterstadt")
WITHOUT_BORIS = FILE.replace('"boris"', '"bruno"')


def sign_in(app, login):
    browser = Browser(app)
    browser.get("/staff/sign-in")
    browser.submit(login=login, password=PASSWORD)
    return browser


def load(db, source):
    with db.unit_of_work() as session:
        return load_office(session, parse_setup(source.encode()), now=NOW, actor=OPERATOR)


def audited(db, action):
    with db.reading() as session:
        query = select(AuditEvent.subject_id).where(AuditEvent.action == action)
        return set(session.scalars(query))


def test_a_case_worker_who_leaves_the_file_is_signed_out_and_cannot_come_back(app, db, cast):
    boris, clara, dmitri = (sign_in(app, login) for login in ("boris", "clara", "dmitri"))
    assert boris.get("/staff/range").status == 200
    report = load(db, WITHOUT_BORIS)
    # Eva's account stands at Boris's place in this cast, so it goes with it.
    assert report.deactivated["account"] == ["boris", "eva"]
    assert boris.get("/staff/range", follow=False).status == 303
    assert "/staff/sign-in" in boris.answer.headers["Location"]
    assert sign_in(app, "boris").status == 403
    assert clara.get("/staff/range").status == 200
    assert dmitri.get("/staff/range").status == 200
    with db.reading() as session:
        left = set(session.scalars(select(WebSession.subject_id).where(WebSession.kind == "staff")))
    assert left == {cast.accounts["clara"], cast.accounts["dmitri"]}
    assert audited(db, "disable_account") == {cast.accounts["boris"], cast.accounts["eva"]}


def test_loading_again_disables_nobody_and_the_neighbours_keep_theirs(db, cast):
    with db.unit_of_work() as session:
        other = load_cast(session, NOW, ref="nachbarort", host="nachbar.example", town="Nachbarort")
        ours = list(cast.members.values())
        assert (
            disable_accounts_of(session, office_id=other.office.id, member_ids=ours, now=NOW, actor=OPERATOR)
            == []
        )
    load(db, WITHOUT_BORIS)
    assert not load(db, WITHOUT_BORIS).has_changes
    with db.reading() as session:
        query = select(StaffAccount.login).where(
            StaffAccount.office_id == other.office.id, StaffAccount.is_active.is_(False)
        )
        assert session.scalars(query).all() == []


def test_an_account_is_let_in_again_at_another_place(app, db, cast):
    load(db, WITHOUT_BORIS)
    with db.unit_of_work() as session:
        bruno = find_staff_by_ref(session, cast.office.id, "bruno")
        enable_account(
            session, office_id=cast.office.id, login=" Boris ", member_id=bruno.id, now=NOW, actor=OPERATOR
        )
        with pytest.raises(NotFound):
            enable_account(session, office_id=cast.office.id, login="niemand", now=NOW, actor=OPERATOR)
    assert sign_in(app, "boris").path == "/staff/"
    with db.reading() as session:
        account = session.get_one(StaffAccount, cast.accounts["boris"])
        assert (account.member_id, account.is_active) == (bruno.id, True)
    assert audited(db, "enable_account") == {cast.accounts["boris"]}


def test_the_operator_sees_who_was_shut_out_and_lets_them_in(real_db, tmp_path):
    url = real_db.engine.url.render_as_string(hide_password=False)
    environment = {"SERVICEDESK_DATABASE_URL": url, "SERVICEDESK_DATA_DIR": str(tmp_path)}

    def run(*words):
        return CliRunner().invoke(main, [*words], env=environment)

    file = tmp_path / "office.toml"
    file.write_text(FILE)
    assert run("office", "load", str(file)).exit_code == 0
    login = ("--login", "boris", "--name", "B", "--role", "case_worker", "--password", PASSWORD)
    assert run("staff", "add", *login, "--case-worker", "boris").exit_code == 0
    file.write_text(WITHOUT_BORIS)
    loaded = run("office", "load", str(file))
    assert "account deactivated: boris" in loaded.stdout
    gone = run("staff", "enable", "--login", "boris", "--case-worker", "boris")
    assert gone.exit_code == 1
    assert "no longer in the file" in gone.stderr
    assert run("staff", "enable", "--login", "eva").exit_code == 1
    answered = run("staff", "enable", "--login", "boris", "--case-worker", "bruno", "--json")
    assert json.loads(answered.stdout) == {"login": "boris"}
    with real_db.reading() as session:
        account = session.scalars(select(StaffAccount)).one()
        assert account.is_active
