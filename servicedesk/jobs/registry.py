"""List every job by name; a new job is one entry here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from servicedesk.booking.jobs import run_calendar, run_lapses, run_proposals, run_ready_news
from servicedesk.booking.jobs import run_sweep as run_booking_sweep
from servicedesk.cases.jobs import run_checking
from servicedesk.cases.question_jobs import run_question_alarms
from servicedesk.cases.upload_jobs import forget_files, has_waiting_files, look_into_files
from servicedesk.checklists.queries.racks import has_waiting_racks
from servicedesk.checklists.service.racks import drop_old_racks
from servicedesk.db.session import Database
from servicedesk.files.desk import open_file_desk
from servicedesk.interim.jobs import run_confirmations
from servicedesk.interim.keys import open_keyring
from servicedesk.jobs.housekeeping import delete_expired, has_unsealed, seal_all
from servicedesk.jobs.racks import draw_racks
from servicedesk.jobs.timetable import Daily, Every, Schedule
from servicedesk.kernel.clock import Clock
from servicedesk.kernel.crypto import Vault
from servicedesk.notices.batches import purge_printed_codes
from servicedesk.notices.delivery import DeliveryTools, Progress, deliver_due, sweep
from servicedesk.notices.queries import has_due_notices
from servicedesk.outreach.jobs import run_invitations, run_reconcile
from servicedesk.settings import Settings

LEFT_TO_OTHERS = timedelta(minutes=2)
"""How long the sweep leaves a due message to those whose task it is: the queue's workers, or the job `deliver`."""

_SWEEP_LASTS = timedelta(minutes=4)


@dataclass(frozen=True, slots=True)
class JobContext:
    """Carry what a job needs. `should_stop` says that the process wants to end; `progress` shows people how far it is."""

    database: Database
    vault: Vault
    settings: Settings
    clock: Clock
    tools: DeliveryTools
    run_id: UUID
    should_stop: Callable[[], bool] = lambda: False
    progress: Progress | None = None

    def now(self) -> datetime:
        """Return the present instant."""
        return self.clock.now()


@dataclass(frozen=True, slots=True)
class Job:
    """Describe one job. `work` returns plain values, which become the command's answer and the run's record.

    `is_for_sqlite_only` keeps it out of the timetable where the queue's workers do the same. `has_work` spares a run
    that would find nothing to do.
    """

    name: str
    summary: str
    schedule: Schedule
    work: Callable[[JobContext], dict[str, Any]]
    is_for_sqlite_only: bool = False
    has_work: Callable[[JobContext], bool] | None = None


def _calendar(context: JobContext) -> dict[str, Any]:
    return dict(run_calendar(context.database, now=context.now()))


def _reconcile(context: JobContext) -> dict[str, Any]:
    return run_reconcile(
        context.database,
        context.vault,
        now=context.now(),
        public_url=context.settings.public_url,
        should_stop=context.should_stop,
    )


def _invite(context: JobContext) -> dict[str, Any]:
    # Whoever was renewed or moved away by yesterday's import gets no letter tonight.
    _reconcile(context)
    return run_invitations(
        context.database,
        context.vault,
        now=context.now(),
        public_url=context.settings.public_url,
        run_id=context.run_id,
        progress=context.progress,
        should_stop=context.should_stop,
    )


def _confirmations(context: JobContext) -> dict[str, Any]:
    settings = context.settings
    return run_confirmations(
        context.database,
        context.vault,
        now=context.now(),
        open_keys=lambda now: open_keyring(settings.data_dir, now, is_production=settings.is_production),
        public_url=settings.public_url,
        run_id=context.run_id,
        progress=context.progress,
        should_stop=context.should_stop,
    )


def _deliver(context: JobContext) -> dict[str, Any]:
    return deliver_due(context.tools, should_stop=context.should_stop, progress=context.progress)


def _has_due(context: JobContext) -> bool:
    channels = context.tools.open_channels()
    with context.database.reading() as session:
        return has_due_notices(session, now=context.now(), channels=channels)


def _lapse(context: JobContext) -> dict[str, Any]:
    now, public_url = context.now(), context.settings.public_url
    lapsed = run_lapses(context.database, context.vault, now=now, public_url=public_url)
    return lapsed | run_ready_news(context.database, context.vault, now=now, public_url=public_url)


def _propose(context: JobContext) -> dict[str, Any]:
    return dict(
        run_proposals(
            context.database,
            context.vault,
            now=context.now(),
            public_url=context.settings.public_url,
            should_stop=context.should_stop,
        )
    )


def _sweep(context: JobContext) -> dict[str, Any]:
    swept = _lapse(context) | sweep(
        context.tools,
        waiting_for=LEFT_TO_OTHERS,
        until=context.now() + _SWEEP_LASTS,
        should_stop=context.should_stop,
    )
    alarms = run_question_alarms(context.database, now=context.now())
    return swept | run_booking_sweep(context.database, now=context.now()) | alarms


def _racks(context: JobContext) -> dict[str, Any]:
    return draw_racks(
        context.database,
        now=context.now,
        public_url=context.settings.public_url,
        should_stop=context.should_stop,
    )


def _has_racks(context: JobContext) -> bool:
    with context.database.reading() as session:
        return has_waiting_racks(session, now=context.now())


def _files(context: JobContext) -> dict[str, Any]:
    return look_into_files(
        context.database,
        context.vault,
        open_file_desk(context.settings),
        context.clock,
        should_stop=context.should_stop,
    )


def _has_files(context: JobContext) -> bool:
    with context.database.reading() as session:
        return has_waiting_files(session, now=context.now())


def _seal(context: JobContext) -> dict[str, Any]:
    return seal_all(context.database, context.clock)


def _has_unsealed(context: JobContext) -> bool:
    with context.database.reading() as session:
        return has_unsealed(session)


def _checking(context: JobContext) -> dict[str, Any]:
    return run_checking(
        context.database, context.vault, now=context.now(), public_url=context.settings.public_url
    )


def _retention(context: JobContext) -> dict[str, Any]:
    frequent = frozenset(job.name for job in JOBS.values() if isinstance(job.schedule, Every))
    deleted = delete_expired(context.database, context.clock, frequent) | purge_printed_codes(context.tools)
    with context.database.unit_of_work() as session:
        deleted |= {"files": forget_files(session, now=context.now())}
        return deleted | {"racks": drop_old_racks(session, now=context.now())}


_ALL = (
    Job("calendar", "compile free times of every desk", Daily(time(1, 0)), _calendar),
    Job("reconcile", "follow what imports changed", Every(timedelta(minutes=10)), _reconcile),
    Job("invite", "invite everybody who became due", Daily(time(2, 0)), _invite),
    Job(
        "propose", "propose times where the office does, while desks have room", Daily(time(2, 30)), _propose
    ),
    Job(
        "confirmations",
        "propose, release, issue, renew and end interim confirmations",
        Every(timedelta(minutes=10)),
        _confirmations,
    ),
    Job(
        "checking",
        "tell of rejected papers, ask again, close gates papers no longer bear",
        Every(timedelta(minutes=10)),
        _checking,
    ),
    Job("retention", "delete what has served its time", Daily(time(3, 30)), _retention),
    Job("sweep", "take up what got stuck or was forgotten", Every(timedelta(minutes=1)), _sweep),
    Job(
        "deliver",
        "send what is due, until nothing is",
        Every(timedelta(seconds=10)),
        _deliver,
        is_for_sqlite_only=True,
        has_work=_has_due,
    ),
    Job("racks", "draw ordered blank lists", Every(timedelta(seconds=10)), _racks, has_work=_has_racks),
    Job(
        "files",
        "look into files that wait for the virus scanner or for their turn",
        Every(timedelta(seconds=30)),
        _files,
        has_work=_has_files,
    ),
    Job("seal-audit", "chain the audit trail", Every(timedelta(seconds=20)), _seal, has_work=_has_unsealed),
)

JOBS: Mapping[str, Job] = {job.name: job for job in _ALL}
"""Every job, in the order in which one night needs them."""


def list_jobs(*, is_postgresql: bool) -> list[Job]:
    """List the jobs of the timetable, in their order."""
    return [job for job in JOBS.values() if not (is_postgresql and job.is_for_sqlite_only)]
