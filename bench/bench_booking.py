"""Measure booking: as a use case, and over HTTP with sign-in, CSRF, idempotency key and audit.

    python -m bench.bench_booking [--full] [--strict]

Over HTTP, gunicorn serves the smallest Flask application and ours at the same time; the rounds take turns, so that a
noisy neighbour disturbs all alike. Every booking is another resident's, with that resident's own session. Beside the
rate stands the processor time of one answer, in the web process and in the database: it says the same with less noise.
"""

import statistics
import sys
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import islice
from uuid import UUID

from flask import session as flask_session
from flask_wtf.csrf import generate_csrf
from itsdangerous import TimestampSigner
from sqlalchemy import text

from bench.common import Figure, fresh_database, median_ms, options, report
from bench.http_load import cpu_seconds_of, get, post, run_load, serving
from bench.servers import SELECT_ONE
from servicedesk.accounts.sessions import start_session
from servicedesk.app import create_app
from servicedesk.booking.queries import list_guard_faults
from servicedesk.booking.service import book_appointment, hold_slot
from servicedesk.db.session import Database
from servicedesk.kernel.ids import new_token
from servicedesk.settings import Settings, load_settings
from tests.support.booking import World, confirm_email, make_world

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DESKS = 20
THREADS = 4
HOST_NAME = "musterstadt.example"
SECRET = b64encode(bytes(range(32))).decode()
OF_HELLO, OF_SELECT = 0.15, 0.4
PAGES = ("hello", "ready", "select", "hold", "confirm", "book", "mail")
HOLD, BOOK = "/de/case/times/", "/de/case/times/check"
Place = tuple[int, tuple[UUID, datetime]]


@dataclass(frozen=True)
class Cost:
    """Be the processor time of one answer in milliseconds."""

    web: float
    database: float

    @property
    def whole(self) -> float:
        """Return both together."""
        return self.web + self.database

    @classmethod
    def of(cls, before: tuple[float, float], after: tuple[float, float], answers: int) -> "Cost":
        """Return the share of one answer."""
        return cls(*(1000 * (late - early) / answers for early, late in zip(before, after, strict=True)))


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--rounds", type=int, default=0, help="rounds over HTTP (3, with --full 7)")
    parser.add_argument("--clients", type=int, default=8, help="clients at once over HTTP")
    chosen = parser.parse_args()
    rounds = chosen.rounds or (7 if chosen.full else 3)
    each = 400 if chosen.full else 200
    with fresh_database("booking") as database, tempfile.TemporaryDirectory() as folder:
        environment = {
            "SERVICEDESK_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
            "SERVICEDESK_SECRET_KEY": SECRET,
            "SERVICEDESK_DATA_DIR": folder,
            "SERVICEDESK_CLOCK": NOW.isoformat(),
            "SERVICEDESK_POOL_SIZE": str(THREADS),
        }
        settings = load_settings(environment)
        wanted = each * (2 + 3 * (rounds + 1))
        with database.unit_of_work() as session:
            world = make_world(session, now=NOW, cases=wanted, desks=DESKS, opening=(time(8), time(16)))
        analyze(database)
        places = iter(list(enumerate(islice(slots(world), wanted))))
        figures = measure_use_case(database, world, settings, places, each)
        figures += measure_http(database, world, settings, environment, places, each, rounds, chosen.clients)
        with database.reading() as session:
            assert list(list_guard_faults(session, world.office_id)) == [], "the guards disagree"
    return report("booking", figures, as_json=chosen.json, strict=chosen.strict)


def analyze(database: Database) -> None:
    """Let the planner know the tables, as a server that cleans up by itself would."""
    with database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def slots(world: World) -> Iterator[tuple[UUID, datetime]]:
    """Yield (desk, wall-clock time), neighbours in time at different desks, as many residents choose them."""
    first = date(2026, 11, 25)
    for ahead in range(80):
        day = first + timedelta(days=ahead)
        if day.weekday() < 5 and day not in {date(2026, 12, 25), date(2027, 1, 1)}:
            for seat in range(32):
                for desk in world.desks:
                    yield desk, datetime.combine(day, time(8)) + timedelta(minutes=15 * seat)


def measure_use_case(
    database: Database, world: World, settings: Settings, places: Iterator[Place], each: int
) -> list[Figure]:
    """Call the service directly, one after the other, against an empty transaction."""

    def select_one() -> None:
        with database.unit_of_work() as session:
            session.execute(text("SELECT 1"))

    def hold(place: Place) -> None:
        database.run(partial(hold_slot, **asked(world, place)))

    def book(place: Place) -> None:
        database.run(partial(book_appointment, vault=settings.vault, **asked(world, place)))

    one = median_ms(select_one, each)
    chosen = list(islice(places, each))
    holding = median_ms(next_of(hold, chosen), each - 3)
    confirming = median_ms(next_of(book, chosen), each - 3)
    direct = median_ms(next_of(book, list(islice(places, each))), each - 3)
    return [
        Figure("use case: SELECT 1 in a transaction", one, "ms"),
        Figure("use case: hold a time", holding, "ms", note=f"{holding / one:.1f} × SELECT 1"),
        Figure("use case: confirm a hold", confirming, "ms", note=f"{confirming / one:.1f} × SELECT 1"),
        Figure("use case: book at once", direct, "ms", note=f"{direct / one:.1f} × SELECT 1"),
    ]


def asked(world: World, place: Place) -> dict[str, object]:
    number, (desk_id, starts_local) = place
    return {
        "case_id": world.cases[number],
        "desk_id": desk_id,
        "starts_local": starts_local,
        "now": NOW,
        "actor": world.resident(number),
    }


def next_of(work: Callable[[Place], None], places: Sequence[Place]) -> Callable[[], None]:
    rest = iter(places)
    return lambda: work(next(rest))


def measure_http(
    database: Database,
    world: World,
    settings: Settings,
    environment: Mapping[str, str],
    places: Iterator[Place],
    each: int,
    rounds: int,
    clients: int,
) -> list[Figure]:
    """Put the pages under the same load in turns and compare the medians."""
    letters = Letters(database, world, settings)
    rates: dict[str, list[float]] = {name: [] for name in PAGES}
    costs: dict[str, list[Cost]] = {name: [] for name in PAGES}
    with (
        serving("make_hello", environment, threads=THREADS) as hello,
        serving("make_app", environment, threads=THREADS) as app,
    ):
        for number in range(rounds + 1):
            for name, requests, expected in requests_of_a_round(letters, places, each):
                server = hello if name == "hello" else app
                before = (server.cpu_seconds(), database_cpu_seconds(database))
                rate, statuses = run_load(server.port, requests, clients)
                assert set(statuses) == {expected}, f"{name}: answers {dict(statuses)}"
                after = (server.cpu_seconds(), database_cpu_seconds(database))
                if number:
                    rates[name].append(rate)
                    costs[name].append(Cost.of(before, after, len(requests)))
    with database.reading() as session:
        booked = session.execute(text("SELECT count(*) FROM appointment WHERE state = 'booked'")).scalar_one()
    assert booked == each * (2 + 3 * (rounds + 1)), "an answer promised a booking that is not there"
    return compare(
        {name: statistics.median(values) for name, values in rates.items()},
        {
            name: sorted(values, key=lambda cost: cost.whole)[len(values) // 2]
            for name, values in costs.items()
        },
    )


def requests_of_a_round(
    letters: "Letters", places: Iterator[Place], each: int
) -> Iterator[tuple[str, list[bytes], int]]:
    """Yield what to ask, which requests, which status is right."""
    yield "hello", [get("/")] * (each * 4), 200
    yield "ready", [get("/readyz")] * (each * 2), 200
    yield "select", [get(SELECT_ONE, letters.cookies_of(0), HOST_NAME)] * (each * 2), 200
    chosen = list(islice(places, each))
    cookies = [letters.cookies_of(number) for number, _ in chosen]
    yield "hold", letters.write(HOLD, chosen, cookies), 303
    yield "confirm", letters.write(BOOK, chosen, cookies), 303
    for name in ("book", "mail"):
        chosen = list(islice(places, each))
        if name == "mail":
            letters.confirm_emails(chosen)
        yield name, letters.write(BOOK, chosen, [letters.cookies_of(number) for number, _ in chosen]), 303


def compare(rate: Mapping[str, float], cost: Mapping[str, Cost]) -> list[Figure]:
    """Return the figures; the processor time per answer says the same with less noise."""

    def answers(label: str, name: str, note: str = "") -> Figure:
        said = f"processor time {cost[name].web:.2f} ms web + {cost[name].database:.2f} ms database"
        return Figure(
            f"HTTP: {label}", rate[name], "/s", note="; ".join(part for part in (said, note) if part)
        )

    def ratio(label: str, name: str, base: str, limit: float | None) -> Figure:
        by_cost = f"{cost[base].whole / cost[name].whole:.3f} by processor time" if cost[name].whole else ""
        return Figure(f"HTTP: {label}", rate[name] / rate[base], "", limit, at_least=True, note=by_cost)

    return [
        answers("Flask hello world", "hello"),
        answers("/readyz", "ready", "no office, no sign-in"),
        answers("SELECT 1 behind a resident's sign-in", "select"),
        answers("hold a time", "hold", "the first half of the way most people go"),
        answers("confirm a held time", "confirm", "the second half"),
        answers("booking", "book", "sign-in, CSRF, key, guards, audit"),
        answers("booking with e-mail", "mail", "the confirmation is queued, too"),
        ratio("booking / hello world", "book", "hello", OF_HELLO),
        ratio("booking / SELECT 1 page", "book", "select", OF_SELECT),
        ratio("booking / readyz", "book", "ready", None),
        ratio("booking with e-mail / hello world", "mail", "hello", None),
        ratio("booking with e-mail / SELECT 1 page", "mail", "select", None),
    ]


def database_cpu_seconds(database: Database) -> float:
    """Return the processor time of the server processes that work for this database."""
    with database.reading() as session:
        pids = session.scalars(
            text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        ).all()
    return cpu_seconds_of(pids)


class Letters:
    """Write the requests of residents who have signed in with their codes."""

    def __init__(self, database: Database, world: World, settings: Settings) -> None:
        self.database, self.world, self.vault = database, world, settings.vault
        app = create_app(settings, database=database)
        self.signer = TimestampSigner(app.secret_key, salt="servicedesk.resident")
        with app.test_request_context():
            self.csrf = generate_csrf()
            serializer = app.session_interface.get_signing_serializer(app)
            self.cookie = f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps(dict(flask_session))}"

    def cookies_of(self, number: int) -> str:
        """Sign the resident of a case in and return the cookies."""
        case_id: UUID = self.world.cases[number]
        with self.database.unit_of_work() as session:
            token = start_session(
                session, office_id=self.world.office_id, kind="resident", subject_id=case_id, now=NOW
            )
        return f"{self.cookie}; sd_resident={self.signer.sign(token.encode()).decode()}"

    def confirm_emails(self, places: Iterable[Place]) -> None:
        """Give the residents a confirmed address."""
        with self.database.unit_of_work() as session:
            for number, _ in places:
                confirm_email(session, self.world, number, self.vault, now=NOW)

    def write(self, path: str, places: Iterable[Place], cookies: Iterable[str]) -> list[bytes]:
        """Return one form per place."""
        requests = []
        for (_, (desk_id, starts_local)), cookie in zip(places, cookies, strict=True):
            form = {
                "csrf_token": self.csrf,
                "_idempotency_key": new_token(24),
                "slot": f"{desk_id.hex}.{starts_local:%Y%m%dT%H%M}",
            }
            requests.append(post(path, cookie, form, HOST_NAME))
        return requests


if __name__ == "__main__":
    sys.exit(main())
