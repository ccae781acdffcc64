"""A real clamd with a signature database of one line, and a scanner that says what a test wants."""

import socket
import struct
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless pattern every scanner knows; written in two pieces so that none finds it in this file."""

CLAMD = "/usr/sbin/clamd"
_PATIENCE_SECONDS = 40


@contextmanager
def running_clamd(*more):
    """Start clamd on a socket of its own; yields its address. `more` are lines of its configuration."""
    with tempfile.TemporaryDirectory(prefix="sd-clamd-") as name:
        folder = Path(name)
        signatures = folder / "signatures"
        signatures.mkdir()
        (signatures / "test.ndb").write_text(f"Test.Eicar:0:*:{EICAR.hex()}\n")
        (folder / "clamd.conf").write_text(
            "\n".join(
                [
                    "Foreground yes",
                    f"DatabaseDirectory {signatures}",
                    f"LocalSocket {folder}/clamd.ctl",
                    f"TemporaryDirectory {folder}",
                    *more,
                    "",
                ]
            )
        )
        process = subprocess.Popen(
            [CLAMD, "--config-file", str(folder / "clamd.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(folder / "clamd.ctl", process)
            yield f"unix:{folder}/clamd.ctl"
        finally:
            process.terminate()
            process.wait(20)


def _wait(path, process):
    limit = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < limit:
        assert process.poll() is None, f"clamd ended with {process.returncode}"
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
                probe.sendall(b"zPING\0")
                if probe.recv(10).startswith(b"PONG"):
                    return
            except OSError:
                time.sleep(0.1)
    raise AssertionError("clamd does not answer")


@contextmanager
def answering(answer):
    """Be a scanner that takes one stream after the other and always says the same; yields address and what it got."""
    got = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        stop = threading.Event()

        def serve():
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    got.append(_take(connection))
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.getsockname()[1]}", got
        finally:
            stop.set()
            thread.join(5)


def _take(connection):
    file = connection.makefile("rb")
    command = file.read(10)
    content = b""
    while size := struct.unpack("!I", file.read(4))[0]:
        content += file.read(size)
    return command, content
