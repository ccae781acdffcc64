"""Let many clients act at the same instant: processes with threads, each process with a database of its own."""

import multiprocessing
import threading
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from servicedesk.db.all_models import load_models
from servicedesk.db.session import Database, open_database
from servicedesk.kernel.errors import Refusal

_SPAWN = multiprocessing.get_context("spawn")
_CONNECTIONS = 8
_PATIENCE_SECONDS = 120

Call = tuple[Any, ...]
Outcome = tuple[Any, str]


def url_of(database: Database) -> str:
    """Return the address under which another process reaches the same database."""
    return database.engine.url.render_as_string(hide_password=False)


class Crowd:
    """Keep some processes ready, since starting one takes longer than the race it is for."""

    def __init__(self, processes: int) -> None:
        self._ends: list[Connection] = []
        self._crew = []
        for _ in range(processes):
            ours, theirs = _SPAWN.Pipe()
            process = _SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._crew.append(process)
        for end in self._ends:
            assert end.poll(_PATIENCE_SECONDS), "a process of the crowd did not start"
            end.recv()

    def run(self, database: Database, act: Callable[..., Any], calls: Sequence[Call]) -> list[Any]:
        """Call `act(database, *call)` for every call at once, each in a thread of one of the processes.

        Return what each returned, in no order. A named refusal comes back as its class name; anything else that is
        raised fails the test.
        """
        for number, end in enumerate(self._ends):
            end.send((url_of(database), act, list(calls[number :: len(self._ends)])))
        found: list[Outcome] = []
        for end in self._ends:
            assert end.poll(_PATIENCE_SECONDS), "a process of the crowd hangs"
            found += end.recv()
        return _without_faults(found)

    def close(self) -> None:
        """Let the processes go."""
        for end, process in zip(self._ends, self._crew, strict=True):
            end.close()
            process.join(10)
            if process.is_alive():
                process.kill()


def run_threads(database: Database, act: Callable[..., Any], calls: Sequence[Call]) -> list[Any]:
    """Do the same with threads of this process on the given database."""
    return _without_faults(_act_together(database, act, calls))


def _without_faults(found: Sequence[Outcome]) -> list[Any]:
    faults = [trace for _, trace in found if trace]
    assert not faults, faults[0]
    return [outcome for outcome, _ in found]


def _serve(end: Connection) -> None:
    load_models()
    end.send("ready")
    while True:
        try:
            url, act, calls = end.recv()
        except EOFError:
            return
        database = open_database(url, pool_size=_CONNECTIONS)
        end.send(_act_together(database, act, calls))
        database.close()


def _act_together(database: Database, act: Callable[..., Any], calls: Sequence[Call]) -> list[Outcome]:
    gate = threading.Barrier(len(calls))
    found: list[Outcome] = []

    def one(call: Call) -> None:
        gate.wait()
        try:
            found.append((act(database, *call), ""))
        except Refusal as refusal:
            found.append((type(refusal).__name__, ""))
        except BaseException:
            found.append((None, traceback.format_exc()))

    crew = [threading.Thread(target=one, args=(call,)) for call in calls]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    return found
