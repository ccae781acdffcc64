"""The law of interim confirmations holds together, names its sources, and refuses slips of the hand."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.interim.law import DATA, load_law, settings_of
from servicedesk.interim.rules.settings import choose_settings
from servicedesk.interim.rules.values import Code, OutcomeKind
from servicedesk.kernel.errors import ConfigurationError
from servicedesk.kernel.intervals import Lead
from servicedesk.offices.rules.details import InterimChoices, OfficeDetails
from tools.catalogues import read_template

LAW = load_law()
TEXTS = [text for versions in LAW.outcomes.values() for text in versions]


def test_every_source_exists_and_is_current():
    today = datetime.now(UTC).date()
    sources = [item.source for item in (*TEXTS, *LAW.bases.values())]
    assert len(sources) > len(Code)
    for source in sources:
        assert source.url.startswith("https://www.gesetze-im-internet.de/")
        assert source.valid_from <= source.checked_on <= max(today, date(2026, 11, 22))
        age = (today - source.checked_on).days
        assert age < 400, f"{source.url} was last checked {age} days ago: read it again, then set checked_on"


def test_every_special_outcome_and_concern_exists():
    assert {basis.special for basis in LAW.bases.values()} - {None} <= set(LAW.outcomes)
    assert LAW.title_concerns <= set(load_catalogue().concerns)


def test_only_one_outcome_issues():
    assert [text.code for text in TEXTS if text.kind is OutcomeKind.issue] == [Code.title_continues]


def test_nothing_promises_travel_or_looks_like_the_certificate():
    for text in TEXTS:
        said = f"{text.reason} {text.advice}"
        assert "reisen" not in said.replace("Einreise", "").lower()
        assert "gültig bis" not in said


def test_translators_get_every_sentence():
    found = {message.id for message in read_template()}
    for text in TEXTS:
        assert {text.reason, text.act} <= found
        assert not text.advice or text.advice in found


def test_the_version_of_the_day_counts():
    first = LAW.outcomes[Code.applied_late][0]
    changed = replace(first, norm="§ 81 neu", source=replace(first.source, valid_from=date(2027, 1, 1)))
    law = replace(LAW, outcomes={**LAW.outcomes, Code.applied_late: (first, changed)})
    assert law.text_of(Code.applied_late, date(2026, 12, 31)) is first
    assert law.text_of(Code.applied_late, date(2027, 1, 1)) is changed
    assert law.text_of(Code.applied_late, date(1990, 1, 1)) is first


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("outcomes.toml", 'kind = "issue"', 'kind = "grant"', "'grant' is not a valid OutcomeKind"),
        ("outcomes.toml", 'code = "refused"', 'code = "rejected"', "'rejected' is not a valid Code"),
        ("outcomes.toml", 'code = "refused"', 'code = "rejected"', "no entry for refused"),
        (
            "outcomes.toml",
            'norm = "§ 60a AufenthG"',
            'norm = " § 60a AufenthG"',
            "outcome tolerated_stay: norm is empty or has spaces",
        ),
        ("outcomes.toml", 'act = "Duldung verlängern"\n', "", "outcome tolerated_stay: 'act' is missing"),
        (
            "outcomes.toml",
            'advice = "Ihre Duldung',
            'note = "Ihre Duldung',
            "outcome tolerated_stay: unknown keys: note",
        ),
        (
            "outcomes.toml",
            'act = "Zwischenbestätigung freigeben"',
            'act = "Zwischenbestätigung freigeben"\nadvice = "Warten Sie."',
            "outcome title_continues: advice says what to do instead",
        ),
        (
            "outcomes.toml",
            'act = "Duldung verlängern"',
            'act = "Duldung verlängern"\nreleasable = true',
            "outcome tolerated_stay: releasable belongs to outcomes that a person decides",
        ),
        (
            "outcomes.toml",
            "https://www.gesetze-im-internet.de/aufenthg_2004/__60a.html",
            "http://www.gesetze-im-internet.de/",
            "outcome tolerated_stay: source_url",
        ),
        (
            "outcomes.toml",
            "checked_on = 2026-11-22",
            'checked_on = "2026-11-22"',
            "valid_from and checked_on are dates",
        ),
        (
            "outcomes.toml",
            'code = "not_applied"\nkind = "decline"',
            'code = "title_continues"\nkind = "decline"',
            "outcome title_continues: valid_from does not follow the entry before it",
        ),
        ("titles.toml", 'prefix = "6.3"', 'prefix = "§ 6.3"', "basis § 6.3: is written as the register"),
        ("titles.toml", 'prefix = "6.3"', 'prefix = "6.1"', "basis 6.1: stands twice"),
        ("titles.toml", 'kind = "national_visa"', 'kind = "visa"', "'visa' is not a valid TitleKind"),
        ("titles.toml", 'special = "opportunity_card"', 'special = "card"', "'card' is not a valid Code"),
        ("defaults.toml", "propose_days = 14", "propose_days = 5", "come in this order"),
        ("defaults.toml", "propose_days = 14", 'propose_days = "14"', "propose_days is not of the kind int"),
        ("defaults.toml", "automatic = true", "automatic = 1", "is_automatic is not of the kind bool"),
        ("defaults.toml", "four_eyes = false", "four_eyes = false\nsix_eyes = true", "unknown keys"),
        ("defaults.toml", "four_eyes = false", "", "is_four_eyes"),
        ("defaults.toml", '"P3M"', '"3 months"', "not a span"),
        ("defaults.toml", "[defaults]", "[defaults", "defaults.toml:"),
    ],
)
def test_faulty_data_is_refused_with_its_place(tmp_path, file, old, new, expected):
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as fault:
        load_law(folder)
    assert expected in "\n".join(fault.value.problems)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"outcomes\.toml"):
        load_law(tmp_path)


def test_an_office_that_chooses_nothing_has_the_defaults():
    assert settings_of(OfficeDetails()) == LAW.defaults
    assert LAW.defaults.is_automatic
    assert (LAW.defaults.propose_days, LAW.defaults.hand_over_days, LAW.defaults.release_days) == (14, 7, 2)


@pytest.mark.parametrize(
    ("choices", "days"),
    [
        (InterimChoices(propose_days=21), (21, 7, 2)),
        (InterimChoices(propose_days=5), (5, 5, 2)),
        (InterimChoices(propose_days=1), (1, 1, 1)),
        (InterimChoices(hand_over_days=20), (20, 20, 2)),
        (InterimChoices(hand_over_days=1), (14, 1, 1)),
        (InterimChoices(release_days=10), (14, 10, 10)),
        (InterimChoices(release_days=20), (20, 20, 20)),
        (InterimChoices(release_days=0), (14, 7, 0)),
    ],
)
def test_one_chosen_day_moves_the_others_with_it(choices, days):
    chosen = choose_settings(choices, LAW.defaults)
    assert (chosen.propose_days, chosen.hand_over_days, chosen.release_days) == days


def test_an_office_chooses_for_itself():
    choices = InterimChoices(automatic=False, four_eyes=True, check_again="P6W", list_age_days=10)
    chosen = choose_settings(choices, LAW.defaults)
    assert (chosen.is_automatic, chosen.is_four_eyes) == (False, True)
    assert (chosen.check_again, chosen.list_age_days) == (Lead(days=42), 10)
    assert chosen.ordinance_days == LAW.defaults.ordinance_days
