"""Printing forms from the command line: blank, for a case, and what is refused."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from servicedesk.cases.models import Case
from servicedesk.cases.rules import Origin
from servicedesk.cases.service import open_case
from servicedesk.cli.forms import forms
from servicedesk.cli.office import office
from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.offices.models import Office
from servicedesk.offices.queries import get_office_by_id
from servicedesk.register.models import Person
from tests.conftest import NOW
from tests.support.office import add_person
from tests.support.pdf_reading import page_texts
from tests.unit.offices.files import DEMO

AT = ("--now", "2026-11-23T09:00:00+01:00")


@pytest.fixture
def place(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/office.db"
    monkeypatch.setenv("SERVICEDESK_DATABASE_URL", url)
    monkeypatch.setenv("SERVICEDESK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SERVICEDESK_SECRET_KEY", "for tests only, " * 4)
    database = open_database(url)
    load_models().create_all(database.engine)
    assert CliRunner().invoke(office, ["load", str(DEMO)]).exit_code == 0
    yield database
    database.close()


def run(*arguments):
    return CliRunner().invoke(forms, [*arguments, *AT])


def read(out):
    return " ".join("".join(page_texts(out.read_bytes())).split())


def test_a_blank_form_is_written(place, tmp_path):
    out = tmp_path / "form.pdf"
    done = run("print", "pickup_proxy", "--locale", "en", "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"form": "pickup_proxy", "locale": "en", "pages": 2, "file": str(out)}
    assert "Ich bevollmächtige die genannte Person" in read(out)
    assert "I authorise the person" in read(out)


def test_the_form_of_a_case_has_what_is_known(place, tmp_path):
    with place.unit_of_work() as session:
        view = get_office_by_id(session, session.scalars(select(Office.id)).one())
        person_id = add_person(session, view, "Çelik")
        opened = open_case(
            session,
            person=session.get_one(Person, person_id),
            concern_id="permit_study",
            origin=Origin.hand,
            actor=SYSTEM,
            now=NOW,
        )
        ref = session.get_one(Case, opened.id).ref
    out = tmp_path / "form.pdf"
    done = run("print", "title_application", "--locale", "ar", "--case", ref.lower(), "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "Çelik" in read(out)
    assert ref in read(out)
    refused = run("print", "guest_data", "--locale", "de", "--case", ref, "--out", str(out))
    assert (refused.exit_code != 0, "does not need the form" in refused.output) == (True, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("print", "pickup_prox"), "pickup_proxy"),
        (("print", "pickup_proxy", "--case", "V-0000-0000"), "There is no case"),
    ],
)
def test_what_does_not_exist_is_refused_with_words(place, tmp_path, arguments, said):
    done = run(*arguments, "--locale", "de", "--out", str(tmp_path / "x.pdf"))
    assert done.exit_code != 0
    assert said in done.output
