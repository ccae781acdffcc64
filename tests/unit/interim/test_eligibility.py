"""Who gets an interim confirmation: every row of § 81 AufenthG and its neighbours, and the minutes around midnight."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.interim.law import load_law
from servicedesk.interim.rules.eligibility import decide_eligibility
from servicedesk.interim.rules.values import Code, Doubt, InterimFacts, Note, OutcomeKind, TitleKind
from servicedesk.kernel.clock import day_end, instant_of

BERLIN = ZoneInfo("Europe/Berlin")
LAW = load_law()
TODAY = date(2026, 11, 23)
ENDS = date(2026, 12, 10)
RECEIVED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PLAIN = InterimFacts(
    title=TitleKind.residence_title,
    legal_basis="16b.1",
    issued_on=date(2024, 12, 11),
    printed_ends_on=ENDS,
    effective_ends_on=ENDS,
    received_at=RECEIVED,
    recorded_at=RECEIVED,
    last_list_on=date(2026, 11, 16),
)
LATE = datetime(2026, 12, 11, 8, 0, tzinfo=UTC)
VISA = replace(PLAIN, legal_basis="6.3", title=TitleKind.national_visa)
NO_TITLE = replace(PLAIN, title=TitleKind.no_title, legal_basis="")
RIGHT_TO_REMAIN = replace(PLAIN, legal_basis="104c.1")
CHANCE = replace(PLAIN, legal_basis="20a.5.1")
UKRAINE = replace(
    PLAIN, legal_basis="24.1", printed_ends_on=date(2025, 3, 4), effective_ends_on=date(2027, 3, 4)
)


def decide(facts, today=TODAY, zone=BERLIN):
    return decide_eligibility(facts, LAW, zone, today=today, settings=LAW.defaults)


def noted(facts, *notes):
    return replace(facts, notes=frozenset(notes))


TABLE = [
    # § 81 Abs. 4 Satz 1
    ("title, in time", PLAIN, Code.title_continues),
    ("national visa, in time", VISA, Code.title_continues),
    ("another title applied for", noted(PLAIN, Note.applies_for_other_title), Code.title_continues),
    ("application for something else", replace(PLAIN, continues_title=False), Code.not_for_title),
    (
        "something else, but the extension is noted",
        noted(replace(PLAIN, continues_title=False), Note.applies_for_extension),
        Code.title_continues,
    ),
    ("nobody applied", replace(PLAIN, received_at=None, recorded_at=None), Code.not_applied),
    # Satz 2
    ("Schengen visa", replace(PLAIN, legal_basis="6.1", title=TitleKind.schengen_visa), Code.schengen_visa),
    ("visa of either kind", replace(PLAIN, legal_basis="6", title=TitleKind.unknown), Code.visa_unknown),
    # Satz 3
    ("late", replace(PLAIN, received_at=LATE), Code.applied_late),
    (
        "late, continuation ordered",
        noted(replace(PLAIN, received_at=LATE), Note.continuation_order),
        Code.continuation_ordered,
    ),
    ("an order where none was needed", noted(PLAIN, Note.continuation_order), Code.title_continues),
    ("late national visa", replace(VISA, received_at=LATE), Code.applied_late),
    # Abs. 3
    ("lawful stay without a title", NO_TITLE, Code.permitted_stay),
    ("the same, noted by a person", noted(PLAIN, Note.stay_without_title), Code.permitted_stay),
    ("the same, late", replace(NO_TITLE, received_at=LATE), Code.suspended_removal),
    ("the same, end of the stay unknown", replace(NO_TITLE, effective_ends_on=None), Code.stay_unknown),
    ("the same, nobody applied", replace(NO_TITLE, received_at=None), Code.not_applied),
    ("the same, asylum application", noted(NO_TITLE, Note.asylum_application), Code.asylum_application),
    # no title at all, or one that does not end
    (
        "Duldung",
        replace(PLAIN, legal_basis="60a", title=TitleKind.tolerated_stay),
        Code.tolerated_stay,
    ),
    (
        "Duldung, nobody applied",
        replace(PLAIN, legal_basis="60a", title=TitleKind.tolerated_stay, received_at=None),
        Code.tolerated_stay,
    ),
    (
        "Aufenthaltsgestattung",
        replace(PLAIN, legal_basis="AsylG 55", title=TitleKind.asylum_permission),
        Code.asylum_permission,
    ),
    (
        "unlimited title, expired card",
        replace(PLAIN, legal_basis="9", title=TitleKind.unlimited_title, effective_ends_on=date(2026, 1, 1)),
        Code.unlimited_title,
    ),
    ("EU card", replace(PLAIN, legal_basis="FreizügG 5", title=TitleKind.eu_card), Code.free_movement),
    (
        "a Fiktionsbescheinigung in the list",
        replace(PLAIN, legal_basis="81", title=TitleKind.fiction_certificate),
        Code.fiction_certificate,
    ),
    # § 55 Abs. 2 AsylG
    ("asylum application", noted(PLAIN, Note.asylum_application), Code.asylum_application_unclear),
    (
        "asylum application, extension of a title of two years",
        noted(PLAIN, Note.asylum_application, Note.applies_for_extension),
        Code.title_continues,
    ),
    (
        "asylum application, extension of a title of six months",
        noted(
            replace(PLAIN, issued_on=date(2026, 6, 11)), Note.asylum_application, Note.applies_for_extension
        ),
        Code.asylum_application_unclear,
    ),
    (
        "asylum application, extension of a title of six months and a day",
        noted(
            replace(PLAIN, issued_on=date(2026, 6, 10)), Note.asylum_application, Note.applies_for_extension
        ),
        Code.title_continues,
    ),
    (
        "asylum application, day of issue unknown",
        noted(replace(PLAIN, issued_on=None), Note.asylum_application, Note.applies_for_extension),
        Code.asylum_application_unclear,
    ),
    (
        "asylum application, another title applied for",
        noted(PLAIN, Note.asylum_application, Note.applies_for_other_title),
        Code.asylum_application,
    ),
    # § 20a Abs. 5, § 104c Abs. 2
    ("Chancenkarte", CHANCE, Code.opportunity_card),
    ("Chancenkarte, another title", noted(CHANCE, Note.applies_for_other_title), Code.title_continues),
    ("§ 104c", RIGHT_TO_REMAIN, Code.right_to_remain_unclear),
    (
        "§ 104c, under § 25a or § 25b",
        noted(RIGHT_TO_REMAIN, Note.applies_under_25a_25b),
        Code.title_continues,
    ),
    (
        "§ 104c, under something else",
        noted(RIGHT_TO_REMAIN, Note.applies_not_under_25a_25b),
        Code.right_to_remain,
    ),
    (
        "§ 104c, late",
        noted(replace(RIGHT_TO_REMAIN, received_at=LATE), Note.applies_under_25a_25b),
        Code.applied_late,
    ),
    # § 24 with its ordinance
    ("§ 24, runs on by ordinance", UKRAINE, Code.extended_by_ordinance),
    (
        "§ 24, runs on, nobody applied",
        replace(UKRAINE, received_at=None),
        Code.extended_by_ordinance,
    ),
    # decided, or elsewhere
    ("granted", replace(PLAIN, decision="granted"), Code.granted),
    ("card ordered", noted(replace(PLAIN, decision="granted"), Note.card_ordered), Code.card_ordered),
    ("refused", replace(PLAIN, decision="refused"), Code.refused),
    ("refused, closed", replace(PLAIN, decision="refused", closed_reason="decided"), Code.refused),
    ("withdrawn", replace(PLAIN, decision="withdrawn"), Code.withdrawn),
    ("a newer title in the register", replace(PLAIN, is_superseded=True), Code.renewed),
    ("closed as renewed", replace(PLAIN, closed_reason="renewed"), Code.renewed),
    ("closed as moved away", replace(PLAIN, closed_reason="moved_away"), Code.moved_away),
    ("opened in error", replace(PLAIN, closed_reason="opened_in_error"), Code.case_closed),
    ("end moved", replace(PLAIN, closed_reason="end_moved"), Code.case_closed),
    ("moved away today", replace(PLAIN, departed_on=TODAY), Code.moved_away),
    ("moves away tomorrow", replace(PLAIN, departed_on=TODAY + timedelta(days=1)), Code.title_continues),
    # Abs. 7, and a person's no
    ("identity to be secured", noted(PLAIN, Note.identity_check), Code.identity_open),
    ("declined by the case worker", replace(PLAIN, declined_at=RECEIVED), Code.declined_by_person),
    (
        "declined although a person could release",
        replace(RIGHT_TO_REMAIN, declined_at=RECEIVED),
        Code.declined_by_person,
    ),
    (
        "declined, and then the reason noted",
        noted(
            replace(RIGHT_TO_REMAIN, declined_at=RECEIVED),
            Note.applies_not_under_25a_25b,
        ),
        Code.right_to_remain,
    ),
    # what the register does not vouch for
    ("missing in the last list", replace(PLAIN, vanished_on=TODAY), Code.title_vanished),
    (
        "missing in the last list, late",
        replace(PLAIN, vanished_on=TODAY, received_at=LATE),
        Code.applied_late,
    ),
    ("no name", replace(PLAIN, has_whole_name=False), Code.person_unknown),
    ("no year of birth", replace(PLAIN, has_whole_birth_date=False), Code.person_unknown),
    # partial data
    ("no end", replace(PLAIN, effective_ends_on=None, printed_ends_on=None), Code.end_unknown),
    (
        "an end beyond all calendars",
        replace(PLAIN, effective_ends_on=date.max, printed_ends_on=date.max),
        Code.end_unknown,
    ),
    ("a basis nobody knows", replace(PLAIN, legal_basis="99z", title=TitleKind.unknown), Code.title_unknown),
    ("nothing known", InterimFacts(title=TitleKind.unknown), Code.title_unknown),
    (
        "nothing known but an application",
        InterimFacts(TitleKind.unknown, received_at=LATE),
        Code.title_unknown,
    ),
]


@pytest.mark.parametrize(("facts", "code"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_every_row_of_the_table(facts, code):
    outcome = decide(facts)
    assert outcome.code is code
    assert outcome.kind is LAW.text_of(code, TODAY).kind
    assert outcome.ends_on == facts.effective_ends_on
    assert outcome.rule_version == LAW.version


def test_the_table_leaves_no_outcome_out():
    assert {code for _, _, code in TABLE} == set(Code)


@pytest.mark.parametrize(
    ("ends_on", "in_time_local"),
    [
        (date(2026, 12, 10), "2026-12-10T23:59"),
        (date(2027, 3, 28), "2027-03-28T23:59"),  # the night before, the clock went forward
        (date(2027, 3, 27), "2027-03-27T23:59"),  # the clock goes forward two hours later
        (date(2026, 10, 25), "2026-10-25T23:59"),  # a day of 25 hours
        (date(2026, 10, 24), "2026-10-24T23:59"),
        (date(2028, 2, 29), "2028-02-29T23:59"),
        (date(2026, 12, 13), "2026-12-13T23:59"),  # a Sunday: the title is not extended to Monday
        (date(2026, 12, 25), "2026-12-25T23:59"),  # a holiday: the same
        (date(2026, 12, 31), "2026-12-31T23:59"),
    ],
)
def test_the_last_minute_of_the_last_day_counts_and_the_first_of_the_next_does_not(ends_on, in_time_local):
    wall = datetime.fromisoformat(in_time_local)
    last_minute = instant_of(wall, BERLIN)
    facts = replace(PLAIN, printed_ends_on=ends_on, effective_ends_on=ends_on)

    def code(received_at):
        return decide(replace(facts, received_at=received_at), today=ends_on + timedelta(days=1)).code

    assert code(last_minute) is Code.title_continues
    assert code(last_minute + timedelta(minutes=1)) is Code.title_continues  # 24:00 is the end of the day
    assert code(last_minute + timedelta(minutes=1, microseconds=1)) is Code.applied_late
    assert code(last_minute + timedelta(minutes=2)) is Code.applied_late
    assert code(instant_of(wall + timedelta(hours=8, minutes=2), BERLIN)) is Code.applied_late


def test_midnight_is_that_of_the_offices_zone():
    received_at = datetime(2026, 12, 10, 23, 30, tzinfo=UTC)
    facts = replace(PLAIN, received_at=received_at)
    assert decide(facts).code is Code.applied_late
    assert decide(facts, zone=ZoneInfo("Atlantic/Azores")).code is Code.title_continues


def test_the_end_by_ordinance_is_the_last_day_once_it_comes_near():
    last_quiet_day = date(2027, 2, 3)
    assert decide(UKRAINE, today=last_quiet_day).code is Code.extended_by_ordinance
    near = decide(UKRAINE, today=last_quiet_day + timedelta(days=1))
    assert (near.code, near.ends_on, near.is_extended) == (Code.title_continues, date(2027, 3, 4), True)
    late = replace(UKRAINE, received_at=datetime(2027, 3, 4, 23, 1, tzinfo=UTC))
    assert decide(late, today=date(2027, 3, 5)).code is Code.applied_late
    assert not decide(PLAIN).is_extended


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"recorded_at": LATE}, Doubt.recorded_after_end),
        ({"last_list_on": TODAY - timedelta(days=46)}, Doubt.list_is_old),
        (
            {"notes": frozenset({Note.asylum_application, Note.applies_for_extension})},
            Doubt.asylum_application,
        ),
        (
            {"legal_basis": "104c", "notes": frozenset({Note.applies_under_25a_25b})},
            Doubt.special_title,
        ),
    ],
)
def test_what_no_machine_vouches_for_is_issued_by_a_person_only(change, doubt):
    outcome = decide(replace(PLAIN, **change))
    assert outcome.kind is OutcomeKind.issue
    assert outcome.doubts == (doubt,)
    assert not outcome.is_machine_checked
    assert outcome.may_be_proposed


def test_without_doubt_the_night_may_release():
    assert decide(PLAIN).is_machine_checked
    assert decide(replace(PLAIN, last_list_on=TODAY - timedelta(days=45))).is_machine_checked
    assert decide(replace(PLAIN, last_list_on=None)).is_machine_checked
    assert decide(replace(PLAIN, recorded_at=day_end(ENDS, BERLIN))).is_machine_checked


def test_only_what_a_person_can_make_true_may_be_proposed():
    proposable = {code for _, facts, code in TABLE if decide(facts).may_be_proposed}
    assert proposable == {
        Code.title_continues,
        Code.visa_unknown,
        Code.asylum_application_unclear,
        Code.right_to_remain_unclear,
        Code.title_unknown,
        Code.title_vanished,
        Code.declined_by_person,
    }
    assert not decide(InterimFacts(title=TitleKind.unknown)).may_be_proposed


def test_a_confirmation_ends_by_itself_only_where_the_effect_has_ended():
    ending = {code for _, facts, code in TABLE if decide(facts).ends_confirmation}
    assert ending == {
        Code.granted,
        Code.card_ordered,
        Code.refused,
        Code.withdrawn,
        Code.renewed,
        Code.moved_away,
        Code.case_closed,
    }


FACTS = st.builds(
    InterimFacts,
    title=st.sampled_from(TitleKind),
    legal_basis=st.sampled_from(["", "16b", "6", "6.1", "6.3", "20a", "24", "81", "104c", "60a", "9", "zz"]),
    issued_on=st.none() | st.dates(),
    printed_ends_on=st.none() | st.dates(),
    effective_ends_on=st.none() | st.dates(),
    received_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    recorded_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    continues_title=st.booleans(),
    decision=st.sampled_from(["", "granted", "refused", "withdrawn"]),
    is_superseded=st.booleans(),
    closed_reason=st.sampled_from(["", "decided", "renewed", "moved_away", "end_moved", "opened_in_error"]),
    departed_on=st.none() | st.dates(),
    vanished_on=st.none() | st.dates(),
    last_list_on=st.none() | st.dates(),
    has_whole_name=st.booleans(),
    has_whole_birth_date=st.booleans(),
    declined_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    notes=st.frozensets(st.sampled_from(Note)),
)


@given(facts=FACTS, today=st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_any_facts_have_exactly_one_outcome(facts, today):
    outcome = decide(facts, today)
    assert outcome.text.reason
    assert outcome.text.act
    assert bool(outcome.text.advice) is (outcome.kind is not OutcomeKind.issue)
    if outcome.kind is OutcomeKind.issue:
        assert facts.received_at <= day_end(outcome.ends_on, BERLIN)
        assert not facts.decision
        assert not facts.closed_reason


@given(
    facts=FACTS,
    ends_on=st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)),
    minutes=st.integers(min_value=-3_000_000, max_value=2_000),
    earlier=st.integers(min_value=0, max_value=1_000_000),
)
def test_applying_earlier_never_turns_a_yes_into_a_no(facts, ends_on, minutes, earlier):
    """Whatever else holds, the instant of receipt only ever speaks for those who came first."""
    open_facts = replace(
        facts,
        title=TitleKind.residence_title,
        decision="",
        closed_reason="",
        is_superseded=False,
        departed_on=None,
        printed_ends_on=ends_on,
        effective_ends_on=ends_on,
        received_at=day_end(ends_on, BERLIN) + timedelta(minutes=minutes),
    )
    first = replace(open_facts, received_at=open_facts.received_at - timedelta(minutes=earlier))
    rank = {OutcomeKind.decline: 0, OutcomeKind.person: 1, OutcomeKind.issue: 2}
    is_title = Note.stay_without_title not in facts.notes
    if is_title and (minutes > 0 or decide(open_facts).kind is OutcomeKind.issue):
        assert rank[decide(first).kind] >= rank[decide(open_facts).kind]
    if is_title and minutes > 0:
        assert decide(open_facts).kind is OutcomeKind.decline
