"""Open engines and units of work; the only module that begins, commits or rolls back."""

import select
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import Session

from servicedesk.db.wire import Wire, WireCursor
from servicedesk.kernel.clock import monotonic, pause

T = TypeVar("T")

_WRITE = "servicedesk_write"
_BUSY_MILLISECONDS = 10_000
_UNASKED_SECONDS = 30
# deadlock_detected and serialization_failure: PostgreSQL asks for the whole transaction again.
_TRY_AGAIN = frozenset({"40P01", "40001"})


class FairLock:
    """Hand a lock on in the order of asking.

    `threading.Lock` lets a newcomer overtake; under SQLite's single writer somebody would starve behind a
    long import.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._held = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Event()
            self._queue.append(turn)
        turn.wait()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._held = False


class Database:
    """Be the one way to a session; made once per process by an edge."""

    def __init__(self, engine: Engine, connection: Connection | None = None) -> None:
        """Use `engine`; with `connection` (tests) every unit of work is a savepoint inside its transaction."""
        self.engine = engine
        self._connection = connection
        self._write_lock = FairLock()
        self._writer = engine.execution_options(**{_WRITE: True})
        self._reader = engine.execution_options(postgresql_readonly=True) if self.is_postgresql else engine
        self._looker = (
            engine.execution_options(isolation_level="AUTOCOMMIT") if self.is_postgresql else engine
        )

    @property
    def is_postgresql(self) -> bool:
        """Tell whether the engine is PostgreSQL; else it is SQLite."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """Open a session that commits when the block ends well and rolls back when it raises."""
        with self._turn(), self._session(self._writer) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that never commits."""
        with self._session(self._reader) as session:
            yield session
            # A read-only transaction that ended well is committed: at a rollback the driver would forget every
            # statement it has prepared on this connection, and the server plan each of them again.
            if self.is_postgresql and self._connection is None and session.in_transaction():
                _end(session)

    @contextmanager
    def looking_up(self) -> Iterator[Connection]:
        """Open a connection for one read that needs no transaction around it."""
        if self._connection is not None:
            yield self._connection
            return
        with self._looker.connect() as connection:
            yield connection

    def run(self, work: Callable[[Session], T], attempts: int = 4) -> T:
        """Run `work` in a unit of work, and again when the database asks for the transaction to be repeated."""
        for attempt in range(1, attempts + 1):
            try:
                with self.unit_of_work() as session:
                    return work(session)
            except DBAPIError as fault:
                if attempt == attempts or getattr(fault.orig, "sqlstate", None) not in _TRY_AGAIN:
                    raise
                pause(0.01 * attempt)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Return every connection."""
        self.engine.dispose()

    def _turn(self) -> AbstractContextManager[None]:
        return nullcontext() if self.is_postgresql or self._connection is not None else self._write_lock

    def _session(self, engine: Engine) -> Session:
        if self._connection is not None:
            return Session(
                bind=self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False
            )
        return Session(bind=engine, expire_on_commit=False)


def open_database(url: str, pool_size: int = 5) -> Database:
    """Make the database of a process.

    `pool_size` is the number of threads that may hold a connection; none more is opened, and who waits longer
    than five seconds is refused, so that a flood ends in clear 503 answers and not in a dead server.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite_engine(url, parsed.database))
    engine = create_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=5)
    _connect_by_wire(engine)
    _keep_alive_ones(engine)
    return Database(engine)


def _end(session: Session) -> None:
    transaction = session.connection().get_transaction()
    if transaction is not None:
        transaction.commit()


def _connect_by_wire(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def connect(_: object, __: object, arguments: list[Any], options: dict[str, Any]) -> Wire:
        return Wire.connect(*arguments, cursor_factory=WireCursor, **options)


def _keep_alive_ones(engine: Engine) -> None:
    """Hand out living connections only, and ask the server only where there is a doubt.

    A server that ends a connection says so, and the socket becomes readable; a connection that was cut silently shows
    nothing, so one that lay idle for a while is asked. The pool's own check would ask each time, which is a round trip
    per request.
    """

    @event.listens_for(engine, "checkin")
    def note_return(raw: Any, record: Any) -> None:
        record.info["returned"] = monotonic()

    @event.listens_for(engine, "checkout")
    def look(raw: Any, record: Any, _: object) -> None:
        returned = record.info.get("returned")
        if returned is None or (monotonic() - returned < _UNASKED_SECONDS and _is_quiet(raw)):
            return
        try:
            engine.dialect.do_ping(raw)
        except psycopg.Error as fault:
            raise InvalidatePoolError("the server has ended this connection") from fault


def _is_quiet(raw: "psycopg.Connection[Any]") -> bool:
    if raw.closed:
        return False
    poller = select.poll()
    poller.register(raw.fileno(), select.POLLIN)
    return not poller.poll(0)


def _sqlite_engine(url: str, file: str | None) -> Engine:
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"check_same_thread": False, "timeout": _BUSY_MILLISECONDS / 1000}
    )

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _: object) -> None:
        # The driver's own transaction handling hides BEGIN and breaks savepoints; ours is explicit.
        raw.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_MILLISECONDS}",
            "temp_store=MEMORY",
            "cache_size=-32000",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(_WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
