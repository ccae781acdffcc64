"""Write new rows fast: COPY on PostgreSQL beside the judging of the next lines, short transactions on SQLite."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.db.session import Database
from servicedesk.kernel.crypto import Vault
from servicedesk.register.rules import Row
from servicedesk.register.service.blocks import NONE, Ordinary
from servicedesk.register.service.repeats import rising_ids
from servicedesk.register.service.sealing import BulkSealer

PERSON_COLUMNS = (
    "id", "office_id", "file_number", "family_name", "given_names", "surname_key", "birth_year", "birth_month",
    "birth_day", "sex", "nationalities", "street", "house_number", "postcode", "town", "language", "email_sealed",
    "phone_sealed", "household_key", "representative_file_number", "moved_away_on", "first_seen_on",
)  # fmt: skip
TITLE_COLUMNS = (
    "id", "office_id", "person_id", "legal_basis", "identity", "issued_on", "ends_on", "card_ends_on",
    "passport_ends_on", "effective_ends_on", "is_unlimited", "employment_condition", "is_superseded", "digest",
    "first_seen_on", "last_import_id", "source_line",
)  # fmt: skip

_ROWS_PER_COPY = 4000
_COPIES_AHEAD = 3
_NULL = NONE
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Say for which office, import and day rows are written."""

    office_id: UUID
    import_id: UUID
    today: date


class Writer(Protocol):
    """Take new people and titles, and open the session in which stored ones are compared and changed."""

    buffered: int

    def add_person(self, row: Row, *, is_clean: bool) -> str:
        """Queue a new person; return the id as 32 hexadecimal digits."""
        ...

    def add_title(
        self,
        person_hex: str,
        row: Row,
        digest: bytes,
        line: int,
        *,
        is_clean: bool,
        is_superseded: bool = False,
    ) -> str:
        """Queue a new title; return its id."""
        ...

    def session(self) -> Any:
        """Open, as a context manager, a session that sees everything queued so far."""
        ...

    def flush(self) -> None:
        """Write what is queued; inside `session` only."""
        ...

    def spill(self) -> None:
        """Write what is queued, if that needs no session."""
        ...


class CopyWriter:
    """Copy rows over the session's own connection, in a thread, so that server and judging run side by side.

    Only one of the two may use the connection: `session` and `flush` wait for the thread.
    """

    def __init__(self, session: Session, scope: Scope, vault: Vault) -> None:
        self._session = session
        self._connection: Any = session.connection().connection.driver_connection
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="register-copy")
        self._running: deque[Future[None]] = deque()
        self._people: list[str] = []
        self._titles: list[str] = []
        self._next_id = rising_ids().__next__
        self._office = scope.office_id.hex
        self._tail = f"{scope.today.isoformat()}\t{scope.import_id.hex}"
        self._today = scope.today.isoformat()
        self._email = BulkSealer(vault, "person", "email_sealed").seal
        self._phone = BulkSealer(vault, "person", "phone_sealed").seal
        self.buffered = 0

    def add_person(self, row: Row, *, is_clean: bool) -> str:
        """Queue a new person; return the id as 32 hexadecimal digits."""
        key = self._next_id()
        if not is_clean:
            row = _escaped(row)
        (
            number, family, given, surname_key, birth, sex, nations, street, house, postcode, town, language,
            email, phone, household, representative, moved,
        ) = row[:17]  # fmt: skip
        sealed_email = "\\\\x" + self._email(email, key).hex() if email else _NULL
        sealed_phone = "\\\\x" + self._phone(phone, key).hex() if phone else _NULL
        self._people.append(
            f"{key}\t{self._office}\t{number}\t{family}\t{given}\t{surname_key}\t{birth[:4]}\t{birth[5:7]}\t{birth[8:]}"
            f"\t{sex}\t{nations}\t{street}\t{house}\t{postcode}\t{town}\t{language or _NULL}\t{sealed_email}"
            f"\t{sealed_phone}\t{household or _NULL}\t{representative or _NULL}\t{moved or _NULL}\t{self._today}\n"
        )
        return key

    def add_title(
        self,
        person_hex: str,
        row: Row,
        digest: bytes,
        line: int,
        *,
        is_clean: bool,
        is_superseded: bool = False,
    ) -> str:
        """Queue a new title; return its id."""
        key = self._next_id()
        if not is_clean:
            row = _escaped(row)
        basis, identity, issued, ends, card, passport, effective, is_unlimited, condition = row[17:]
        self._titles.append(
            f"{key}\t{self._office}\t{person_hex}\t{basis}\t{identity}\t{issued or _NULL}\t{ends or _NULL}"
            f"\t{card or _NULL}\t{passport or _NULL}\t{effective or _NULL}\t{'t' if is_unlimited else 'f'}\t{condition}"
            f"\t{'t' if is_superseded else 'f'}\t\\\\x{digest.hex()}\t{self._tail}\t{line}\n"
        )
        if len(self._titles) >= _ROWS_PER_COPY:
            self._send()
        return key

    def add_block(self, numbers: Sequence[int], block: Ordinary, digests: Sequence[str]) -> None:
        """Queue new people, each with one title, as columns; `numbers` are the lines."""
        raw, new_id, office = block.raw, self._next_id, repeat(self._office)
        people, titles = ([new_id() for _ in numbers] for _ in range(2))
        self._people.extend(
            map(
                "\t".join,
                zip(
                    people, office, raw[0], raw[1], raw[2], block.surname_key, block.birth, block.sex,
                    block.nationalities, raw[6], raw[7], raw[8], raw[9], block.language,
                    _sealed(self._email, raw[19], people), _sealed(self._phone, raw[20], people),
                    [key or _NULL for key in raw[16]], [key or _NULL for key in raw[17]], block.moved_away_on,
                    repeat(f"{self._today}\n"),
                ),
            )
        )  # fmt: skip
        self._titles.extend(
            map(
                "\t".join,
                zip(
                    titles, office, people, raw[10], block.issued_on, block.issued_on, block.ends_on,
                    block.card_ends_on, block.passport_ends_on, block.effective_ends_on, block.is_unlimited, raw[15],
                    repeat("f"), ["\\\\x" + digest for digest in digests], repeat(self._tail),
                    [f"{number}\n" for number in numbers],
                ),
            )
        )  # fmt: skip
        if len(self._titles) >= _ROWS_PER_COPY:
            self._send()

    def _send(self) -> None:
        people, titles = self._people, self._titles
        self._people, self._titles = [], []
        self._running.append(self._thread.submit(self._copy, "".join(people), "".join(titles)))
        while len(self._running) > _COPIES_AHEAD:
            self._running.popleft().result()

    def _copy(self, people: str, titles: str) -> None:
        with self._connection.cursor() as cursor:
            if people:
                with cursor.copy(f"COPY person ({', '.join(PERSON_COLUMNS)}) FROM STDIN") as copy:
                    copy.write(people.encode())
            if titles:
                with cursor.copy(f"COPY title ({', '.join(TITLE_COLUMNS)}) FROM STDIN") as copy:
                    copy.write(titles.encode())

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give the import's one session once everything queued is written."""
        self.flush()
        yield self._session

    def flush(self) -> None:
        """Write what is queued and wait for it."""
        if self._people or self._titles:
            self._send()
        while self._running:
            self._running.popleft().result()

    def spill(self) -> None:
        """Do nothing: full buffers are sent as they fill."""

    def close(self) -> None:
        """Wait for the thread, whatever it still does, so that the connection can be rolled back."""
        self._thread.shutdown(wait=True, cancel_futures=True)


class BatchWriter:
    """Insert rows in short transactions, between which others may write.

    With `fixed` (dry run) all happens in that one session, which is rolled back in the end.
    """

    def __init__(self, database: Database, scope: Scope, vault: Vault, fixed: Session | None = None) -> None:
        self._database = database
        self._fixed = fixed
        self._open: Session | None = None
        self._people: list[tuple[Any, ...]] = []
        self._titles: list[tuple[Any, ...]] = []
        self._next_id = rising_ids().__next__
        self._office = scope.office_id.hex
        self._import = scope.import_id.hex
        self._today = scope.today.isoformat()
        self._email = BulkSealer(vault, "person", "email_sealed").seal
        self._phone = BulkSealer(vault, "person", "phone_sealed").seal
        self.buffered = 0

    def add_person(self, row: Row, *, is_clean: bool) -> str:
        """Queue a new person; return the id as 32 hexadecimal digits."""
        key = self._next_id()
        year, month, day = (int(part) for part in row.birth.split("-"))
        self._people.append(
            (
                key, self._office, row.file_number, row.family_name, row.given_names, row.surname_key, year, month,
                day, row.sex, row.nationalities, row.street, row.house_number, row.postcode, row.town, row.language,
                self._email(row.email, key) if row.email else None,
                self._phone(row.phone, key) if row.phone else None,
                row.household, row.representative, row.moved_away_on, self._today,
            )
        )  # fmt: skip
        return key

    def add_title(
        self,
        person_hex: str,
        row: Row,
        digest: bytes,
        line: int,
        *,
        is_clean: bool,
        is_superseded: bool = False,
    ) -> str:
        """Queue a new title; return its id."""
        key = self._next_id()
        self._titles.append(
            (
                key, self._office, person_hex, row.legal_basis, row.identity, row.issued_on, row.ends_on,
                row.card_ends_on, row.passport_ends_on, row.effective_ends_on, int(row.is_unlimited),
                row.employment_condition, int(is_superseded), digest, self._today, self._import, line,
            )
        )  # fmt: skip
        self.buffered = len(self._titles)
        return key

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a short transaction with everything queued in it, and commit it."""
        if self._fixed is not None:
            self._open = self._fixed
            self.flush()
            yield self._fixed
            return
        try:
            with self._database.unit_of_work() as session:
                self._open = session
                self.flush()
                yield session
        finally:
            self._open = None

    def flush(self) -> None:
        """Insert what is queued into the open session."""
        if self._open is None:
            raise RuntimeError("flush belongs inside session()")
        connection = self._open.connection()
        for table, columns, rows in (
            ("person", PERSON_COLUMNS, self._people),
            ("title", TITLE_COLUMNS, self._titles),
        ):
            if rows:
                marks = ", ".join("?" * len(columns))
                # Table and columns are the constants above.
                statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
                connection.exec_driver_sql(statement, rows)
        self._people, self._titles, self.buffered = [], [], 0

    def spill(self) -> None:
        """Write what is queued in a transaction of its own."""
        with self.session():
            pass

    def close(self) -> None:
        """Do nothing: every transaction has ended."""


def _sealed(seal: Callable[[str, str], bytes], values: Sequence[str], ids: Sequence[str]) -> list[str]:
    return [
        "\\\\x" + seal(value, key).hex() if value else _NULL for value, key in zip(values, ids, strict=True)
    ]


def _escaped(row: Row) -> Row:
    """Return the row with what COPY's text format reads as a sign of its own written as an escape."""
    whole = "".join(filter(None, row[:24])) + row.employment_condition
    if "\\" not in whole and whole.isprintable():
        return row
    return Row._make(value.translate(_ESCAPES) if isinstance(value, str) else value for value in row)
