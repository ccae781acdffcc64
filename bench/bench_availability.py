"""Measure "which of 90 days is free" from the bit sets against computing it from the bookings.

    python -m bench.bench_availability [--full] [--strict]

Both questions are put to the same PostgreSQL in the same run, at three occupancies, for one desk and for a team's
desks among many. "In the database" is planning and execution as the server itself measures them.
"""

import random
import statistics
import sys
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import text

from bench.common import Figure, copy_rows, fresh_database, median_ms, options, report
from servicedesk.booking.queries import find_free_days
from servicedesk.booking.rules.ticks import find_fitting_starts, read_bits, span, tick_of, write_bits
from servicedesk.db.session import Database
from servicedesk.kernel.ids import new_id
from tests.support.booking import World, add_cases, add_office

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAYS = 90
SEATS = 32
OPENED = span(96, SEATS * 3)
LIMIT_MS = 3.0
OCCUPANCIES = (0.0, 0.8, 0.999)

FROM_BITS = """
SELECT day, desk_id, open_ticks, busy_ticks FROM desk_day
WHERE desk_id = ANY(:desks) AND day BETWEEN :first AND :last
"""
# The best we know without an index of free time: opening hours minus the union of the bookings, day by day.
FROM_BOOKINGS = """
SELECT DISTINCT day FROM (
    SELECT days.day, tsmultirange(tsrange(days.opens, days.closes))
        - coalesce(range_agg(tsrange(starts_local, starts_local + minutes * interval '1 minute'))
            FILTER (WHERE appointment.id IS NOT NULL), '{}') AS free
    FROM (
        SELECT day::date AS day, opening.desk_id, day::date + opening.starts_local AS opens,
            day::date + opening.ends_local AS closes
        FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS day
        JOIN opening ON opening.desk_id = ANY(:desks) AND opening.weekday = extract(isodow FROM day) - 1
    ) AS days
    LEFT JOIN appointment ON appointment.desk_id = days.desk_id AND appointment.state IN ('held', 'booked')
        AND appointment.starts_local >= days.opens AND appointment.starts_local < days.closes
    GROUP BY days.day, days.desk_id, days.opens, days.closes
) AS left_over
WHERE EXISTS (SELECT 1 FROM unnest(free) AS gap WHERE upper(gap) - lower(gap) >= interval '15 minutes')
"""


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--desks", type=int, default=0, help="desks in the office (60, with --full 300)")
    chosen = parser.parse_args()
    desks = chosen.desks or (300 if chosen.full else 60)
    figures: list[Figure] = []
    for occupancy in OCCUPANCIES:
        with fresh_database("availability") as database:
            world = fill(database, desks, occupancy)
            for count in (1, 12):
                figures += measure(database, world, count, occupancy, 200 if chosen.full else 60)
    return report(
        f"which of {DAYS} days is free, {desks} desks", figures, as_json=chosen.json, strict=chosen.strict
    )


def measure(database: Database, world: World, count: int, occupancy: float, times: int) -> list[Figure]:
    """Put both questions for the first `count` desks."""
    first = (NOW + timedelta(days=1)).date()
    values = {"desks": world.desks[:count], "first": first, "last": first + timedelta(days=DAYS - 1)}
    bits = server_ms(database, FROM_BITS, values, times)
    bookings = server_ms(database, FROM_BOOKINGS, values, max(times // 10, 5))

    def ask() -> None:
        with database.reading() as session:
            find_free_days(session, world.cases[0], now=NOW, desk_ids=world.desks[:count])

    def decide() -> set[date]:
        with database.reading() as session:
            rows = session.execute(text(FROM_BITS), values)
            return {
                row.day
                for row in rows
                if find_fitting_starts(read_bits(row.open_ticks) & ~read_bits(row.busy_ticks), 3)
            }

    with database.reading() as session:
        assert decide() == set(session.scalars(text(FROM_BOOKINGS), values)), "the two answers differ"
    decided = median_ms(decide, times)
    whole = median_ms(ask, times)
    name = f"{count} desk{'s' if count > 1 else ''}, {occupancy:.1%} taken"
    return [
        Figure(f"{name}: in the database", bits, "ms", LIMIT_MS),
        Figure(f"{name}: computed from bookings", bookings, "ms", note=f"{bookings / bits:.0f} × as long"),
        Figure(f"{name}: read and decided by the program", decided, "ms", note="transaction, transfer, bits"),
        Figure(f"{name}: every free time as a value", whole, "ms", note="terms, expired holds, offer"),
    ]


def server_ms(database: Database, query: str, values: dict[str, object], times: int) -> float:
    """Return the median of planning plus execution."""
    spent = []
    with database.reading() as session:
        for _ in range(times + 3):
            plan = session.execute(
                text(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}"), values
            ).scalar_one()[0]
            spent.append(plan["Planning Time"] + plan["Execution Time"])
    return statistics.median(spent[3:])


def fill(database: Database, desks: int, occupancy: float) -> World:
    """Write an office whose desks are taken to that degree, the same in both forms."""
    draw = random.Random(7)
    with database.unit_of_work() as session:
        world = add_office(session, now=NOW, desks=desks, opening=(time(8), time(16)), horizon_days=DAYS)
        add_cases(session, world, 1, now=NOW)
        person = session.execute(text("SELECT person_id FROM service_case")).scalar_one()
    cases, appointments, cells, days = [], [], [], []
    first = NOW.date()
    for ahead in range(DAYS + 8):
        day = first + timedelta(days=ahead)
        for desk in world.desks:
            busy = 0
            if day.weekday() < 5:
                for seat in range(SEATS):
                    if draw.random() < occupancy:
                        busy |= book(world, desk, day, seat, person, cases, appointments, cells)
            opened = OPENED if day.weekday() < 5 else 0
            days.append((desk, day, world.office_id, write_bits(opened), write_bits(busy)))
    copy_rows(
        database,
        "service_case",
        "id, office_id, ref, person_id, concern_id, catalogue_version, team_id, owner_id, opened_at, opened_by,"
        " origin, ready_by",
        cases,
    )
    copy_rows(
        database,
        "appointment",
        "id, office_id, case_id, desk_id, ref, uid, sequence, starts_local, starts_at, minutes, state, created_at,"
        " created_by, changed_at, reason",
        appointments,
    )
    copy_rows(database, "appointment_cell", "desk_id, starts_local, appointment_id", cells)
    copy_rows(database, "desk_day", "desk_id, day, office_id, open_ticks, busy_ticks", days)
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return world


def book(
    world: World,
    desk: UUID,
    day: date,
    seat: int,
    person: UUID,
    cases: list[tuple[object, ...]],
    appointments: list[tuple[object, ...]],
    cells: list[tuple[object, ...]],
) -> int:
    """Note one booked seat in every table and return its ticks."""
    case_id, appointment_id = new_id(), new_id()
    starts = datetime.combine(day, time(8)) + timedelta(minutes=15 * seat)
    cases.append(
        (
            case_id,
            world.office_id,
            case_id.hex[:24],
            person,
            "permit_study",
            "bench",
            world.team_id,
            world.member_id,
            NOW,
            "bench",
            "due",
            "",
        )
    )
    appointments.append(
        (
            appointment_id,
            world.office_id,
            case_id,
            desk,
            appointment_id.hex[-24:],
            appointment_id.hex,
            0,
            starts,
            starts.replace(tzinfo=world.zone),
            15,
            "booked",
            NOW,
            "bench",
            NOW,
            "",
        )
    )
    cells.extend((desk, starts + timedelta(minutes=5 * n), appointment_id) for n in range(3))
    return span(tick_of(starts) or 0, 3)


if __name__ == "__main__":
    sys.exit(main())
