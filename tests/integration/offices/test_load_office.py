from datetime import timedelta

import pytest
from sqlalchemy import func, select

from servicedesk.booking.models import DeskDay
from servicedesk.booking.service import compile_calendar
from servicedesk.cases.models import Case
from servicedesk.db.audit import AuditEvent
from servicedesk.db.base import Base
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.kernel.names import fold_surname
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.errors import HostTaken, OfficeNotFound
from servicedesk.offices.models import Desk, LetterInterval, Office, StaffMember, Team
from servicedesk.offices.queries import (
    find_concern,
    find_office,
    find_office_by_host,
    find_owner,
    find_responsible,
    find_staff_by_ref,
    get_office,
    get_office_by_id,
    get_staff,
    get_team,
    get_team_for_concern,
    list_closures,
    list_concerns,
    list_desks,
    list_key_ranges,
    list_offices,
    list_openings,
    list_public_hours,
    list_published_ranges,
    list_staff,
    list_teams,
)
from servicedesk.offices.rules.ranges import Holder, build_intervals, decide_owner
from servicedesk.offices.rules.setup import parse_setup
from servicedesk.offices.service import load_office
from tests.conftest import NOW
from tests.support.office import add_person
from tests.unit.offices.files import DEMO, MINIMAL

LATER = NOW + timedelta(days=1)
NEIGHBOUR = MINIMAL.replace("musterstadt", "nebenort").replace("kw1", "nb1").replace('"A', '"a')

NAMES = """Abdi Ahmad Al Al-Ghazali Alhaj Alg Al-Hassan Ali Azizi Bello Çelik Da-Silva Eze Farah García Haddad Ha Hb
Ibrahim İnce Jama Kaya Lê M Mi Mohammad Mo Meyer Mz Nguyễn O'Brien Özdemir Petrov Qaderi Rahimi S Sch Shevchenko
Tekle Ünal Võ Wang Xu Y Yılmaz Z Zo Zu Zz Щербак ??? ---""".split()


def load(session, source, now=NOW):
    return load_office(session, parse_setup(source.encode()), now=now, actor=OPERATOR)


def demo_source():
    return DEMO.read_text(encoding="utf-8")


@pytest.fixture
def demo(session):
    """The demo office beside a neighbour, so that a query that forgets its office fails."""
    load(session, NEIGHBOUR)
    load(session, demo_source())
    return get_office(session, "musterstadt")


def rows(session):
    """Every row of every table of the office, as values."""
    tables = [table for table in Base.metadata.sorted_tables if table.name != "audit_event"]
    return {table.name: sorted(map(repr, session.execute(select(table)))) for table in tables}


def test_the_whole_file_arrives(session, demo):
    assert [office.ref for office in list_offices(session)] == ["musterstadt", "nebenort"]
    assert demo.details == parse_setup(DEMO.read_bytes()).details
    assert demo.languages == tuple(LANGUAGES)
    assert str(demo.zone) == "Europe/Berlin"
    assert [team.ref for team in list_teams(session, demo.id)] == ["asyl", "aufenthalt"]
    assert [member.ref for member in list_staff(session, demo.id)] == [f"kw{n}" for n in range(1, 9)]
    desks = list_desks(session, demo.id)
    assert len(desks) == 11
    assert [desk.ref for desk in desks if desk.pool] == ["schalter-1", "schalter-2", "schalter-3"]
    worker = find_staff_by_ref(session, demo.id, "kw7")
    assert (worker.team_ref, worker.room, worker.name) == ("asyl", "Zimmer 302", "Imhof, P.")
    assert [desk.ref for desk in list_desks(session, demo.id, member_id=worker.id)] == ["zi-302"]
    assert list_desks(session, demo.id, member_id=worker.id)[0].member_ids == (worker.id,)
    assert len(list_openings(session, demo.id)) == 5 + 5 + 5 + 5 + 6 + 5 + 5 + 5 + 6 + 6 + 2
    assert [c.reason for c in list_closures(session, demo.id)] == [
        "Umbau",
        "Betriebsruhe zwischen den Jahren",
        "Rosenmontag",
        "Personalversammlung",
    ]
    concern = find_concern(session, demo.id, "tolerated_stay")
    assert (concern.mode, concern.minutes, concern.lead) == ("direct", 10, "P21D")
    assert len(list_concerns(session, demo.id)) == 20
    assert list_public_hours(session, demo)[0].weekdays == (0, 1, 2, 3, 4)


def test_a_second_load_writes_nothing(session, demo):
    before, audited = rows(session), session.scalar(select(func.count()).select_from(AuditEvent))
    session.expire_all()
    report = load(session, demo_source(), LATER)
    assert not report.has_changes
    assert not report.is_folding_changed
    assert rows(session) == before
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == audited


def test_a_load_is_audited_without_names(session, demo):
    event = session.scalars(select(AuditEvent).where(AuditEvent.office_id == demo.id)).one()
    assert (event.action, event.subject_kind, event.subject_id, event.actor) == (
        "load_office",
        "office",
        demo.id,
        "operator",
    )
    assert event.details["created"]["case_worker"] == [f"kw{n}" for n in range(1, 9)]
    assert "Ahrens" not in repr(event.details)


def test_who_is_gone_is_deactivated_and_comes_back_as_the_same(session, demo):
    known = find_staff_by_ref(session, demo.id, "kw5")
    source = demo_source()
    without = (
        source.replace('ref = "kw5"', 'ref = "kw9"').replace('"kw5"', '"kw9"').replace('"zi-205"', '"zi-999"')
    )
    report = load(session, without, LATER)
    assert report.deactivated == {"case_worker": ["kw5"], "desk": ["zi-205"]}
    assert session.scalar(select(Office.loaded_at).where(Office.id == demo.id)) == LATER
    assert not get_staff(session, demo.id, known.id).is_active
    assert "kw5" not in [member.ref for member in list_staff(session, demo.id)]
    assert "kw5" in [member.ref for member in list_staff(session, demo.id, with_inactive=True)]
    assert "zi-205" not in [desk.ref for desk in list_desks(session, demo.id)]
    owner = find_owner(session, demo.id, known.team_id, "PETROV")
    assert owner.ref == "kw9"
    load(session, source, LATER)
    assert find_staff_by_ref(session, demo.id, "kw5") == known
    assert find_owner(session, demo.id, known.team_id, "PETROV") == known


def test_a_team_that_is_gone_owns_no_letters(session, demo):
    asyl = get_team_for_concern(session, demo, "tolerated_stay")
    source = (
        demo_source().replace('ref = "asyl"', 'ref = "schutz"').replace('team = "asyl"', 'team = "schutz"')
    )
    assert load(session, source).deactivated == {"team": ["asyl"]}
    assert [team.ref for team in list_teams(session, demo.id)] == ["aufenthalt", "schutz"]
    assert find_owner(session, demo.id, asyl.id, "ALI") is None
    assert get_team(session, demo.id, asyl.id).ref == "asyl"


def test_every_name_has_the_answer_of_the_published_ranges(session, demo):
    for team in list_teams(session, demo.id):
        intervals = build_intervals(list_published_ranges(session, demo, team.id))
        for name in NAMES:
            key = fold_surname(name, demo.folding)
            stored = find_responsible(session, demo.id, team.id, key)
            decided = decide_owner(intervals, key)
            owner = find_owner(session, demo.id, team.id, key)
            assert (owner.ref if owner else None) == (decided.owner if decided else None), name
            assert stored.piece == (decided.text if decided else ""), name
            assert (stored.holder is Holder.gap) == (not key), name


def test_last_letters_are_not_lost_to_the_collation(session, demo):
    team = get_team_for_concern(session, demo, "permit_study")
    for key in ("ZO", "ZU", "ZZZZZZ", "ZAKI"):
        assert find_owner(session, demo.id, team.id, key).ref == "kw5"


def test_the_stretches_of_all_case_workers_partition_the_alphabet(session, demo):
    stretches = {
        member.ref: list_key_ranges(session, demo.id, member.id) for member in list_staff(session, demo.id)
    }
    for team in list_teams(session, demo.id):
        for name in NAMES:
            key = fold_surname(name, demo.folding)
            owners = [
                ref
                for ref, spans in stretches.items()
                for span in spans
                if span.team_id == team.id and span.lo <= key and (span.until is None or key < span.until)
            ]
            owner = find_owner(session, demo.id, team.id, key)
            assert owners == ([owner.ref] if owner else []), name


def test_gaps_and_vacancies_go_to_the_inbox(session):
    load(session, MINIMAL + '\n[[letter_range]]\nteam = "aufenthalt"\npieces = ["X"]\nvacant = true\n')
    office = get_office(session, "musterstadt")
    team = list_teams(session, office.id)[0]
    answers = {key: find_responsible(session, office.id, team.id, key) for key in ("", "B", "XU", "RAHIMI")}
    assert [answers[key].holder for key in answers] == [Holder.gap, Holder.gap, Holder.vacant, Holder.owned]
    assert find_owner(session, office.id, team.id, "XU") is None
    assert find_owner(session, office.id, team.id, "RAHIMI").ref == "kw1"


def test_every_team_answers_for_every_key_even_without_ranges(session):
    load(session, MINIMAL.replace("minutes = 15", 'team = "asyl"\nminutes = 15'))
    office = get_office(session, "musterstadt")
    for team in list_teams(session, office.id):
        first = session.scalars(
            select(LetterInterval.lo).where(LetterInterval.team_id == team.id).order_by(LetterInterval.lo)
        ).first()
        assert first == ""


def test_the_team_of_a_concern(session, demo):
    assert get_team_for_concern(session, demo, "tolerated_stay").ref == "asyl"
    assert get_team_for_concern(session, demo, "naturalisation").ref == "aufenthalt"
    assert get_team_for_concern(session, demo, None).ref == "aufenthalt"


def test_a_changed_boundary_moves_no_open_case(session, demo):
    team = get_team_for_concern(session, demo, "permit_study")
    owner = find_owner(session, demo.id, team.id, "PETROV")
    case_id = _open_case(session, demo, team.id, owner.id)
    load(
        session,
        demo_source().replace('["P", "R - W", "Z"]', '["R - W", "Z"]').replace('["J", "K', '["P", "J", "K'),
    )
    assert find_owner(session, demo.id, team.id, "PETROV").ref == "kw4"
    session.expire_all()
    assert session.get_one(Case, case_id).owner_id == owner.id


def _open_case(session, office, team_id, owner_id):
    person_id = add_person(session, office, "Petrov", "Ivan")
    case = Case(
        id=new_id(),
        office_id=office.id,
        ref="V-0000-0001",
        person_id=person_id,
        concern_id="permit_study",
        catalogue_version="1",
        team_id=team_id,
        owner_id=owner_id,
        opened_at=NOW,
        opened_by="system",
        origin="due",
    )
    session.add(case)
    session.flush()
    return case.id


def test_a_host_answers_for_one_office(session, demo):
    assert find_office_by_host(session, "Termine.Musterstadt.example:8000").ref == "musterstadt"
    assert find_office_by_host(session, "termine.nebenort.example.").ref == "nebenort"
    assert find_office_by_host(session, "example.org") is None
    with pytest.raises(HostTaken, match=r"termine\.musterstadt\.example.*musterstadt"):
        load(session, NEIGHBOUR.replace("termine.nebenort", "termine.musterstadt"))


def test_another_folding_rule_is_reported(session, demo):
    assert load(session, demo_source().replace("din-5007-2", "din-5007-1")).is_folding_changed
    assert load(
        session, demo_source().replace("dropped_particles = []", 'dropped_particles = ["al"]')
    ).is_folding_changed


def test_a_neighbour_stays_untouched(session, demo):
    neighbour = get_office(session, "nebenort")
    before = (
        list_staff(session, neighbour.id),
        list_desks(session, neighbour.id),
        list_openings(session, neighbour.id),
    )
    load(session, MINIMAL, LATER)
    after = (
        list_staff(session, neighbour.id),
        list_desks(session, neighbour.id),
        list_openings(session, neighbour.id),
    )
    assert before == after
    for model in (Team, StaffMember, Desk):
        active = select(func.count()).select_from(model).where(model.office_id == demo.id, model.is_active)
        assert session.scalar(active) == 1


def test_what_is_not_there_is_not_found(session, demo):
    neighbour = get_office(session, "nebenort")
    stranger = list_staff(session, neighbour.id)[0]
    assert find_office(session, "nowhere") is None
    assert find_staff_by_ref(session, demo.id, stranger.ref) is None
    for missing in (
        lambda: get_office(session, "nowhere"),
        lambda: get_office_by_id(session, new_id()),
        lambda: get_staff(session, demo.id, stranger.id),
        lambda: get_team(session, demo.id, stranger.team_id),
    ):
        with pytest.raises(OfficeNotFound):
            missing()
    assert list_key_ranges(session, demo.id, stranger.id) == ()
    assert find_owner(session, demo.id, stranger.team_id, "RAHIMI") is None


def test_hours_come_from_the_desks_where_the_file_gives_none(session):
    load(session, MINIMAL)
    hours = list_public_hours(session, get_office(session, "musterstadt"))
    assert [(h.weekdays, h.opens.hour, h.closes.hour) for h in hours] == [((0, 1, 3), 8, 12)]


def test_a10_a_desk_open_in_odd_weeks_is_compiled_so_and_a_second_load_changes_nothing(session):
    source = MINIMAL.replace('to = "12:00" }', 'to = "12:00", weeks = "odd" }')
    report = load(session, source)
    assert not load(session, source, LATER).has_changes
    compile_calendar(session, office_id=report.office_id, now=NOW)
    days = session.execute(
        select(DeskDay.day, DeskDay.open_ticks).where(DeskDay.office_id == report.office_id)
    )
    weeks = {day.isocalendar().week for day, opened in days if any(opened)}
    assert weeks
    assert all(week % 2 for week in weeks)
    assert {53, 1} <= weeks
    assert load(session, MINIMAL, LATER).changed == {"opening": ["musterstadt"]}
