"""What the benchmarks share: a database of their own, times, and figures as a table of ratios."""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, make_url, text

from servicedesk.db.all_models import load_models
from servicedesk.db.session import Database, open_database
from servicedesk.kernel.ids import new_crockford

SERVER = os.environ.get("SERVICEDESK_BENCH_POSTGRES") or os.environ.get(
    "SERVICEDESK_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)


@dataclass(frozen=True)
class Figure:
    """Be one measured value; `limit` is an upper bound, with `at_least` a lower one, None a value to look at."""

    name: str
    value: float
    unit: str = ""
    limit: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Tell whether the value keeps its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def options(description: str | None) -> argparse.ArgumentParser:
    """Return the options every benchmark knows."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--full", action="store_true", help="the size that the limits are meant for")
    parser.add_argument("--strict", action="store_true", help="end with 1 when a limit is missed")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser


def report(title: str, figures: Sequence[Figure], *, as_json: bool = False, strict: bool = False) -> int:
    """Print the figures and return the exit code."""
    if as_json:
        print(json.dumps({"title": title, "figures": [asdict(f) | {"is_met": f.is_met} for f in figures]}))
    else:
        table = Table(title=title, title_justify="left")
        for heading in ("figure", "value", "limit", "", "note"):
            table.add_column(heading, justify="right" if heading in {"value", "limit"} else "left")
        for figure in figures:
            limit = ""
            if figure.limit is not None:
                limit = f"{'≥' if figure.at_least else '≤'} {figure.limit:g} {figure.unit}".strip()
            sign = "" if figure.limit is None else ("met" if figure.is_met else "MISSED")
            table.add_row(figure.name, f"{figure.value:.3g} {figure.unit}".strip(), limit, sign, figure.note)
        Console(width=150).print(table)
    return 1 if strict and not all(figure.is_met for figure in figures) else 0


def median_ms(work: Callable[[], object], times: int, warm: int = 3) -> float:
    """Return the median wall time of some calls, in milliseconds."""
    for _ in range(warm):
        work()
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spent)


@contextmanager
def fresh_database(area: str, pool_size: int = 8) -> Iterator[Database]:
    """Give a new PostgreSQL database with every table, and drop it afterwards."""
    name = f"sd_bench_{area}_{new_crockford(8).lower()}"
    admin = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    url = make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    database = open_database(url, pool_size)
    try:
        load_models().create_all(database.engine)
        yield database
    finally:
        database.close()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()


def copy_rows(database: Database, table: str, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Load rows with COPY."""
    raw = database.engine.raw_connection()
    try:
        with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        raw.commit()
    finally:
        raw.close()
