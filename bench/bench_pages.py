"""Measure the pages people see first and most: start, code, a resident's case, a case worker's range.

    python -m bench.bench_pages [--full] [--strict]

gunicorn serves the smallest Flask application and ours; the rounds take turns. The range holds 2,000 open cases.
"""

import statistics
import sys
import tempfile
from base64 import b64encode
from datetime import UTC, datetime

from itsdangerous import TimestampSigner

from bench.common import Figure, fresh_database, options, report
from bench.http_load import get, run_load, serving
from servicedesk.accounts.sessions import start_session
from servicedesk.accounts.staff import add_account
from servicedesk.app import create_app
from servicedesk.db.session import Database
from servicedesk.kernel.permissions import OPERATOR, Role
from servicedesk.settings import Settings, load_settings
from tests.support.booking import World, make_world

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CASES = 2000
HOST_NAME = "musterstadt.example"
FIRST_PAGE_BYTES = 100 * 1024
ASSETS = ("kern/kern.css", "app.css", "page.js", "icon.svg")


def main() -> int:
    chosen = options(__doc__).parse_args()
    rounds, each = (7, 200) if chosen.full else (3, 60)
    with fresh_database("pages") as database, tempfile.TemporaryDirectory() as folder:
        environment = {
            "SERVICEDESK_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
            "SERVICEDESK_SECRET_KEY": b64encode(bytes(range(32))).decode(),
            "SERVICEDESK_DATA_DIR": folder,
            "SERVICEDESK_CLOCK": NOW.isoformat(),
            "SERVICEDESK_POOL_SIZE": "4",
        }
        settings = load_settings(environment)
        with database.unit_of_work() as session:
            world = make_world(session, now=NOW, cases=CASES)
        pages = list_pages(database, world, settings)
        rates = measure(pages, environment, rounds, each)
        size = first_page_bytes(database, settings)
    hello = rates.pop("hello world")
    figures = [Figure("hello world", hello, "answers/s")]
    figures += [
        Figure(name, rate, "answers/s", note=f"{rate / hello:.3f} × hello world")
        for name, rate in rates.items()
    ]
    figures.append(
        Figure("first resident page with its files", size / 1024, "KB", limit=FIRST_PAGE_BYTES / 1024)
    )
    return report("pages", figures, as_json=chosen.json, strict=chosen.strict)


def list_pages(database: Database, world: World, settings: Settings) -> dict[str, tuple[str, str]]:
    """Return (path, cookies) of each page by its name."""
    resident, clerk = sign_in(database, world, settings)
    return {
        "start page": ("/de/", ""),
        "code page": ("/de/code", ""),
        "a resident's case": ("/de/case/apply", resident),
        f"range with {CASES} cases": ("/staff/range?show=all", clerk),
    }


def sign_in(database: Database, world: World, settings: Settings) -> tuple[str, str]:
    """Return the cookies of a resident and of the case worker."""
    key = create_app(settings, database=database).secret_key or b""
    with database.unit_of_work() as session:
        account_id = add_account(
            session,
            office_id=world.office_id,
            login="boris",
            name="Beispiel, B.",
            password="nur fuer diese Messung",
            roles=(Role.case_worker,),
            member_id=world.member_id,
            now=NOW,
            actor=OPERATOR,
        )
        tokens = {
            kind: start_session(session, office_id=world.office_id, kind=kind, subject_id=subject, now=NOW)
            for kind, subject in (("resident", world.cases[0]), ("staff", account_id))
        }
    signed = {
        kind: TimestampSigner(key, salt=f"servicedesk.{kind}").sign(token.encode()).decode()
        for kind, token in tokens.items()
    }
    return f"sd_resident={signed['resident']}", f"sd_staff={signed['staff']}"


def measure(
    pages: dict[str, tuple[str, str]], environment: dict[str, str], rounds: int, each: int
) -> dict[str, float]:
    """Return the median rate of every page and of hello world, in answers per second."""
    rates: dict[str, list[float]] = {"hello world": [], **{name: [] for name in pages}}
    with (
        serving("make_hello", environment, threads=4) as hello,
        serving("make_app", environment, threads=4) as app,
    ):
        for number in range(rounds + 1):
            for name, measured in rates.items():
                if name == "hello world":
                    rate, statuses = run_load(hello.port, [get("/")] * (each * 4))
                else:
                    path, cookies = pages[name]
                    count = each // 10 if "range" in name else each
                    rate, statuses = run_load(app.port, [get(path, cookies, HOST_NAME)] * count)
                assert set(statuses) == {200}, f"{name}: answers {dict(statuses)}"
                if number:
                    measured.append(rate)
    return {name: statistics.median(values) for name, values in rates.items()}


def first_page_bytes(database: Database, settings: Settings) -> int:
    """Return what a phone loads to see the start page, uncompressed."""
    client = create_app(settings, database=database).test_client()
    addresses = ["/de/", *(f"/static/{name}" for name in ASSETS)]
    answers = [client.get(address, headers={"Host": HOST_NAME}) for address in addresses]
    assert all(answer.status_code == 200 for answer in answers)
    return sum(len(answer.data) for answer in answers)


if __name__ == "__main__":
    sys.exit(main())
