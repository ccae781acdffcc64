"""The file of rejected lines is private and harmless in a spreadsheet."""

import csv
from uuid import UUID

import pytest

from servicedesk.register.rules import REJECTIONS, WARNINGS, Rejection, explain
from servicedesk.register.service.rejects import EXAMPLES, RejectsFile
from tests.conftest import NOW
from tests.support.lists import as_csv


@pytest.fixture
def rejects(opened, tmp_path):
    with opened(as_csv([]).encode()) as source:
        yield lambda **options: RejectsFile(
            tmp_path / "imports", "musterstadt", UUID(int=7), NOW, source, **({"is_dry": False} | options)
        )


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_values_cannot_start_a_formula(rejects, value):
    with rejects() as file:
        file.add(Rejection(2, "surname", value, "name_sign"))
    with file.path.open(encoding="utf-8-sig", newline="") as content:
        [_, row] = csv.reader(content, delimiter=";")
    assert row[2].startswith("'") or not row[2].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row[1] == "familienname"


def test_control_characters_and_lost_bytes_are_visible(rejects):
    with rejects() as file:
        file.add(Rejection(2, "town", "A\0\n\udc81", "control_character"))
    assert "A\\x00\\x0a\\udc81" in file.path.read_text(encoding="utf-8-sig")


def test_the_file_is_private_and_long_values_are_cut(rejects):
    with rejects() as file:
        file.add(Rejection(2, "town", "x" * 5000, "too_long"))
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o077 == 0
    assert len(file.path.read_text(encoding="utf-8-sig")) < 600


def test_without_rejections_and_in_a_dry_run_there_is_no_file(rejects, tmp_path):
    with rejects() as file:
        pass
    assert file.path is None
    with rejects(is_dry=True) as file:
        for line in range(2, 2 + EXAMPLES + 5):
            file.add(Rejection(line, "", "x", "stray_quote"))
    assert (file.path, file.count, len(file.examples)) == (None, EXAMPLES + 5, EXAMPLES)
    assert not (tmp_path / "imports").exists()


def test_every_code_has_both_sentences():
    for reason in (*REJECTIONS.values(), *WARNINGS.values()):
        assert reason.german.endswith(".")
        assert reason.english.endswith(".")
    told = Rejection(5, "", "33", "duplicate_differs", 2)
    assert explain(told) == "Zeile 5 und Zeile 2 nennen denselben Titel mit verschiedenen Angaben."
    assert explain(told, english=True).startswith("Line 5 and line 2")
