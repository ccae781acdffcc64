"""A worker in a process of its own: `python -m tests.support.worker_process once|forever|fork`.

`fork` reads one request per line and runs each in a forked child, so that many short lives cost the imports once.
TEST_LETTER_SECONDS replaces the real renderer by a fast one that takes so long; without it letters are real.
"""

import json
import os
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.settings import load_settings
from servicedesk.worker import build_context, run_forever, run_once
from tests.support.outbox import Printer


def main(mode):
    """Run as the worker command does."""
    load_models()
    settings = load_settings(
        {key: value for key, value in os.environ.items() if not key.startswith("SERVICEDESK_TEST_")}
    )
    database = open_database(settings.database_url, settings.pool_size)
    context = build_context(database, settings, settings.clock())
    if seconds := os.environ.get("TEST_LETTER_SECONDS"):
        printer = Printer()
        printer.before = lambda: time.sleep(float(seconds))
        context = replace(context, tools=replace(context.tools, render=printer, check_letters=lambda: None))
    if mode == "once":
        sys.stdout.write(json.dumps(run_once(context)))
    else:
        run_forever(context)
    database.close()


def fork_on_request():
    """Run one child per line of JSON {"environment", "out", "err"}; answer with its exit status."""
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(request)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _live(request):
    status = 1
    try:
        os.environ.clear()
        os.environ.update(request["environment"])
        for name, stream in (("out", sys.stdout), ("err", sys.stderr)):
            with Path(request[name]).open("w") as file:
                os.dup2(file.fileno(), stream.fileno())
        main("once")
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    if sys.argv[1] == "fork":
        fork_on_request()
    else:
        main(sys.argv[1])
