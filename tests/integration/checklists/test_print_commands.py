"""Printing checklists from the command line: one, large, and the rack."""

import json
from io import BytesIO

import pikepdf
import pytest
from click.testing import CliRunner

from servicedesk.cli.checklists import checklists
from servicedesk.cli.office import office
from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from tests.support.pdf_reading import page_texts
from tests.unit.offices.files import DEMO

AT = ("--now", "2026-11-23T09:00:00+01:00")


@pytest.fixture
def run(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/office.db"
    monkeypatch.setenv("SERVICEDESK_DATABASE_URL", url)
    monkeypatch.setenv("SERVICEDESK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SERVICEDESK_SECRET_KEY", "for tests only, " * 4)
    database = open_database(url)
    load_models().create_all(database.engine)
    database.close()
    assert CliRunner().invoke(office, ["load", str(DEMO)]).exit_code == 0

    def invoke(*arguments):
        return CliRunner().invoke(checklists, [*arguments, *AT])

    return invoke


@pytest.mark.parametrize("name", ["permit_study", "stu"])
def test_a_list_is_printed_by_its_id_or_its_letters(run, tmp_path, name):
    out = tmp_path / "list.pdf"
    done = run("print", name, "--locale", "en", "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert (answer["concern"], answer["locale"], answer["file"]) == ("permit_study", "en", str(out))
    assert answer["pages"] in {1, 2}
    text = " ".join("".join(page_texts(out.read_bytes())).split())
    assert "Immatrikulationsbescheinigung" in text
    assert "gedruckt am 23.11.2026" in text
    assert "/en/p/stu" in text


def test_large_print_takes_more_pages(run, tmp_path):
    small, large = tmp_path / "small.pdf", tmp_path / "large.pdf"
    run("print", "stu", "--locale", "de", "--out", str(small))
    run("print", "stu", "--locale", "de", "--large", "--out", str(large))
    counts = [len(pikepdf.open(BytesIO(file.read_bytes())).pages) for file in (small, large)]
    assert counts[0] < counts[1]


def test_an_unknown_name_is_refused_with_what_is_known(run, tmp_path):
    done = run("print", "permit_studi", "--locale", "de", "--out", str(tmp_path / "x.pdf"))
    assert done.exit_code == 1
    assert "permit_study" in done.stderr
    assert not (tmp_path / "x.pdf").exists()


def test_the_rack_holds_every_concern_that_needs_papers(run, tmp_path):
    out = tmp_path / "rack.pdf"
    done = run("rack", "--locale", "de", "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["lists"] >= 34
    assert len(pikepdf.open(BytesIO(out.read_bytes())).pages) == answer["pages"] >= answer["lists"]
