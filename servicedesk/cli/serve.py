"""Run the web server."""

from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy import make_url

from servicedesk.app import create_app
from servicedesk.cli.base import Refused, get_context


class _Server(BaseApplication):  # type: ignore[misc]
    """Hand our application and options to gunicorn."""

    def __init__(self, options: dict[str, Any], make: Any) -> None:
        self._options = options
        self._make = make
        super().__init__()

    def load_config(self) -> None:
        """Set the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application inside the worker process, so that no connection is shared across a fork."""
        app: Flask = self._make()
        return app


def run_server(bind: str, workers: int, threads: int, settings: Any) -> None:
    """Serve until a signal ends it; SQLite gets one process, whose write lock is fair."""
    is_sqlite = make_url(settings.database_url).get_backend_name() == "sqlite"
    options = {
        "bind": bind,
        "workers": 1 if is_sqlite else workers,
        "worker_class": "gthread",
        "threads": threads,
        "timeout": 60,
        "graceful_timeout": 20,
        "max_requests": 20_000,
        "max_requests_jitter": 2_000,
        "accesslog": None,
        "loglevel": "warning",
        "forwarded_allow_ips": "*" if settings.trusted_proxies else "127.0.0.1",
        "control_socket_disable": True,
    }
    _Server(options, lambda: create_app(settings)).run()


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64))
@click.pass_context
def serve(ctx: click.Context, bind: str, workers: int, threads: int) -> None:
    """Serve the pages; behind a reverse proxy that speaks TLS."""
    context = get_context(ctx)
    context.require_newest()
    context.database.close()
    if context.settings.pool_size < threads:
        raise Refused(
            f"SERVICEDESK_POOL_SIZE is {context.settings.pool_size}, fewer than {threads} threads. Raise it."
        )
    run_server(bind, workers, threads, context.settings)
