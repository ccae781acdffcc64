"""Upgrade, back up and restore the database."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

import click
from sqlalchemy import make_url

from servicedesk.cli.base import Refused, answer, as_json, check_tables, get_context, messages
from servicedesk.db.migrate import upgrade
from servicedesk.notices.queue import apply_queue_schema


@click.group()
def db() -> None:
    """Change the shape of the database."""


@db.command("upgrade")
@as_json
@click.pass_context
def db_upgrade(ctx: click.Context, as_json: bool) -> None:
    """Run every migration that is missing."""
    database = get_context(ctx).unchecked_database
    before, after = upgrade(database.engine)
    apply_queue_schema(database)
    text = "The database is up to date." if before == after else f"The database is at revision {after}."
    answer({"before": before, "after": after}, as_json, text)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
@click.pass_context
def backup(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Write a consistent copy of the database to FILE while everything goes on.

    The keys under the data directory are not in it: keep them apart, without them sealed values stay closed.
    """
    context = get_context(ctx)
    check_tables(context.unchecked_database)
    url = make_url(context.settings.database_url)
    part = file.with_name(file.name + ".part")
    if url.get_backend_name() == "sqlite":
        with sqlite3.connect(str(url.database)) as source, sqlite3.connect(part) as target:
            source.backup(target)
        target.close()
        source.close()
    else:
        _run(
            [
                "pg_dump",
                "--format=custom",
                "--no-owner",
                f"--file={part}",
                _libpq(url.render_as_string(hide_password=False)),
            ]
        )
    part.chmod(0o600)
    part.replace(file)
    answer({"file": str(file), "bytes": file.stat().st_size}, as_json, f"Backed up to {file}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--confirm", is_flag=True, help="Yes, replace what is there.")
@as_json
@click.pass_context
def restore(ctx: click.Context, file: Path, confirm: bool, as_json: bool) -> None:
    """Replace the database by the copy in FILE; stop server and worker first."""
    if not confirm:
        raise Refused("This replaces the whole database. Stop server and worker, then repeat with --confirm.")
    url = make_url(get_context(ctx).settings.database_url)
    if url.get_backend_name() == "sqlite":
        _restore_sqlite(file, Path(str(url.database)))
    else:
        target = _libpq(url.render_as_string(hide_password=False))
        _run(
            [
                "pg_restore",
                "--clean",
                "--if-exists",
                "--no-owner",
                "--single-transaction",
                f"--dbname={target}",
                str(file),
            ]
        )
    messages.print("Next: servicedesk db upgrade, then servicedesk check-invariants.")
    answer({"file": str(file)}, as_json, f"Restored from {file}.")


def _restore_sqlite(file: Path, target: Path) -> None:
    with sqlite3.connect(file) as source:
        if source.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise Refused(f"{file} is damaged; nothing was changed.")
    source.close()
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    shutil.copyfile(file, part)
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    part.replace(target)


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError as fault:
        raise Refused(f"{command[0]} is missing; install postgresql-client.") from fault
    if done.returncode:
        raise Refused(*(done.stderr.strip().splitlines()[-5:] or [f"{command[0]} failed"]))
