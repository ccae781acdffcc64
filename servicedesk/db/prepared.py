"""Run the statements of the hot path: each compiled once per process, several of them in one turn.

For these statements the ordinary way costs more than what the server does: looking the statement up among the compiled
ones, converting named parameters, and waking the server for each. On PostgreSQL they go over the wire (db.wire) as
prepared statements, together; on SQLite, and wherever somebody listens to what an engine executes, the same statements
run one after the other in the ordinary way.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any, NamedTuple, cast

import psycopg
from sqlalchemy import Connection, CursorResult, Dialect, Executable, literal_column
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from servicedesk.db.wire import CAN_PIPELINE, Order, Reply, Wire

_DIALECT: Dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]

_CONNECTION = "servicedesk.prepared"
_NUMBERS = count(1)

Process = Callable[[Any], Any]


class Answer(NamedTuple):
    """Be what a statement gave: its rows, with named columns, and how many rows it touched."""

    rows: Sequence[Any]
    touched: int

    @property
    def first(self) -> Any | None:
        """Return the first row, None where there is none."""
        return self.rows[0] if self.rows else None


class Prepared:
    """Hold a statement that never changes its shape; make it once, at module level.

    Values that differ from call to call are `bindparam`s, constants are literals: a partial index answers only to
    those. `sqlite` is the same statement where the two engines' constructs differ.
    """

    def __init__(self, statement: Executable, *, sqlite: Executable | None = None) -> None:
        self.statement = statement
        self.sqlite = sqlite if sqlite is not None else statement
        self._plan: _Plan | None = None

    @property
    def plan(self) -> "_Plan":
        """Return the compiled form for PostgreSQL; compiled at first use, when all tables are known."""
        if self._plan is None:
            self._plan = _Plan(self.statement)
        return self._plan


Call = tuple[Prepared, Mapping[str, Any]]


def constant(word: str) -> Any:
    """Return a state or a kind as the literal it has to be in a prepared statement."""
    if not (word.isascii() and word.replace("_", "").isalnum()):
        raise ValueError("only words of the code are constants; everything else is a parameter")
    return literal_column(f"'{word}'")


def run(bound: Session | Connection, prepared: Prepared, /, **values: Any) -> Answer:
    """Run one statement."""
    return run_together(bound, (prepared, values))[0]


def run_together(bound: Session | Connection, *calls: Call) -> list[Answer]:
    """Run some statements in the order given and return their answers.

    None of them can use what another one answers. The first that fails raises DBAPIError, and those behind it have
    done nothing.
    """
    if isinstance(bound, Connection):
        connection = bound
    else:
        bound.flush()  # as before a query of the ORM: what was changed in Python is seen
        connection = _connection_of(bound)
    wire = _wire_of(connection)
    if wire is None:
        return [_run_ordinarily(connection, prepared, values) for prepared, values in calls]
    plans = [prepared.plan for prepared, _ in calls]
    try:
        replies = wire.exchange([plan.order(values) for plan, (_, values) in zip(plans, calls, strict=True)])
    except psycopg.Error as fault:
        raise _as_usual(connection, wire, fault) from fault
    return [plan.answer(reply) for plan, reply in zip(plans, replies, strict=True)]


def run_later(session: Session, call: Call, check: Callable[[Answer], None] | None = None) -> None:
    """Run a statement whose answer nobody waits for: before the next one, at the latest with the commit.

    `check` sees the answer then and may raise; what it raises comes out of whatever is run next.
    """
    connection = _connection_of(session)
    wire = _wire_of(connection)
    prepared, values = call
    if wire is None:
        answer = _run_ordinarily(connection, prepared, values)
        if check is not None:
            check(answer)
        return
    plan = prepared.plan
    wire.later(plan.order(values, partial(_check, plan, check) if check is not None else None))


def _check(plan: "_Plan", check: Callable[[Answer], None], reply: Reply) -> None:
    check(plan.answer(reply))


def _wire_of(connection: Connection) -> Wire | None:
    """Return the wire, None where statements go the ordinary way."""
    raw = connection.connection.driver_connection
    if not CAN_PIPELINE or not isinstance(raw, Wire) or connection.engine.dispatch.before_cursor_execute:
        return None
    if not raw.autocommit and not connection.in_transaction():
        connection.begin()
    return raw


def _connection_of(session: Session) -> Connection:
    """Return the session's connection; asking the session each time costs as much as a statement."""
    known: Connection | None = session.info.get(_CONNECTION)
    if known is None or known.closed:
        known = session.info[_CONNECTION] = session.connection()
    return known


def _run_ordinarily(connection: Connection, prepared: Prepared, values: Mapping[str, Any]) -> Answer:
    statement = prepared.sqlite if connection.dialect.name == "sqlite" else prepared.statement
    result = cast("CursorResult[Any]", connection.execute(statement, values))
    rows = result.all() if result.returns_rows else ()
    return Answer(rows, result.rowcount)


def _as_usual(connection: Connection, wire: Wire, fault: psycopg.Error) -> DBAPIError:
    """Return the fault as SQLAlchemy raises it, without the values, which may name a person."""
    if wire.closed:
        connection.invalidate(fault)
    wrapped = DBAPIError.instance(
        None,
        None,
        fault,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=wire.closed,
        dialect=connection.dialect,
    )
    return cast(DBAPIError, wrapped)


class _Plan:
    """Hold the text of a statement for the driver, and how values go in and come out."""

    def __init__(self, statement: Executable) -> None:
        compiled = cast(SQLCompiler, statement.compile(dialect=_DIALECT))  # type: ignore[attr-defined]
        if compiled.post_compile_params:
            raise ValueError("the number of parameters must not change from call to call")
        self.name = b"sd_%d" % next(_NUMBERS)
        self.sql = compiled.string.encode()
        self._inputs = [_input(compiled, name) for name in compiled.positiontup or ()]
        columns = statement.exported_columns  # type: ignore[attr-defined]
        # Its fields are known at run time only.
        row: Any = namedtuple("Row", list(columns.keys()))  # type: ignore[misc]  # noqa: PYI024
        self._row = row._make
        outputs = [_implementation(column.type).result_processor(_DIALECT, None) for column in columns]
        self._outputs = [(at, process) for at, process in enumerate(outputs) if process is not None]

    def order(self, values: Mapping[str, Any], check: Callable[[Reply], None] | None = None) -> Order:
        """Return the statement with its parameters in order."""
        ready = [
            constant if name is None else process(values[name]) if process is not None else values[name]
            for name, process, constant in self._inputs
        ]
        return Order(self.name, self.sql, ready, check)

    def answer(self, reply: Reply) -> Answer:
        """Return the reply with named columns."""
        rows: list[Any] = reply.rows
        if self._outputs:
            rows = [self._converted(row) for row in rows]
        return Answer([self._row(row) for row in rows], reply.touched)

    def _converted(self, row: tuple[Any, ...]) -> list[Any]:
        values = list(row)
        for at, process in self._outputs:
            values[at] = process(values[at])
        return values


def _input(compiled: SQLCompiler, name: str) -> tuple[str | None, Process | None, Any]:
    """Return (name, conversion, constant); a parameter with a value of its own is a constant."""
    bind = compiled.binds[name]
    process = _implementation(bind.type).bind_processor(_DIALECT)
    if bind.required:
        return name, process, None
    value = bind.effective_value
    return None, None, process(value) if process is not None else value


def _implementation(type_: Any) -> Any:
    return type_.dialect_impl(_DIALECT)
