"""Start the real web server as its own process on loopback, and talk to it like a browser without scripts."""

import base64
import html
import http.cookiejar
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager

from alembic import command as alembic
from sqlalchemy import create_engine

from servicedesk.db.migrate import make_config
from tests.conftest import NOW

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_SLOT = re.compile(r'name="slot" value="([^"]+)"')
_PATIENCE_SECONDS = 60


def mark_as_migrated(database):
    """Note the newest revision in a database whose tables were made from the models."""
    engine = create_engine(database.engine.url)
    with engine.execution_options(servicedesk_write=True).begin() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        alembic.stamp(config, "head")
    engine.dispose()


def environment_for(database, vault, data_dir, now=NOW, **more):
    """Return the settings under which a process reads a test's database with the test's keys."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("SERVICEDESK_")},
        "SERVICEDESK_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "SERVICEDESK_DATA_DIR": str(data_dir),
        "SERVICEDESK_DATA_KEY": base64.b64encode(vault.keys[1]).decode(),
        "SERVICEDESK_PEPPER": vault.pepper.decode(),
        "SERVICEDESK_CLOCK": now.isoformat(),
        "SERVICEDESK_LOG_LEVEL": "error",
        **more,
    }


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_server(database, vault, data_dir, *, threads=8, workers=2, now=NOW):
    """Serve until the block ends; yields the base address."""
    mark_as_migrated(database)
    port = free_port()
    environment = environment_for(database, vault, data_dir, now, SERVICEDESK_POOL_SIZE=str(threads))
    command = [sys.executable, "-m", "servicedesk.cli", "serve", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        [*command, "--threads", str(threads), "--workers", str(workers)], env=environment
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base, process)
        yield base
    finally:
        process.terminate()
        process.wait(30)


def _wait(base, process):
    limit = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < limit:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


class Visitor:
    """Be one browser without scripts; every status it saw is kept."""

    def __init__(self, base):
        self.base = base
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        self.text = ""
        self.path = ""
        self.statuses = []

    def get(self, path):
        """Open an address, following redirects."""
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.base, path)))

    def send(self, path, **values):
        """Send the hidden fields of the present page, and `values`, to an address."""
        fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(self.text)}
        data = urllib.parse.urlencode({**fields, **values}).encode()
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.base, path), data))

    def slots(self):
        """Return the times the present page offers."""
        return [html.unescape(value) for value in _SLOT.findall(self.text)]

    def _open(self, request):
        try:
            with self._opener.open(request, timeout=60) as answer:
                self._note(answer.status, answer.url, answer.read())
        except urllib.error.HTTPError as fault:
            self._note(fault.code, fault.url, fault.read())
        return self

    def _note(self, status, url, body):
        self.statuses.append(status)
        self.path = urllib.parse.urlsplit(url).path
        self.text = body.decode()
