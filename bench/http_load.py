"""Put load on a server on loopback with little load of its own: raw sockets, prepared requests.

Every request comes on a connection of its own, as different people's do and as a reverse proxy passes them on unless it
is told otherwise.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

HOST = "127.0.0.1"
_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(
    factory: str, environment: Mapping[str, str], *, workers: int = 2, threads: int = 8
) -> Iterator["Served"]:
    """Run gunicorn as in production for `bench.servers:<factory>()` on a free port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", str(workers)]
    command += ["--threads", str(threads), "--bind", f"{HOST}:{port}", "--log-level", "error"]
    command += ["--no-control-socket", f"bench.servers:{factory}()"]
    server = subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, server)
        yield Served(port, server.pid)
    finally:
        server.terminate()
        server.wait(30)


@dataclass(frozen=True)
class Served:
    """Be a running server."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Return the processor time its workers have used."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        return cpu_seconds_of(int(child) for child in children)


def cpu_seconds_of(pids: Iterable[int]) -> float:
    """Return the processor time of some processes; 0 for those that cannot be seen (another machine)."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def get(path: str, cookies: str = "", host: str = HOST) -> bytes:
    """Return the bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: {cookies}\r\n\r\n".encode()


def post(path: str, cookies: str, form: Mapping[str, str], host: str = HOST) -> bytes:
    """Return the bytes of a form."""
    body = urlencode(form)
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: {cookies}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}".encode()


def run_load(port: int, requests: Sequence[bytes], clients: int = 8) -> tuple[float, Counter[int]]:
    """Send all requests from some clients at once; return answers per second and their statuses."""
    statuses: Counter[int] = Counter()
    guard, gate = threading.Lock(), threading.Barrier(clients + 1)

    def client(share: Sequence[bytes]) -> None:
        own: Counter[int] = Counter()
        gate.wait()
        for request in share:
            with socket.create_connection((HOST, port), 30) as connection:
                connection.sendall(request)
                own[_read_status(connection)] += 1
        with guard:
            statuses.update(own)

    crew = [threading.Thread(target=client, args=(requests[number::clients],)) for number in range(clients)]
    for thread in crew:
        thread.start()
    gate.wait()
    begun = time.perf_counter()
    for thread in crew:
        thread.join()
    return len(requests) / (time.perf_counter() - begun), statuses


def _read_status(connection: socket.socket) -> int:
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("the server hung up")
        answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    headers = head.lower()
    start = headers.index(b"content-length:") + 15
    missing = int(headers[start : headers.find(b"\r", start) % (len(headers) + 1)]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536))
    return int(head[9:12])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError("gunicorn ended at once; run it by hand to see why")
        try:
            with socket.create_connection((HOST, port), 1) as connection:
                connection.sendall(get("/healthz"))
                _read_status(connection)
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not answer within a minute")
