from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.kernel.names import UmlautRule
from servicedesk.kernel.weeks import Parity
from servicedesk.offices.errors import FaultyOfficeFile
from servicedesk.offices.rules.details import AccessibilityStatus, OfficeDetails
from servicedesk.offices.rules.setup import AppointmentMode, parse_setup
from tests.unit.offices.files import DEMO, MINIMAL


def parse(source, **options):
    return parse_setup(source.encode(), **options)


def problems(source, **options):
    with pytest.raises(FaultyOfficeFile) as caught:
        parse(source, **options)
    return caught.value.problems


def line_of(source, text):
    return source[: source.index(text)].count("\n") + 1


def test_the_smallest_useful_file():
    setup = parse(MINIMAL)
    assert (setup.ref, setup.host, setup.federal_state) == (
        "musterstadt",
        "termine.musterstadt.example",
        "NW",
    )
    assert setup.languages == ("de", "en", "ar", "tr", "uk")
    assert setup.umlauts is UmlautRule.DIN_5007_2
    assert [(team.ref, team.name) for team in setup.teams] == [("aufenthalt", "Aufenthalt")]
    assert setup.details.default_team == "aufenthalt"
    assert setup.ranges[0].published == ("Als - Az", "R", "Ya - Ym")
    desk = setup.desks[0]
    assert (desk.ref, desk.name, desk.pool, desk.case_workers) == ("zi-201", "zi-201", None, ("kw1",))
    assert [(o.weekday, o.starts_local, o.ends_local) for o in desk.openings] == [
        (0, time(8), time(12)),
        (1, time(8), time(12)),
        (3, time(8), time(12)),
    ]
    concern = setup.concerns[0]
    assert (concern.mode, concern.minutes, concern.lead, concern.team) == (
        AppointmentMode.direct,
        15,
        "P3M",
        None,
    )


def test_odd_and_even_weeks_share_a_room_and_both_odd_do_not():
    both = 'to = "12:00", weeks = "odd" }, { days = ["mon"], from = "08:00", to = "12:00", weeks = "%s" }'
    setup = parse(MINIMAL.replace('to = "12:00" }', both % "even"))
    assert [o.parity for o in setup.desks[0].openings if o.weekday == 0] == [Parity.odd, Parity.even]
    assert "overlaps" in str(problems(MINIMAL.replace('to = "12:00" }', both % "odd"))[0])


@pytest.mark.parametrize("mode", AppointmentMode)
def test_every_mode_is_accepted(mode):
    assert parse(MINIMAL.replace('mode = "direct"', f'mode = "{mode}"')).concerns[0].mode is mode


def test_gaps_and_missing_legal_contacts_are_warnings_not_faults():
    told = " ".join(parse(MINIMAL).warnings)
    assert "nobody owns A – Alr" in told
    assert "Art. 13 GDPR" in told
    assert "imprint" in told
    assert "accessibility" in told


def test_the_demo_office_is_complete():
    setup = parse_setup(DEMO.read_bytes())
    assert setup.warnings == ()
    assert len(setup.staff) == 8
    assert [team.ref for team in setup.teams] == ["aufenthalt", "asyl"]
    assert [desk.ref for desk in setup.desks if desk.pool == "service"] == [
        "schalter-1",
        "schalter-2",
        "schalter-3",
    ]
    assert any(o.starts_local >= time(13) for desk in setup.desks for o in desk.openings)
    for text in (
        setup.details.opening_text,
        setup.details.privacy.recipients,
        setup.details.accessibility.barriers,
    ):
        assert set(text) == set(setup.languages)
    assert setup.details.accessibility.status is AccessibilityStatus.partial


def test_details_survive_being_stored_as_json():
    details = parse_setup(DEMO.read_bytes()).details
    assert OfficeDetails.from_json(details.to_json()) == details
    assert OfficeDetails.from_json({}) == OfficeDetails()


REPLACEMENTS = [
    ('ref = "musterstadt"', 'ref = "Muster Stadt"', "office.ref", "is no reference"),
    ('host = "termine', 'host = "https://termine', "office.host", "no host name"),
    ('name = "Ausl', 'nam = "Ausl', "office.nam", "did you mean 'name'?"),
    ('street = "Rathausplatz 1"', 'street = "Rathaus\\nplatz"', "office.street", "one line"),
    ('postcode = "12345"', 'postcode = "1234"', "office.postcode", "five digits"),
    ('postcode = "12345"', "postcode = 12345", "office.postcode", "must be text, not a number"),
    ('town = "Musterstadt"', 'town = ""', "office.town", "is empty"),
    ('federal_state = "NW"', 'federal_state = "NRW"', "office.federal_state", "no Land"),
    ('"Europe/Berlin"', '"Europe/Berln"', "office.time_zone", "did you mean 'Europe/Berlin'?"),
    ('"de", "en", "ar", "tr", "uk"', '"de", "xx"', "office.languages[2]", "no language"),
    ('"de", "en", "ar", "tr", "uk"', '"en"', "office.languages", "lacks 'de'"),
    ('umlauts = "din-5007-2"', 'umlauts = "din-5007"', "office.umlauts", "did you mean"),
    ('umlauts = "din-5007-2"', 'dropped_particles = ["-"]', "office.dropped_particles[1]", "no letter"),
    ('umlauts = "din-5007-2"', 'default_team = "asyl"', "office.default_team", "there is no team 'asyl'"),
    ('umlauts = "din-5007-2"', 'email = "nobody"', "office.email", "no e-mail address"),
    ('umlauts = "din-5007-2"', 'phone = "call us"', "office.phone", "no telephone number"),
    ('umlauts = "din-5007-2"', 'opening_text = { en = "x" }', "office.opening_text", "lacks the German text"),
    ('name = "Beispiel, B."', 'title = "x"', "case_worker[1].name", "is missing"),
    ('pieces = ["Als - Az"', 'pieces = ["Az - Als"', "letter_range[1].pieces[1]", "ends before it begins"),
    ('"Ya - Ym"]', '"Ya - "]', "letter_range[1].pieces[3]", "both sides"),
    ('pieces = ["Als - Az", "R", "Ya - Ym"]', "pieces = []", "letter_range[1].pieces", "is empty"),
    ('owner = "kw1"', 'owner = "kw2"', "letter_range[1].owner", "did you mean 'kw1'?"),
    ('owner = "kw1"', "", "letter_range[1]", "nobody owns"),
    ('owner = "kw1"', 'owner = "kw1"\nvacant = true', "letter_range[1].vacant", "remove one"),
    ('pieces = ["Als', 'team_ = 1\npieces = ["Als', "letter_range[1].team_", "did you mean 'team'?"),
    ('case_workers = ["kw1"]', 'case_workers = ["kw3"]', "desk[1].case_workers[1]", "no case worker 'kw3'"),
    ('case_workers = ["kw1"]', "", "desk[1]", "nobody works"),
    ('case_workers = ["kw1"]', 'case_workers = ["kw1"]\npool = "x"', "desk[1].pool", "not to both"),
    ('"mon", "tue", "thu"', '"mon", "tues"', "desk[1].opening[1].days[2]", "did you mean 'tue'?"),
    ('"mon", "tue", "thu"', '"mon", "mon"', "desk[1].opening[1].days[2]", "named twice"),
    ('from = "08:00"', 'from = "8 o\'clock"', "desk[1].opening[1].from", "write '08:00'"),
    ('from = "08:00"', 'from = "25:00"', "desk[1].opening[1].from", "write '08:00'"),
    ('from = "08:00"', 'from = "08:03"', "desk[1].opening[1].from", "off the grid"),
    ('from = "08:00"', 'from = "12:00"', "desk[1].opening[1].to", "does not come after"),
    ('to = "12:00" }', 'to = "12:00", weeks = "od" }', "desk[1].opening[1].weeks", "did you mean 'odd'?"),
    ('to = "12:00" }', 'to = "12:00", every_weeks = 2 }', "desk[1].opening[1].every_weeks", "valid_from"),
    (
        'to = "12:00" }',
        'to = "12:00", every_weeks = 1 }',
        "desk[1].opening[1].every_weeks",
        "between 2 and 8",
    ),
    (
        'to = "12:00" }',
        'to = "12:00", weeks = "odd", every_weeks = 2, valid_from = 2027-01-04 }',
        "desk[1].opening[1].every_weeks",
        "one of the two",
    ),
    (
        'to = "12:00" }',
        'to = "12:00", valid_from = 2027-02-01, valid_until = 2027-01-01 }',
        "desk[1].opening[1].valid_until",
        "lies before",
    ),
    (
        'to = "12:00" }]',
        'to = "12:00" }, { days = ["thu"], from = "11:30", to = "13:00" }]',
        "desk[1].opening[2]",
        "overlaps",
    ),
    ('mode = "direct"', 'mode = "dirct"', "concern[1].mode", "did you mean 'direct'?"),
    ("minutes = 15", "minutes = 12", "concern[1].minutes", "off the grid"),
    ("minutes = 15", "minutes = true", "concern[1].minutes", "must be a whole number, not true or false"),
    ("minutes = 15", "minutes = 0", "concern[1].minutes", "between 5 and 480"),
    ("minutes = 15", "horizon_days = 0", "concern[1].horizon_days", "between 1 and"),
    ("minutes = 15", "min_notice_hours = -1", "concern[1].min_notice_hours", "between 0 and"),
    ('lead = "P3M"', 'lead = "3 months"', "concern[1].lead", "write 'P3M'"),
    ('lead = "P3M"', 'lead = "P0D"', "concern[1].lead", "no time at all"),
    ('lead = "P3M"', 'lead = "P99M"', "concern[1].lead", "longer than two years"),
]


@pytest.mark.parametrize(("right", "wrong", "path", "says"), REPLACEMENTS)
def test_one_wrong_value_is_one_problem_with_its_line(right, wrong, path, says):
    assert MINIMAL.count(right) == 1, "the sample must name it once"
    source = MINIMAL.replace(right, wrong)
    found = [p for p in problems(source) if f": {path}: " in p and says in p]
    assert len(found) == 1, problems(source)
    line = int(found[0].split(":")[0].removeprefix("line "))
    key = path.split(".")[-1].split("[")[0]
    assert key in source.splitlines()[line - 1] or "missing" in says or "[[" in source.splitlines()[line - 1]


def test_a_concern_may_make_a_team_of_its_own():
    setup = parse(MINIMAL.replace("minutes = 15", 'team = "asyl"\nminutes = 15'))
    assert [team.ref for team in setup.teams] == ["aufenthalt", "asyl"]
    assert any("'asyl' has no letter ranges" in warning for warning in setup.warnings)


def test_defined_teams_are_the_only_ones():
    source = MINIMAL + '\n[[team]]\nref = "aufenthalte"\nname = "Team Aufenthalt"\n'
    found = problems(source)
    assert len([p for p in found if "there is no team 'aufenthalt'; did you mean 'aufenthalte'?" in p]) == 2


def in_land(land, *keys, town="Musterstadt"):
    source = MINIMAL.replace('federal_state = "NW"', "\n".join([f'federal_state = "{land}"', *keys]))
    return source.replace('town = "Musterstadt"', f'town = "{town}"')


@pytest.mark.parametrize("land", ["BY", "SN", "TH"])
def test_an_office_says_whether_the_local_holidays_of_its_land_hold(land):
    (warning,) = [w for w in parse(in_land(land)).warnings if "has_catholic_holidays" in w]
    assert "write true or false" in warning
    for word, holds in (("true", True), ("false", False)):
        setup = parse(in_land(land, f"has_catholic_holidays = {word}"))
        assert setup.details.has_catholic_holidays is holds
        assert not any("has_catholic_holidays" in w for w in setup.warnings)


def test_local_holidays_are_refused_where_the_land_has_none():
    (problem,) = problems(in_land("NW", "has_catholic_holidays = true"))
    assert "NW has no holiday that holds in some municipalities only; only BY, SN, TH have" in problem
    assert parse(in_land("NW", "has_catholic_holidays = false")).details.has_catholic_holidays is False
    (problem,) = problems(in_land("BY", 'has_catholic_holidays = "yes"'))
    assert "must be true or false" in problem


def test_augsburg_is_known_by_its_name():
    assert not any("catholic" in w for w in parse(in_land("BY", town="Augsburg")).warnings)


def test_every_problem_is_told_at_once_in_the_order_of_lines():
    source = MINIMAL
    for right, wrong in (("NW", "XX"), ("kw1", "kw 1"), ("P3M", "P"), ("Als - Az", "*"), ("08:00", "eight")):
        source = source.replace(right, wrong, 1)
    found = problems(source)
    lines = [int(p.split(":")[0].removeprefix("line ")) for p in found]
    assert lines == sorted(lines)
    for path in (
        "office.federal_state",
        "case_worker[1].ref",
        "concern[1].lead",
        "pieces[1]",
        "opening[1].from",
    ):
        assert any(path in p for p in found), path


def test_duplicates_name_the_first_line():
    source = MINIMAL + '\n[[case_worker]]\nref = "kw1"\nname = "Zwei, Z."\nteam = "aufenthalt"\n'
    first = line_of(source, 'ref = "kw1"')
    assert any(f"already defined in line {first}" in p for p in problems(source))
    for table in ("[[desk]]\nref = 'zi-201'\npool = 'x'\n", "[[concern]]\nid = 'permit_study'\n"):
        assert any("already defined" in p for p in problems(MINIMAL + table))


def test_concerns_are_checked_against_the_catalogue():
    assert parse(MINIMAL, catalogue={"permit_study"}).concerns
    found = problems(MINIMAL, catalogue={"permit_studies"})
    assert any("no concern of the catalogue; did you mean 'permit_studies'?" in p for p in found)


def test_unknown_tables_are_refused():
    assert any("did you mean 'closure'?" in p for p in problems(MINIMAL + "\n[[closures]]\nreason = 'x'\n"))


@pytest.mark.parametrize(
    ("closure", "spans"),
    [
        ('on = 2026-12-24\nreason = "x"', [(date(2026, 12, 24), date(2026, 12, 24), None)]),
        (
            'from = 2026-12-24\nuntil = 2027-01-01\nreason = "x"',
            [(date(2026, 12, 24), date(2027, 1, 1), None)],
        ),
        ('from = "2026-12-24"\nreason = "x"', [(date(2026, 12, 24), date(2026, 12, 24), None)]),
        (
            'on = 2026-12-24\ndesks = ["zi-201"]\nreason = "x"',
            [(date(2026, 12, 24), date(2026, 12, 24), "zi-201")],
        ),
    ],
)
def test_closures(closure, spans):
    setup = parse(f"{MINIMAL}\n[[closure]]\n{closure}\n")
    assert [(c.first_on, c.last_on, c.desk) for c in setup.closures] == spans


@pytest.mark.parametrize(
    ("closure", "says"),
    [
        ("on = 2026-12-24", "reason: is missing"),
        ('reason = "x"', "from: is missing"),
        ('on = 2026-12-24T00:00:00Z\nreason = "x"', "not a date"),
        ('on = "24.12.2026"\nreason = "x"', "not a date; write 2026-12-24"),
        ('from = 2026-12-24\nuntil = 2026-12-20\nreason = "x"', "lies before"),
        ('on = 2026-12-24\nuntil = 2026-12-25\nreason = "x"', "stands beside"),
        ('on = 2026-12-24\ndesks = ["zi-2001"]\nreason = "x"', "did you mean 'zi-201'?"),
    ],
)
def test_faulty_closures(closure, says):
    assert any(says in p for p in problems(f"{MINIMAL}\n[[closure]]\n{closure}\n"))


def test_openings_of_different_seasons_do_not_overlap():
    source = MINIMAL.replace(
        'opening = [{ days = ["mon", "tue", "thu"], from = "08:00", to = "12:00" }]',
        'opening = [{ days = ["mon"], from = "08:00", to = "12:00", valid_until = 2027-03-31 },\n'
        '{ days = ["mon"], from = 07:30:00, to = "11:00", valid_from = 2027-04-01 }]',
    )
    assert len(parse(source).desks[0].openings) == 2


def test_vacant_letters_need_no_owner():
    source = MINIMAL + '\n[[letter_range]]\nteam = "aufenthalt"\npieces = ["X"]\nvacant = true\n'
    assert parse(source).ranges[1].owner is None


def test_texts_may_be_german_only_or_by_language():
    plain = parse(MINIMAL.replace("umlauts", 'opening_text = "Mit Termin."\numlauts', 1))
    assert plain.details.opening_text == {"de": "Mit Termin."}
    both = parse(MINIMAL.replace("umlauts", 'opening_text = { de = "Mit", en = "With" }\numlauts', 1))
    assert both.details.opening_text == {"de": "Mit", "en": "With"}


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 1, "no [office] table"),
        (b"[office]\nref = \n", 2, "not valid TOML"),
        (b"[office]\n\nref = 'a'\nref = 'b'\n", 4, "not valid TOML"),
        (b"[office]\nname = 'M\xfcnchen'\n", 2, "not UTF-8"),
        (b"office = 3\n", 1, "must be a table"),
        (b"[office]\nref = 'x'\n[[case_worker]]\n", 3, "case_worker[1].team: is missing"),
        (b"[case_worker]\nref = 'x'\n[office]\n", 1, "must be a list"),
        (b"case_worker = [1]\n[office]\n", 1, "must be a table"),
    ],
)
def test_files_that_are_no_office_file(content, line, says):
    with pytest.raises(FaultyOfficeFile) as caught:
        parse_setup(content)
    assert any(p.startswith(f"line {line}:") and says in p for p in caught.value.problems), (
        caught.value.problems
    )


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    assert parse_setup(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode()) == parse(MINIMAL)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_edit_of_the_file_makes_it_crash(data):
    source = MINIMAL
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(source)))
        end = data.draw(st.integers(start, min(len(source), start + 12)))
        source = source[:start] + data.draw(st.text(alphabet='ab1"=[]{}\n#.,-é', max_size=6)) + source[end:]
    with suppress(FaultyOfficeFile):
        assert parse_setup(source.encode()).ref
