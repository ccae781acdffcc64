"""Import an expiry list: stream it, judge every line, write what is new, compare what is known."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from servicedesk.db.audit import record
from servicedesk.db.session import Database
from servicedesk.kernel.clock import Clock, local_day
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor
from servicedesk.offices.queries import OfficeView
from servicedesk.register.errors import LooksOlder, NeedsConfirmation
from servicedesk.register.models import ImportRun
from servicedesk.register.queries.known import find_lines_of_last_import, has_people, read_packed_digests
from servicedesk.register.reader import ExpiryList, open_list
from servicedesk.register.rules import Context, Judge, check_age, check_size, load_ordinances
from servicedesk.register.service.blocks import BlockJudge
from servicedesk.register.service.bulk import WORTH_IT_BYTES, build_search_indexes, pause_search_indexes
from servicedesk.register.service.digests import Digester, KnownDigests
from servicedesk.register.service.locks import import_lock
from servicedesk.register.service.missing import count_people_back, settle_missing
from servicedesk.register.service.rejects import RejectsFile
from servicedesk.register.service.report import ImportReport
from servicedesk.register.service.settle import Difference, Settler
from servicedesk.register.service.shadow import shadow_tables
from servicedesk.register.service.survey import Survey, take_survey
from servicedesk.register.service.work import Work
from servicedesk.register.service.writers import BatchWriter, CopyWriter, Scope, Writer


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """Say which file is to be imported and how.

    `mapping` and `encoding` override what would be found. A dry run changes nothing and needs no confirmation.
    """

    file: Path
    mapping: Path | None = None
    encoding: str | None = None
    is_dry_run: bool = False
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hold what an import works with."""

    database: Database
    vault: Vault
    data_dir: Path
    clock: Clock
    actor: Actor


class _Undo(Exception):
    """End a dry run's transaction without a trace."""


def import_register(
    office: OfficeView,
    order: ImportOrder,
    surroundings: Surroundings,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Import a list into the office's register and return what happened; `progress` gets bytes done and in all.

    On PostgreSQL the import is one transaction; on SQLite it is many short ones, between which others write, and
    a repetition continues where one was interrupted. Raises ImportRunning, NeedsConfirmation, LooksOlder, and what
    `open_list` raises.
    """
    with ExitStack() as stack:
        source = stack.enter_context(open_list(order.file, mapping=order.mapping, encoding=order.encoding))
        stack.enter_context(import_lock(surroundings.database, office.id, surroundings.data_dir))
        stack.enter_context(_tuned_interpreter())
        return _Import(office, order, surroundings, source, progress or _silent).run()


class _Import:
    """Be one import from survey to report."""

    def __init__(
        self,
        office: OfficeView,
        order: ImportOrder,
        surroundings: Surroundings,
        source: ExpiryList,
        progress: Callable[[int, int], None],
    ) -> None:
        self._office = office
        self._order = order
        self._database = surroundings.database
        self._vault = surroundings.vault
        self._clock = surroundings.clock
        self._actor = surroundings.actor
        self._data_dir = surroundings.data_dir
        self._source = source
        self._report_progress = progress
        self._now = surroundings.clock.now()
        self._scope = Scope(office.id, new_id(), local_day(self._now, office.zone))
        self._context = Context(self._scope.today, office.folding, load_ordinances())
        self._digest = Digester(surroundings.vault, office.id, self._context)
        self._current = KnownDigests(())
        self._former = KnownDigests(())
        self._survey: Survey | None = None
        self._difference = Difference()

    def run(self) -> ImportReport:
        with self._database.reading() as session:
            is_first = not has_people(session, self._office.id)
            before = find_lines_of_last_import(session, self._office.id)
            if not is_first:
                self._current, self._former = (
                    KnownDigests.from_packed(read_packed_digests(session, self._office.id, is_current=kind))
                    for kind in (True, False)
                )
        asks = None
        if not is_first:
            self._survey = take_survey(
                self._source, self._digest, self._current, self._former, self._progress
            )
            asks = self._check(self._survey, before)
        if not self._order.is_dry_run:
            self._begin()
        rejects = RejectsFile(
            self._data_dir,
            self._office.ref,
            self._scope.import_id,
            self._now,
            self._source,
            is_dry=self._order.is_dry_run,
        )
        try:
            with rejects:
                return self._carry_out(rejects, is_first=is_first, asks=asks)
        except BaseException:
            if not self._order.is_dry_run:
                self._note_failure()
            raise

    def _check(self, survey: Survey, before: int | None) -> str | None:
        """Refuse an implausible list; in a dry run return the refusal's code instead."""
        confirmed = self._order.is_confirmed
        try:
            check_size(survey.lines, before, is_confirmed=confirmed)
            with self._database.reading() as session:
                back = count_people_back(
                    session, self._office.id, self._scope.import_id, self._current, self._former
                )
            check_age(back, len(self._current), is_confirmed=confirmed)
        except (NeedsConfirmation, LooksOlder) as refusal:
            if not self._order.is_dry_run:
                raise
            return refusal.code
        return None

    def _carry_out(self, rejects: RejectsFile, *, is_first: bool, asks: str | None) -> ImportReport:
        with self._open_writer(is_first=is_first) as writer:
            settler = Settler(
                writer,
                self._scope,
                self._vault,
                self._now,
                self._current.line_of,
                self._difference,
                was_empty=is_first,
            )
            work = Work(
                self._source,
                Judge(self._context),
                self._digest,
                writer,
                settler,
                rejects,
                self._difference,
                is_first=is_first,
                block_judge=BlockJudge(self._context),
            )
            if self._survey is None:
                work.run(self._progress)
            elif self._survey.others:
                work.run(self._progress, self._survey.others)
            rejects.close()
            with writer.session() as session:
                if not is_first:
                    settle_missing(
                        session, self._vault, self._scope, self._now, self._current, self._difference
                    )
                report = self._report(work, rejects, asks)
                if not self._order.is_dry_run:
                    self._finish(session, report)
        return report

    @contextmanager
    def _open_writer(self, *, is_first: bool) -> Iterator[Writer]:
        is_dry = self._order.is_dry_run
        if self._database.is_postgresql:
            is_big = is_first and not is_dry and self._source.size_bytes >= WORTH_IT_BYTES
            with suppress(_Undo), self._database.unit_of_work() as session:
                paused = pause_search_indexes(session) if is_big else ()
                writer = CopyWriter(session, self._scope, self._vault)
                try:
                    yield writer
                finally:
                    writer.close()
                build_search_indexes(session, paused)
                if is_dry:
                    raise _Undo
        elif is_dry:
            with self._database.reading() as session:
                shadow_tables(session, self._office.id)
                yield BatchWriter(self._database, self._scope, self._vault, session)
        else:
            yield BatchWriter(self._database, self._scope, self._vault)

    def _report(self, work: Work, rejects: RejectsFile, asks: str | None) -> ImportReport:
        unchanged = work.unchanged + (self._survey.unchanged if self._survey else 0)
        lines = work.lines + (self._survey.unchanged if self._survey else 0)
        if work.accepted + unchanged + rejects.count != lines:
            raise AssertionError(f"{work.accepted} + {unchanged} + {rejects.count} is not {lines}")
        return ImportReport(
            import_id=self._scope.import_id,
            is_dry_run=self._order.is_dry_run,
            lines=lines,
            accepted=work.accepted,
            unchanged=unchanged,
            rejected=rejects.count,
            rejects_file=rejects.path,
            encoding=self._source.encoding_name,
            is_encoding_certain=self._source.encoding.is_certain,
            delimiter=self._source.delimiter_name,
            mapping=self._source.layout.mapping.name,
            unused_columns=self._source.layout.unused,
            absent_columns=self._source.layout.absent,
            warnings=dict(sorted(work.warnings.items())),
            rejections=dict(sorted(rejects.by_reason.items())),
            rejected_examples=tuple(rejects.examples),
            difference=self._difference.as_dict(),
            needs_confirmation=asks,
        )

    def _begin(self) -> None:
        source = self._source
        values = {
            "id": self._scope.import_id,
            "office_id": self._office.id,
            "file_name": self._order.file.name[-255:],
            "file_sha256": source.sha256(),
            "encoding": source.encoding_name,
            "delimiter": source.delimiter_name,
            "mapping": source.layout.mapping.name[:80],
            "state": "running",
            "difference": {},
            "started_at": self._now,
            "started_by": self._actor.ref,
        }
        with self._database.unit_of_work() as session:
            # Whoever still runs holds the lock that we hold now: these were killed.
            died = ImportRun.office_id == self._office.id, ImportRun.state == "running"
            session.execute(update(ImportRun).where(*died).values(state="failed"))
            session.execute(insert(ImportRun).values(**values))

    def _finish(self, session: Session, report: ImportReport) -> None:
        now = self._clock.now()
        counts = {
            "lines": report.lines,
            "accepted": report.accepted,
            "unchanged": report.unchanged,
            "rejected": report.rejected,
        }
        done = update(ImportRun).where(ImportRun.id == self._scope.import_id)
        session.execute(
            done.values(
                **counts,
                warnings=sum(report.warnings.values()),
                difference={name: count for name, count in report.difference.items() if name != "examples"},
                state="done",
                finished_at=now,
            )
        )
        record(
            session,
            now=now,
            actor=self._actor,
            action="import_register",
            subject=("import_run", self._scope.import_id),
            office_id=self._office.id,
            details=counts,
        )

    def _note_failure(self) -> None:
        with self._database.unit_of_work() as session:
            run = update(ImportRun).where(ImportRun.id == self._scope.import_id)
            session.execute(run.values(state="failed", finished_at=self._clock.now()))

    def _progress(self, position: int) -> None:
        self._report_progress(position, self._source.size_bytes)


@contextmanager
def _tuned_interpreter() -> Iterator[None]:
    """Set the interpreter up for one long loop beside one waiting thread.

    Millions of short-lived tuples set the cycle collector off, and none of them is a cycle; and the thread that
    copies must not wait five milliseconds for its turn whenever the server has answered.
    """
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(200_000, *threshold[1:])
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        sys.setswitchinterval(interval)


def _silent(_: int, __: int) -> None:
    """Show no progress."""
