"""Let many clients act at the same instant: processes with threads, each process with a database of its own."""

import multiprocessing
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from servicedesk.db.all_models import load_models
from servicedesk.db.session import Database, open_database
from servicedesk.kernel.errors import Refusal

_SPAWN = multiprocessing.get_context("spawn")
_CONNECTIONS = 8
_PATIENCE_SECONDS = 120


def url_of(database: Database) -> str:
    """Return the address under which another process reaches the same database."""
    return database.engine.url.render_as_string(hide_password=False)


def run_crowd(
    database: Database, act: Callable[..., Any], calls: Sequence[tuple[Any, ...]], processes: int = 4
) -> list[Any]:
    """Call `act(database, *call)` for every call at once and return what each returned, in no order.

    A named refusal comes back as its class name; anything else that is raised fails the test.
    """
    outcomes: Any = _SPAWN.Queue()
    gate = _SPAWN.Barrier(processes)
    shares = [calls[number::processes] for number in range(processes)]
    crew = [
        _SPAWN.Process(target=_work, args=(url_of(database), act, share, gate, outcomes)) for share in shares
    ]
    for process in crew:
        process.start()
    found = [outcomes.get(timeout=_PATIENCE_SECONDS) for _ in calls]
    for process in crew:
        process.join(_PATIENCE_SECONDS)
        assert process.exitcode == 0
    faults = [trace for outcome, trace in found if trace]
    assert not faults, faults[0]
    return [outcome for outcome, _ in found]


def run_threads(database: Database, act: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Do the same with threads of this process on the given database."""
    found: list[tuple[Any, str]] = []
    _run(database, act, calls, threading.Barrier(len(calls)).wait, found.append)
    faults = [trace for _, trace in found if trace]
    assert not faults, faults[0]
    return [outcome for outcome, _ in found]


def _work(
    url: str, act: Callable[..., Any], calls: Sequence[tuple[Any, ...]], gate: Any, outcomes: Any
) -> None:
    load_models()
    database = open_database(url, pool_size=_CONNECTIONS)
    with database.reading():
        pass
    go = threading.Event()
    crew = threading.Thread(target=_run, args=(database, act, calls, go.wait, outcomes.put))
    crew.start()
    gate.wait(_PATIENCE_SECONDS)
    go.set()
    crew.join()
    database.close()


def _run(
    database: Database,
    act: Callable[..., Any],
    calls: Sequence[tuple[Any, ...]],
    wait: Callable[[], Any],
    report: Callable[[tuple[Any, str]], Any],
) -> None:
    def one(call: tuple[Any, ...]) -> None:
        wait()
        try:
            report((act(database, *call), ""))
        except Refusal as refusal:
            report((type(refusal).__name__, ""))
        except BaseException:
            report((None, traceback.format_exc()))

    crew = [threading.Thread(target=one, args=(call,)) for call in calls]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
