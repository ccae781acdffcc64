"""Talk to PostgreSQL in few turns.

A turn is what goes out until somebody waits for an answer. It wakes the server and then us again, which costs a hot
request more than its statements do. psycopg takes a turn per statement, one for BEGIN and one for COMMIT. `Wire` is
psycopg's connection with one more way to speak: prepared statements go out together, with the opening of the transaction
before them, and are answered together. What nobody waits for goes out with what comes next, at the latest with COMMIT.
"""

import select
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg import abc, capabilities
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

CAN_PIPELINE = capabilities.has_pipeline() and capabilities.has_send_close_prepared()

# After these psycopg tells the server to drop what it has prepared on the connection, ours included.
_FORGETTING = (b"ROLLBACK", b"DROP", b"ALTER", b"DISCARD", b"DEALLOCATE")


class Reply(NamedTuple):
    """Be what a statement gave: its rows, and how many rows it touched."""

    rows: list[tuple[Any, ...]]
    touched: int


class Order(NamedTuple):
    """Be a statement to send, known to the server by `name`; parameters are `$1`, `$2` …, typed by casts.

    `check` sees the reply of a statement that nobody waits for, and may raise.
    """

    name: bytes
    sql: bytes
    values: Sequence[Any]
    check: Callable[[Reply], None] | None = None


class Wire(psycopg.Connection[Any]):
    """Be a connection that can send prepared statements together; one thread at a time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._waiting: list[Order] = []
        # Kept, because what it has learnt about types is worth keeping; it points back here, so close() drops it.
        self._converter: abc.Transformer | None = None
        # Under which count of forgettings the server was last told about a statement.
        self._told: dict[bytes, int] = {}
        self._forgettings = 0

    def exchange(self, orders: Sequence[Order]) -> list[Reply]:
        """Send what waits and `orders`, in this order, and return the replies to `orders`.

        The first that fails raises what psycopg raises; those behind it have done nothing.
        """
        waiting, self._waiting = self._waiting, []
        replies = self._turn([*waiting, *orders])
        for order, reply in zip(waiting, replies, strict=False):
            if order.check is not None:
                order.check(reply)
        return replies[len(waiting) :]

    def later(self, order: Order) -> None:
        """Send `order` before whatever is sent next, at the latest with COMMIT."""
        self._waiting.append(order)
        if self.autocommit:
            self.exchange(())

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            self.exchange(())

    def forget(self) -> None:
        """Take note that the server may have dropped what was prepared."""
        self._forgettings += 1

    def commit(self) -> None:
        """Commit, together with what waits; a commit that fails has ended the transaction, as everywhere."""
        try:
            if any(order.check is not None for order in self._waiting):
                self.flush()
            if self._waiting:
                waiting, self._waiting = self._waiting, []
                self._turn(waiting, is_last=True)
                return
        except BaseException:
            if not self.closed:
                self.rollback()
            raise
        super().commit()

    def rollback(self) -> None:
        """Roll back; what waits is never sent."""
        self._waiting.clear()
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            self.forget()
        super().rollback()

    def close(self) -> None:
        """End the connection."""
        self._converter = None
        super().close()

    def _turn(self, orders: Sequence[Order], *, is_last: bool = False) -> list[Reply]:
        if self._converter is None:
            self._converter = Transformer(self)
        converter = self._converter
        self.pgconn.enter_pipeline_mode()
        try:
            steps = self._send(orders, converter, is_last=is_last)
            results = self._receive()
            self.pgconn.exit_pipeline_mode()
        except BaseException:
            # Half an answer may still be on its way: nobody can use this connection again.
            self.close()
            raise
        return self._read(steps, results, converter)

    def _send(
        self, orders: Sequence[Order], converter: abc.Transformer, *, is_last: bool
    ) -> list[tuple[str, Order | None]]:
        """Send everything and return what the results will be about."""
        pgconn, steps = self.pgconn, list[tuple[str, Order | None]]()
        if not self.autocommit and pgconn.transaction_status == TransactionStatus.IDLE:
            pgconn.send_query_params(b"BEGIN READ ONLY" if self.read_only else b"BEGIN", None)
            steps.append(("begin", None))
        telling = set[bytes]()
        for order in orders:
            if self._told.get(order.name) != self._forgettings and order.name not in telling:
                if order.name in self._told:
                    pgconn.send_close_prepared(order.name)  # no fault where there is none of that name
                    steps.append(("close", None))
                pgconn.send_prepare(order.name, order.sql)
                telling.add(order.name)
                steps.append(("prepare", order))
            values = converter.dump_sequence(order.values, [PyFormat.TEXT] * len(order.values))
            pgconn.send_query_prepared(order.name, values)
            steps.append(("query", order))
        if is_last:
            pgconn.send_query_params(b"COMMIT", None)
            steps.append(("commit", None))
        pgconn.pipeline_sync()
        return steps

    def _receive(self) -> list[PGresult]:
        pgconn, results, is_between = self.pgconn, list[PGresult](), False
        poller = select.poll()
        poller.register(pgconn.socket, select.POLLIN | select.POLLOUT)
        while pgconn.flush():
            if poller.poll()[0][1] & select.POLLIN:
                pgconn.consume_input()
        poller.modify(pgconn.socket, select.POLLIN)
        while True:
            while pgconn.is_busy():
                poller.poll()
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is not None and result.status == ExecStatus.PIPELINE_SYNC:
                return results
            if result is not None:
                results.append(result)
            elif is_between:
                raise psycopg.OperationalError("the connection ended in the middle of an answer")
            is_between = result is None

    def _read(
        self, steps: list[tuple[str, Order | None]], results: list[PGresult], converter: abc.Transformer
    ) -> list[Reply]:
        replies = []
        for (step, order), result in zip(steps, results, strict=True):
            if result.status == ExecStatus.FATAL_ERROR:
                fault = error_from_result(result, encoding=self.info.encoding)
                if isinstance(fault, InvalidSqlStatementName):
                    self.forget()
                raise fault
            if order is None:
                continue
            if step == "prepare":
                self._told[order.name] = self._forgettings
            elif result.status == ExecStatus.TUPLES_OK:
                replies.append(self._rows(result, converter))
            else:
                replies.append(Reply([], result.command_tuples or 0))
        return replies

    @staticmethod
    def _rows(result: PGresult, converter: abc.Transformer) -> Reply:
        found = result.ntuples
        if not found:
            return Reply([], 0)
        converter.set_pgresult(result)
        return Reply(converter.load_rows(0, found, tuple), found)


class WireCursor(psycopg.Cursor[Any]):
    """Be the cursor of a `Wire`: what waits goes first."""

    def execute(self, *args: Any, **options: Any) -> "WireCursor":
        """Run a statement."""
        wire = self.connection
        if isinstance(wire, Wire):
            wire.flush()
        super().execute(*args, **options)
        done = self.pgresult.command_status if self.pgresult is not None else None
        if isinstance(wire, Wire) and done is not None and done.startswith(_FORGETTING):
            wire.forget()
        return self

    def executemany(self, *args: Any, **options: Any) -> None:
        """Run a statement with many sets of values."""
        if isinstance(self.connection, Wire):
            self.connection.flush()
        super().executemany(*args, **options)
