"""Measure the nightly cohort: cases, letters, outcomes and audit rows against one sequential scan of the titles.

    bench/bench_cohort.py --titles 1000000

Makes a database of its own on SERVICEDESK_BENCH_POSTGRES and drops it. The baseline, a scan that counts by a column
without an index, runs before and after each night. Parallel query is off for both, so that one process is measured
against one; --parallel leaves it to the server, again for both.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import create_engine, make_url, text

from servicedesk.db.all_models import load_models
from servicedesk.db.session import Database, open_database
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_crockford, new_id
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.rules.setup import parse_setup
from servicedesk.offices.service import load_office
from servicedesk.outreach.jobs import run_invitations

T = TypeVar("T")
SERVER = os.environ.get("SERVICEDESK_BENCH_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OFFICE = """
[office]
ref = "bench"
host = "bench.example"
name = "Ausländerbehörde Musterstadt"
street = "Rathausplatz 1"
postcode = "12345"
town = "Musterstadt"
federal_state = "NW"
time_zone = "Europe/Berlin"
languages = ["de", "en", "ar", "tr", "uk"]
umlauts = "din-5007-2"
"""
LETTERS = ["A - C", "D - G", "H - K", "L - N", "O - R", "S", "T - V", "W - Z"]
PEOPLE = """
INSERT INTO person (id, office_id, file_number, family_name, given_names, surname_key, birth_year, birth_month,
    birth_day, sex, nationalities, street, house_number, postcode, town, language, first_seen_on)
SELECT lpad(to_hex(i), 32, '0')::uuid, :office, 'F' || i, initcap(k), 'Amina', k, 1950 + i % 55, 1 + i % 12,
    1 + i % 28, 'w', '163', 'Lindenweg', (1 + i % 180)::text, '12345', 'Musterstadt',
    (ARRAY['de','en','ar','tr','uk',NULL])[1 + i % 6], '2026-01-01'
FROM (SELECT i, chr(65 + i % 26) || upper(substr(md5(i::text), 1, 5)) AS k FROM generate_series(1, :n) AS i) AS s
"""
TITLES = """
INSERT INTO title (id, office_id, person_id, legal_basis, identity, issued_on, ends_on, card_ends_on,
    effective_ends_on, is_unlimited, employment_condition, is_superseded, digest, first_seen_on, last_import_id,
    source_line)
SELECT ('1' || lpad(to_hex(i), 31, '0'))::uuid, :office, lpad(to_hex(i), 32, '0')::uuid,
    (ARRAY['25.2.1','25.2.2','25.3','25.5','28.1.1','30','32','16b.1','18a','18b','18g','60a','AsylG 55'])[1 + i % 13],
    '2025-01-01', '2025-01-01', d, d, d, false, 'Erwerbstätigkeit erlaubt', false, '\\x00'::bytea, '2026-01-01',
    :run, i
FROM (SELECT i, DATE '2026-11-24' + (i::bigint * 7919 % :days)::int AS d FROM generate_series(1, :n) AS i) AS s
"""
SCAN = "SELECT count(*) FROM title WHERE employment_condition = 'nicht vorhanden'"


def setup_text() -> str:
    parts = [OFFICE]
    for number, letters in enumerate(LETTERS, 1):
        parts.append(
            f'[[case_worker]]\nref = "kw{number}"\nname = "Beispiel {number}"\nteam = "aufenthalt"\n'
        )
        parts.append(f'[[letter_range]]\nteam = "aufenthalt"\npieces = ["{letters}"]\nowner = "kw{number}"\n')
    return "\n".join(parts)


def fill(database: Database, titles: int, days: int) -> UUID:
    with database.unit_of_work() as session:
        report = load_office(session, parse_setup(setup_text().encode()), now=START, actor=OPERATOR)
        values = {"office": report.office_id, "n": titles, "days": days, "run": new_id()}
        session.execute(text(PEOPLE), values)
        session.execute(text(TITLES), values)
    analyse(database)
    return report.office_id


def analyse(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def seconds(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def scan(database: Database) -> float:
    with database.reading() as session:
        return seconds(lambda: session.scalar(text(SCAN)))[0]


def measure(database: Database, vault: Vault, nights: int, office_id: UUID) -> bool:
    def run(day: int) -> dict[str, Any]:
        return run_invitations(database, vault, now=START + timedelta(days=day), office_id=office_id)

    first_took, first = seconds(partial(run, 0))
    print(
        f"first run    {first['due']:>9} due   {first_took:8.2f} s   {first['due'] / first_took:10.0f} due titles/s   (bar 20000)"
    )
    analyse(database)
    ratios = []
    for night in range(1, nights + 1):
        before = [scan(database) for _ in range(3)]
        took, answer = seconds(partial(run, night))
        baseline = statistics.median([*before, *(scan(database) for _ in range(3))])
        ratios.append(took / baseline)
        print(
            f"night {night:<6} {answer['due']:>9} due   {took:8.3f} s   scan {baseline:.3f} s   ratio {took / baseline:6.2f}   (bar 2.5)"
        )
    empty, again = seconds(partial(run, nights))
    print(f"second run   {again['due']:>9} due   {empty:8.3f} s   ratio {empty / baseline:6.2f}")
    print(f"median ratio of {nights} nights {statistics.median(ratios):.2f}")
    return statistics.median(ratios) <= 2.5 and first["due"] / first_took >= 20000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--titles", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=720, help="ends are spread over so many days")
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument(
        "--parallel", action="store_true", help="leave parallel query on, for run and scan alike"
    )
    parser.add_argument("--strict", action="store_true", help="end with 1 when a bar is missed")
    parser.add_argument("--keep", action="store_true", help="leave the database behind and print its name")
    arguments = parser.parse_args()
    name = f"sd_bench_{new_crockford(8).lower()}"
    admin = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
        if not arguments.parallel:
            connection.execute(text(f"ALTER DATABASE {name} SET max_parallel_workers_per_gather = 0"))
    database = open_database(make_url(SERVER).set(database=name).render_as_string(hide_password=False))
    try:
        load_models().create_all(database.engine)
        took, office_id = seconds(lambda: fill(database, arguments.titles, arguments.days))
        print(f"filled       {arguments.titles:>9} titles in {took:.1f} s")
        vault = Vault(keys={1: bytes(range(32))}, active=1, pepper=bytes(32))
        is_met = measure(database, vault, arguments.nights, office_id)
    finally:
        database.close()
        if arguments.keep:
            print(name)
        else:
            with admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
    if arguments.strict and not is_met:
        sys.exit(1)


if __name__ == "__main__":
    main()
