"""Run the timetable and the queue, apart from every web process.

APScheduler wakes each job; whether it is due is decided from the recorded runs and the injected clock, so a missed
night is made up for and a second scheduler starts nothing twice. On PostgreSQL one process at a time holds the
timetable (an advisory lock), while any number of processes deliver from the queue.
"""

import asyncio
import logging
import os
import signal
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import FrameType
from typing import Any
from uuid import UUID

import procrastinate
import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from servicedesk.db.session import Database
from servicedesk.jobs import JOBS, Every, Job, JobContext, JobFailed, is_job_due, list_jobs, run_job
from servicedesk.kernel.clock import Clock
from servicedesk.kernel.errors import ConfigurationError
from servicedesk.notices.delivery import CRASH_POINTS, DeliveryTools, Progress, deliver
from servicedesk.notices.queue import QUEUE, TASK
from servicedesk.settings import Settings

log = structlog.get_logger("servicedesk.worker")

_DAILY_LOOK = timedelta(seconds=30)
_RESCUE_SECONDS = 15
_RESTART_SECONDS = 5
_GRACE_SECONDS = 25
_KEEP_JOBS_HOURS = 72
_LOCK = "hashtext('servicedesk.timetable')"


def crash_hook(point: str | None, *, is_production: bool) -> Callable[[str], None]:
    """Return what a delivery calls at each crash point: nothing, or sudden death at the one named.

    `letter.after_render:3` dies at the third time. For fault tests; refused in production.
    """
    if not point:
        return lambda _: None
    name, _, count = point.partition(":")
    if is_production or name not in CRASH_POINTS:
        raise ConfigurationError(
            [f"SERVICEDESK_CRASH_POINT: {point!r} is refused here; it is for fault tests only"]
        )
    left = int(count or 1)

    def crash(reached: str) -> None:
        nonlocal left
        if reached == name:
            left -= 1
            if left == 0:
                os._exit(137)

    return crash


def build_context(
    database: Database,
    settings: Settings,
    clock: Clock,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
) -> JobContext:
    """Put together what jobs need in this process."""
    crash = crash_hook(os.environ.get("SERVICEDESK_CRASH_POINT"), is_production=settings.is_production)
    tools = DeliveryTools(
        database=database, vault=settings.vault, settings=settings, clock=clock, crash=crash
    )
    return JobContext(
        database=database,
        vault=settings.vault,
        settings=settings,
        clock=clock,
        tools=tools,
        run_id=UUID(int=0),
        should_stop=should_stop,
        progress=progress,
    )


class TimetableLock:
    """Hold the right to fire the timetable: always on SQLite, one process at a time on PostgreSQL.

    The lock lives as long as its connection; when that is cut, the right is gone and asked for anew.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._guard = threading.Lock()

    def is_held(self) -> bool:
        """Tell whether this process may fire the timetable, taking the right if it is free."""
        if not self._database.is_postgresql:
            return True
        with self._guard:
            try:
                if self._connection is None:
                    self._connection = self._take()
                else:
                    self._connection.execute(text("SELECT 1"))
            except DBAPIError:
                self._drop()
            return self._connection is not None

    def release(self) -> None:
        """Give the right back."""
        with self._guard, suppress(DBAPIError):
            if self._connection is not None:
                self._connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
            self._drop()

    def _take(self) -> Connection | None:
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(text(f"SELECT pg_try_advisory_lock({_LOCK})")):
            return connection
        connection.close()
        return None

    def _drop(self) -> None:
        if self._connection is not None:
            # The connection must not go back to the pool with the lock on it.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def run_due(context: JobContext, job: Job) -> dict[str, Any] | None:
    """Run `job` if it is due; return its result, None where it was not due. Raises JobFailed."""
    if context.should_stop() or not is_job_due(context, job):
        return None
    return run_job(context, job.name)


def run_once(context: JobContext) -> dict[str, Any]:
    """Run whatever the timetable has due, then the queue until it is empty.

    Returns each job's result by name; a failed job stands there with its error, and the others still run.
    """
    lock = TimetableLock(context.database)
    results: dict[str, Any] = {}
    try:
        if lock.is_held():
            for job in list_jobs(is_postgresql=context.database.is_postgresql):
                _note(results, job.name, partial(run_due, context, job))
        if context.database.is_postgresql:
            asyncio.run(_work_off(context))
        _note(results, "deliver", partial(_deliver_rest, context))
        seal = JOBS["seal-audit"]
        if lock.is_held() and seal.has_work is not None and seal.has_work(context):
            _note(results, seal.name, partial(run_job, context, seal.name))
    finally:
        lock.release()
    return results


def _deliver_rest(context: JobContext) -> dict[str, Any] | None:
    job = JOBS["deliver"]
    return run_job(context, job.name) if job.has_work is None or job.has_work(context) else None


def _note(results: dict[str, Any], name: str, run: Callable[[], dict[str, Any] | None]) -> None:
    try:
        result = run()
    except JobFailed as fault:
        _report("job_failed", name, fault)
        results[name] = {"error": fault.reason}
        return
    if result is not None:
        results[name] = result


def run_forever(context: JobContext, *, concurrency: int = 1) -> None:
    """Keep timetable and queue going until SIGTERM or SIGINT; what is being worked on is finished first."""
    stop = threading.Event()
    context = replace(context, should_stop=stop.is_set)
    lock = TimetableLock(context.database)
    scheduler = _schedule(context, lock)
    scheduler.start()
    log.info("worker_started", is_postgresql=context.database.is_postgresql)
    try:
        if context.database.is_postgresql:
            asyncio.run(_serve_queue(context, stop, concurrency))
        else:
            _stop_on_signal(lambda *_: stop.set())
            stop.wait()
    finally:
        stop.set()
        scheduler.shutdown(wait=True)
        lock.release()
        log.info("worker_ended")


def _schedule(context: JobContext, lock: TimetableLock) -> BackgroundScheduler:
    # A job that is still running when it is woken again is the normal case for long ones.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    jobs = list_jobs(is_postgresql=context.database.is_postgresql)
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": {"type": "threadpool", "max_workers": len(jobs)}},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        pause = job.schedule.interval if isinstance(job.schedule, Every) else _DAILY_LOOK
        scheduler.add_job(_wake, args=[context, lock, job])
        scheduler.add_job(
            _wake, IntervalTrigger(seconds=max(1, int(pause.total_seconds()))), args=[context, lock, job]
        )
    return scheduler


def _wake(context: JobContext, lock: TimetableLock, job: Job) -> None:
    try:
        if not lock.is_held():
            return
        result = run_due(context, job)
    except JobFailed as fault:
        _report("job_failed", job.name, fault)
    except Exception as fault:  # noqa: BLE001 the timetable goes on, whatever a look at the database met
        _report("timetable_fault", job.name, fault)
    else:
        if result is not None:
            log.info("job_done", job=job.name, result=result)


def _report(event: str, job: str, fault: BaseException) -> None:
    """Log a fault by kind and place: the texts of exceptions hold statements with people's values."""
    cause = fault.__cause__ or fault
    places = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
        for frame in traceback.extract_tb(cause.__traceback__)
    ]
    log.error(event, job=job, fault=type(cause).__name__, at=places[-6:])


def _stop_on_signal(handler: Callable[[int, FrameType | None], Any]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


def _build_queue(context: JobContext) -> procrastinate.App:
    url = context.database.engine.url.set(drivername="postgresql")
    connector = procrastinate.PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False), min_size=1, max_size=4
    )
    app = procrastinate.App(connector=connector)

    def deliver_rows(outbox_ids: list[str]) -> None:
        for outbox_id in outbox_ids:
            if context.should_stop():
                return  # the rows stay pending, and the sweep finds them
            try:
                deliver(context.tools, UUID(outbox_id))
            except Exception as fault:  # noqa: BLE001 the sweep takes it up; the queue would log values of the statement
                _report("delivery_fault", TASK, fault)

    app.task(name=TASK, queue=QUEUE)(deliver_rows)
    return app


async def _work_off(context: JobContext) -> None:
    """Empty the queue, first giving back what dead workers left behind."""
    app = _build_queue(context)
    async with app.open_async():
        if not await _has_queue(app):
            return
        await _rescue(app)
        await app.run_worker_async(
            queues=[QUEUE],
            wait=False,
            install_signal_handlers=False,
            listen_notify=False,
            delete_jobs="successful",
        )


async def _serve_queue(context: JobContext, stop: threading.Event, concurrency: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def end() -> None:
        stop.set()
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    while not stop.is_set():
        try:
            await _serve_until(context, ended, concurrency)
        except Exception as fault:  # noqa: BLE001 the database may be away for a while; the worker stays
            _report("queue_fault", TASK, fault)
        if not stop.is_set():
            try:
                await asyncio.wait_for(ended.wait(), _RESTART_SECONDS)
            except TimeoutError:
                continue


async def _serve_until(context: JobContext, ended: asyncio.Event, concurrency: int) -> None:
    app = _build_queue(context)
    async with app.open_async():
        if not await _has_queue(app):
            log.error("queue_missing", hint="run: servicedesk db upgrade")
            return
        working = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                concurrency=concurrency,
                install_signal_handlers=False,
                shutdown_graceful_timeout=_GRACE_SECONDS,
                delete_jobs="successful",
            )
        )
        rescuing = asyncio.create_task(_keep_rescuing(app))
        ending = asyncio.create_task(ended.wait())
        await asyncio.wait({working, rescuing, ending}, return_when=asyncio.FIRST_COMPLETED)
        for task in (rescuing, ending, working):
            task.cancel()
        results = await asyncio.gather(working, rescuing, ending, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _has_queue(app: procrastinate.App) -> bool:
    return bool(await app.check_connection_async())


async def _keep_rescuing(app: procrastinate.App) -> None:
    while True:
        await _rescue(app)
        await asyncio.sleep(_RESCUE_SECONDS)


async def _rescue(app: procrastinate.App) -> None:
    """Give jobs of dead workers back to the queue, and clear jobs that ended days ago."""
    for stalled in await app.job_manager.get_stalled_jobs(queue=QUEUE):
        await app.job_manager.retry_job(stalled)
    await app.job_manager.delete_old_jobs(
        nb_hours=_KEEP_JOBS_HOURS,
        queue=QUEUE,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )
