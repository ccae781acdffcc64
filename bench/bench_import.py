"""Measure the import of an expiry list on PostgreSQL against a plain COPY of the same file in the same run.

    uv run python bench/bench_import.py --lines 100000

Prints a table of ratios and, with --strict, ends with 1 when a limit is missed. The server is named by
SERVICEDESK_BENCH_POSTGRES; a database is created there and dropped again.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from sqlalchemy import make_url

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.kernel.clock import SystemClock
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.queries import list_offices, office_view
from servicedesk.offices.rules.setup import parse_setup
from servicedesk.offices.service import load_office
from servicedesk.register.service import ImportOrder, Surroundings, import_register
from tests.support.lists import STANDARD, rows
from tests.support.office import SETUP

SERVER = os.environ.get("SERVICEDESK_BENCH_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
LIMITS = {"fresh / COPY": 6.0, "unchanged / fresh": 0.5, "peak MB": 150.0, "growth MB": 15.0}
VAULT = Vault(keys={1: bytes(range(32))}, active=1, pepper=b"pepper of the bench, never real.")


def write_list(file: Path, lines: int) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(STANDARD)
        writer.writerows(rows(lines, seed=7))


def plain_copy(url: str, file: Path) -> float:
    columns = ", ".join(f"c{number} text" for number in range(len(STANDARD)))
    with psycopg.connect(url) as connection, file.open("rb") as source:
        connection.execute(f"DROP TABLE IF EXISTS plain; CREATE TABLE plain ({columns})")
        connection.commit()
        source.seek(3)
        started = time.perf_counter()
        with connection.cursor().copy("COPY plain FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)") as copy:
            while chunk := source.read(1 << 16):
                copy.write(chunk)
        connection.commit()
        spent = time.perf_counter() - started
        connection.execute("DROP TABLE plain")
    return spent


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def child(url: str, file: Path, folder: Path) -> None:
    """Import once in this process and print seconds, memory and counts."""
    load_models()
    database = open_database(url)
    with database.reading() as session:
        office = office_view(list_offices(session)[0])
    samples: list[tuple[float, float]] = []

    def progress(done: int, total: int) -> None:
        if not samples or done / total >= samples[-1][0] + 0.05 or done / total < samples[-1][0]:
            samples.append((done / total, resident_mb()))

    surroundings = Surroundings(database, VAULT, folder, SystemClock(), OPERATOR)
    started, cpu = time.perf_counter(), time.process_time()
    report = import_register(office, ImportOrder(file), surroundings, progress)
    spent = time.perf_counter() - started
    early = next((mb for part, mb in samples if part >= 0.2), samples[0][1] if samples else 0.0)
    print(
        json.dumps(
            {
                "seconds": spent,
                "cpu": time.process_time() - cpu,
                "peak": max(mb for _, mb in samples),
                "growth": samples[-1][1] - early,
                "counts": [report.lines, report.accepted, report.unchanged, report.rejected],
            }
        )
    )


def run_child(url: str, file: Path, folder: Path) -> dict:
    command = [sys.executable, __file__, "--child", url, str(file), str(folder)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure(lines: int, keep: Path | None) -> int:
    base = make_url(SERVER)
    name = f"sd_bench_import_{os.getpid()}"
    url = base.set(database=name).render_as_string(hide_password=False)
    plain_url = base.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    admin = psycopg.connect(
        base.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    )
    admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = keep or Path(folder) / "liste.csv"
            if not file.exists():
                write_list(file, lines)
            prepare(url)
            copies = [plain_copy(plain_url, file) for _ in range(2)]
            fresh = run_child(url, file, Path(folder))
            copies.append(plain_copy(plain_url, file))
            again = run_child(url, file, Path(folder))
            return table(sorted(copies)[1], fresh, again, file.stat().st_size)
    finally:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.close()


def prepare(url: str) -> None:
    database = open_database(url)
    load_models().create_all(database.engine)
    setup = parse_setup(SETUP.format(ref="bench", host="bench.example", town="Musterstadt").encode())
    with database.unit_of_work() as session:
        load_office(session, setup, now=SystemClock().now(), actor=OPERATOR)
    database.close()


def table(copy: float, fresh: dict, again: dict, size: int) -> int:
    lines = fresh["counts"][0]
    found = {
        "fresh / COPY": fresh["seconds"] / copy,
        "unchanged / fresh": again["seconds"] / fresh["seconds"],
        "peak MB": max(fresh["peak"], again["peak"]),
        "growth MB": max(fresh["growth"], again["growth"]),
    }
    print(
        f"{lines} lines, {size / 1e6:.0f} MB; lines, accepted, unchanged, rejected:",
        fresh["counts"],
        again["counts"],
    )
    print(f"plain COPY       {copy:8.2f} s  {lines / copy:10.0f} lines/s")
    print(
        f"fresh import     {fresh['seconds']:8.2f} s  {lines / fresh['seconds']:10.0f} lines/s   client CPU {fresh['cpu']:.2f} s"
    )
    print(
        f"unchanged import {again['seconds']:8.2f} s  {lines / again['seconds']:10.0f} lines/s   client CPU {again['cpu']:.2f} s"
    )
    print(f"{'':18} {'found':>8} {'limit':>8}")
    missed = 0
    for name, value in found.items():
        within = value <= LIMITS[name]
        missed += not within
        print(f"{name:18} {value:8.2f} {LIMITS[name]:8.2f}  {'ok' if within else 'MISSED'}")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--file", type=Path, help="Use (or keep) the list here instead of inventing one.")
    parser.add_argument("--strict", action="store_true", help="End with 1 when a limit is missed.")
    parser.add_argument("--child", nargs=3, metavar=("URL", "FILE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        url, file, folder = options.child
        child(url, Path(file), Path(folder))
        return 0
    missed = measure(options.lines, options.file)
    return 1 if options.strict and missed else 0


if __name__ == "__main__":
    sys.exit(main())
