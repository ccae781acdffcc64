"""Run background work by hand, or all of it as the worker does."""

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from servicedesk.cli.base import Refused, answer, as_json, at_now, get_context, messages
from servicedesk.jobs import JOBS, JobFailed, JobLine, list_job_lines, run_job
from servicedesk.kernel.errors import ConfigurationError
from servicedesk.logs import configure_logs
from servicedesk.worker import build_context, run_forever, run_once


@click.group()
def jobs() -> None:
    """List background jobs, or run one."""


@jobs.command("list")
@at_now
@as_json
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Show every job, when it runs and how its last run ended."""
    context = get_context(ctx)
    with context.database.reading() as session:
        lines = list_job_lines(session, now=context.now())
    if as_json:
        answer({"jobs": [_as_values(line) for line in lines]}, as_json=True, text="")
        return
    table = Table("job", "runs", "last run", "ended as", "what it does", box=None, pad_edge=False)
    for line in lines:
        when = f"{line.started_at:%Y-%m-%d %H:%M} UTC" if line.started_at else "–"
        table.add_row(line.name, line.schedule, when, _state(line), line.summary)
    Console().print(table)


@jobs.command("run")
@click.argument("name", metavar="NAME", type=click.Choice(list(JOBS)))
@at_now
@as_json
@click.pass_context
def run(ctx: click.Context, name: str, as_json: bool) -> None:
    """Run the job NAME now, whatever the timetable says."""
    context = get_context(ctx)
    with _bar(name) as bar:
        task = bar.add_task(name, total=None, visible=False)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None, visible=True)

        try:
            job_context = build_context(context.database, context.settings, context.clock, progress=show)
            result = run_job(job_context, name)
        except JobFailed as fault:
            raise Refused(
                f"The job {name} failed: {fault.reason}. `servicedesk jobs list` keeps the run."
            ) from fault
        except ConfigurationError as fault:
            raise click.UsageError("\n".join(fault.problems)) from fault
    _show_alarms(result)
    answer(result, as_json, ", ".join(f"{key} {value}" for key, value in result.items() if key != "alarms"))


@click.command()
@click.option("--once", is_flag=True, help="Do what is due, empty the queue, then end.")
@click.option(
    "--concurrency",
    default=1,
    show_default=True,
    type=click.IntRange(1, 16),
    help="Deliveries at once (PostgreSQL). Letters need a processor core each: start more workers instead.",
)
@at_now
@as_json
@click.pass_context
def worker(ctx: click.Context, once: bool, concurrency: int, as_json: bool) -> None:
    """Do all background work: timetable, letters, e-mails. Ends cleanly on SIGTERM."""
    context = get_context(ctx)
    configure_logs(context.settings.log_level)
    context.require_newest()
    try:
        job_context = build_context(context.database, context.settings, context.clock)
    except ConfigurationError as fault:
        raise click.UsageError("\n".join(fault.problems)) from fault
    if not once:
        for waits in (job_context.tools.why_letters_wait(), job_context.tools.why_emails_wait()):
            if waits:
                messages.print(waits, markup=False, soft_wrap=True)
        run_forever(job_context, concurrency=concurrency)
        return
    results = run_once(job_context)
    for result in results.values():
        _show_alarms(result)
    failed = sorted(name for name, result in results.items() if "error" in result)
    answer({"jobs": results}, as_json, f"Done: {', '.join(results) or 'nothing was due'}.")
    if failed:
        raise Refused(*(f"The job {name} failed: {results[name]['error']}." for name in failed))


def _bar(name: str) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=messages, transient=True, disable=not messages.is_terminal)


def _show_alarms(result: dict[str, object]) -> None:
    alarms = result.get("alarms")
    if isinstance(alarms, list):
        for alarm in alarms:
            messages.print(f"! {alarm}", style="yellow", markup=False, soft_wrap=True)


def _state(line: JobLine) -> str:
    error = line.result.get("error")
    return f"{line.state} ({error})" if error else line.state


def _as_values(line: JobLine) -> dict[str, object]:
    return {
        "name": line.name,
        "summary": line.summary,
        "schedule": line.schedule,
        "state": line.state,
        "started_at": line.started_at,
        "finished_at": line.finished_at,
        "result": line.result,
    }
