"""What a confirmation prints of a title: as the card has it, never more than the list knows."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from servicedesk.interim import law_texts
from servicedesk.interim.law_texts import continuation, load_law_texts
from servicedesk.interim.rules.printing import AS_ON_THE_CARD, condition_text, spell_basis, title_text
from servicedesk.interim.rules.values import TitleKind
from servicedesk.kernel.errors import ConfigurationError


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("16b.1", "§ 16b Abs. 1 AufenthG"),
        ("24", "§ 24 AufenthG"),
        ("28.1.1", "§ 28 Abs. 1 AufenthG (28.1.1)"),
        ("25.2.2", "§ 25 Abs. 2 AufenthG (25.2.2)"),
        ("25.4a", "§ 25 Abs. 4a AufenthG"),
        ("§ 18b Abs. 1 AufenthG", "§ 18b Abs. 1 AufenthG"),
        ("25 Abs. 2 Alt. 2", "25 Abs. 2 Alt. 2"),
        ("  AsylG   55 ", "AsylG 55"),
        ("", ""),
    ],
)
def test_a_legal_basis_is_written_as_on_the_card_or_left_alone(written, printed):
    assert spell_basis(written) == printed


@pytest.mark.parametrize(
    ("kind", "concern", "printed"),
    [
        (TitleKind.residence_title, "Blaue Karte EU", "Blaue Karte EU"),
        (TitleKind.residence_title, None, "Aufenthaltstitel"),
        (TitleKind.national_visa, "Aufenthaltserlaubnis (sonstiger Zweck)", "Nationales Visum"),
        (TitleKind.unknown, "Aufenthaltserlaubnis zum Studium", "Aufenthaltstitel"),
    ],
)
def test_a_title_is_named_only_as_far_as_it_is_known(kind, concern, printed):
    assert title_text(kind, concern) == printed


def test_a_card_that_says_another_day_is_explained():
    printed = title_text(TitleKind.residence_title, "Aufenthaltserlaubnis (§ 24)", date(2025, 3, 4))
    assert printed == "Aufenthaltserlaubnis (§ 24) (Karte bis 04.03.2025, durch Verordnung verlängert)"


def test_the_employment_condition_is_verbatim_and_never_invented():
    assert condition_text(" Beschäftigung als Bäckerin, 20 Std./Woche ") == (
        "Beschäftigung als Bäckerin, 20 Std./Woche"
    )
    assert condition_text("  ") == AS_ON_THE_CARD


def test_the_law_is_quoted_as_it_reads_on_the_day():
    law = continuation(date(2026, 11, 23))
    assert law.norm == "§ 81 Abs. 4 Satz 1 AufenthG"
    assert law.text.startswith(
        "Beantragt ein Ausländer vor Ablauf seines Aufenthaltstitels dessen Verlängerung"
    )
    assert law.text.endswith("bis zur Entscheidung der Ausländerbehörde als fortbestehend.")


def _entry(valid_from, text):
    return (
        f'[[sentence]]\ncode = "title_continues"\nnorm = "n"\ntext = "{text}"\nvalid_from = {valid_from}\n'
        'source_url = "https://example.org"\nchecked_on = 2026-11-22\n'
    )


def test_a_changed_sentence_holds_from_its_day(tmp_path):
    file = tmp_path / "law.toml"
    file.write_text(_entry("2027-01-01", "neu") + _entry("2013-09-06", "alt"), encoding="utf-8")
    versions = load_law_texts(file)["title_continues"]
    assert [version.text for version in versions] == ["alt", "neu"]


@pytest.mark.parametrize("content", ["[[sentence]]\ncode = 'x'\n", "sentence = [", "other = 1"])
def test_a_faulty_file_is_refused(tmp_path, content):
    file = tmp_path / "law.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"law\.toml"):
        load_law_texts(file)


def test_every_sentence_has_a_source_and_a_day_on_which_somebody_looked():
    file = Path(law_texts.__file__).parent / "data" / "law_texts.toml"
    for entry in tomllib.loads(file.read_text(encoding="utf-8"))["sentence"]:
        assert entry["source_url"].startswith("https://www.gesetze-im-internet.de/")
        assert type(entry["valid_from"]) is type(entry["checked_on"]) is date
