"""What the team lead sees of the promise: sums that add up, and for each person at risk the reason and the act."""

from datetime import date, timedelta

import pytest

from servicedesk.cases.queries.scope import build_scope
from servicedesk.cases.rules import CloseReason, Decision
from servicedesk.interim.rules.guarantee import Standing
from servicedesk.interim.rules.values import Note
from servicedesk.interim.service import note_fact
from servicedesk.kernel.clock import instant_of
from servicedesk.outreach.queries.guarantee import (
    ACT_LABELS,
    LIVED_DAYS,
    Counts,
    HelpfulAct,
    get_guarantee_overview,
)
from tests.conftest import NOW
from tests.support.acting import staff
from tests.support.interim import TODAY, Life
from tests.support.office import add_person, add_title


@pytest.fixture
def life(db, vault, tmp_path):
    return Life(db, vault, tmp_path)


def look(life, login="eva", **options):
    with life.db.reading() as session:
        scope = build_scope(session, staff(session, life.cast, login))
        return get_guarantee_overview(session, scope, now=life.now, **options)


def add(life, ends_on, name="Yıldız", cast=None, **title):
    cast = cast or life.cast
    with life.db.unit_of_work() as session:
        person_id = add_person(session, cast.office, name)
        return add_title(session, cast.office, person_id, ends_on, **title)


def at(life, day, hour):
    life.now = instant_of(day_at(day, hour), life.office.zone)


def note(life, case_id, kind):
    with life.db.unit_of_work() as session:
        note_fact(session, case_id=case_id, kind=kind, actor=life.actor("clara"), now=life.now)


def day_at(day, hour):
    return NOW.replace(
        year=day.year, month=day.month, day=day.day, hour=hour, minute=0, second=0, microsecond=0, tzinfo=None
    )


def shown(overview):
    return [(row.family_name, row.standing, row.helps) for row in overview.rows]


def test_an_office_without_anybody_shows_every_day_with_nothing(life):
    overview = look(life)
    assert [one.day for one in overview.days] == [TODAY + timedelta(days=days) for days in range(29)]
    assert {one.counts for one in overview.days} == {Counts()}
    assert (overview.total, overview.past, overview.rows, overview.teams) == (Counts(), Counts(), (), ())
    assert (overview.lived_gap_days, overview.lived_days, overview.more_rows) == (0, LIVED_DAYS, 0)


def test_titles_are_counted_on_their_last_day_once(life):
    soon, later = TODAY + timedelta(days=2), TODAY + timedelta(days=20)
    confirmed = life.applied(soon, name="Aydın")
    life.run()
    life.applied(later, name="Bulut")
    add(life, soon, name="Candan")
    add(life, TODAY + timedelta(days=29), name="Zu Spät")
    add(life, TODAY, name="Nebenan", cast=life.noise)
    assert life.states(confirmed) == ["issued"]
    overview = look(life)
    by_day = {one.day: one.counts for one in overview.days}
    assert by_day[soon] == Counts(ends=2, applied=1, confirmed=1, not_applied=1)
    assert by_day[later] == Counts(ends=1, applied=1, planned=1)
    assert overview.total == Counts(ends=3, applied=2, confirmed=1, planned=1, not_applied=1)
    assert [(team.team_name, team.counts) for team in overview.teams] == [("Aufenthalt", overview.total)]
    assert shown(overview) == [("Candan", Standing.not_applied, HelpfulAct.open_case)]


def test_each_row_says_why_and_which_act_helps(life):
    ends_on = TODAY + timedelta(days=6)
    doubtful = life.applied(ends_on, name="Vanek")
    for kind in (Note.asylum_application, Note.applies_for_extension):
        note(life, doubtful, kind)
    life.run()
    assert shown(look(life)) == []
    life.pass_days(1)
    note(life, life.applied(ends_on, name="Weiß"), Note.identity_check)
    overview = look(life)
    assert shown(overview) == [
        ("Vanek", Standing.at_risk, HelpfulAct.release),
        ("Weiß", Standing.alarm, HelpfulAct.decide),
    ]
    risky, alarm = overview.rows
    assert risky.confirmation_ref.startswith("Z")
    assert (risky.reason, risky.act) == (
        "Der Vorschlag ist nicht freigegeben.",
        "Zwischenbestätigung freigeben",
    )
    assert (risky.case_ref[:1], risky.days_left, risky.owner_name) == ("V", 5, "Muster, C.")
    assert risky.deadline_at == instant_of(day_at(ends_on + timedelta(days=1), 12), life.office.zone)
    assert "Identität" in alarm.reason
    assert overview.total.at_risk == overview.total.alarm == 1
    assert set(ACT_LABELS) == set(HelpfulAct)


def test_a_gap_is_shown_first_with_its_days_and_stays_counted_when_it_was_lived_through(life):
    ends_on = TODAY + timedelta(days=1)
    life.applied(ends_on, name="Zaytseva")
    life.applied(ends_on + timedelta(days=1), name="Adam")
    at(life, ends_on + timedelta(days=3), 13)
    overview = look(life)
    assert shown(overview) == [
        ("Zaytseva", Standing.gap, HelpfulAct.propose),
        ("Adam", Standing.gap, HelpfulAct.propose),
    ]
    first = overview.rows[0]
    assert (first.first_gap_on, first.gap_days, first.days_left) == (ends_on + timedelta(days=1), 3, -3)
    assert overview.past == Counts(ends=2, applied=2, gap=2)
    assert overview.total == Counts()
    assert overview.lived_gap_days == 2 + 1
    life.run()
    healed = look(life)
    assert (healed.rows, healed.past) == ((), Counts(ends=2, applied=2, confirmed=2))
    assert healed.lived_gap_days == 2 + 1
    life.pass_days(LIVED_DAYS)
    assert look(life).lived_gap_days == 0


def test_a_decision_settles_and_still_tells_the_days_before_it(life):
    ends_on = TODAY + timedelta(days=1)
    case = life.applied(ends_on)
    at(life, ends_on + timedelta(days=4), 13)
    life.decide(case, Decision.refused)
    overview = look(life)
    assert (overview.rows, overview.past) == ((), Counts())
    assert overview.lived_gap_days == 3


def test_a_key_that_is_missing_is_named(db, vault, tmp_path):
    life = Life(db, vault, tmp_path, has_key=False)
    life.applied(TODAY + timedelta(days=1))
    life.run()
    (row,) = look(life).rows
    assert (row.standing, row.helps) == (Standing.at_risk, HelpfulAct.seal)
    assert "Schlüssel" in row.reason


def test_who_is_called_for_has_a_case_or_gets_one(life):
    case = life.applied(TODAY + timedelta(days=5), name="Adler", received_at=life.now)
    with life.db.unit_of_work() as session:
        session.connection().exec_driver_sql("DELETE FROM application")
    add(life, TODAY + timedelta(days=3), name="Bär")
    rows = look(life).rows
    assert [(row.family_name, row.helps) for row in rows] == [
        ("Bär", HelpfulAct.open_case),
        ("Adler", HelpfulAct.call),
    ]
    assert rows[1].case_id == case
    assert rows[0].case_ref is None


def test_what_does_not_end_or_is_not_invited_asks_nobody_for_anything(life):
    soon = TODAY + timedelta(days=9)
    add(life, soon, legal_basis="9", is_unlimited=True)
    add(life, soon, legal_basis="60a")
    add(life, soon, legal_basis="6.3")
    add(life, soon, is_superseded=True)
    overview = look(life)
    assert overview.rows == ()
    assert overview.total == Counts(ends=2, declined=2)


def test_cases_opened_in_error_do_not_count_and_renewed_ones_are_settled(life):
    soon = TODAY + timedelta(days=9)
    life.close(life.applied(soon, name="Irr"), CloseReason.opened_in_error)
    life.close(life.applied(soon, name="Neu"), CloseReason.renewed)
    overview = look(life)
    assert overview.total == Counts(ends=1, settled=1)
    assert overview.rows == ()


def test_a_case_worker_sees_only_what_is_theirs(life):
    soon = TODAY + timedelta(days=3)
    add(life, soon, name="Aydın")
    add(life, soon, name="Zaytseva")
    assert [row.family_name for row in look(life, "boris").rows] == ["Aydın"]
    assert [row.family_name for row in look(life, "clara").rows] == ["Zaytseva"]
    assert look(life, "clara").total.ends == 1
    assert {row.family_name for row in look(life).rows} == {"Aydın", "Zaytseva"}


def test_a_long_list_says_how_many_more_there_are(life):
    for number in range(5):
        add(life, TODAY + timedelta(days=number), name=f"Aydın{number}")
    overview = look(life, limit=3)
    assert [row.days_left for row in overview.rows] == [0, 1, 2]
    assert overview.more_rows == 2
    assert overview.total.ends == 5


def test_a_matter_whose_end_nobody_knows_is_an_alarm(life):
    case = life.applied(date(2026, 12, 1), name="Ohne")
    life.set_title(case, effective_ends_on=None, ends_on=None)
    with life.db.unit_of_work() as session:
        session.connection().exec_driver_sql("UPDATE service_case SET ends_on = NULL")
    (row,) = look(life).rows
    assert (row.standing, row.ends_on, row.days_left, row.helps) == (
        Standing.alarm,
        None,
        None,
        HelpfulAct.decide,
    )
