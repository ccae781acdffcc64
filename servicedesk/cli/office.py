"""Load an office's set-up and check who owns which letters."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.cli.base import (
    Refused,
    answer,
    as_json,
    at_now,
    choose_office,
    for_office,
    get_context,
    messages,
)
from servicedesk.kernel.clock import local_day
from servicedesk.kernel.errors import ConfigurationError
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.errors import HostTaken
from servicedesk.offices.queries import (
    OfficeView,
    TeamView,
    get_team_for_concern,
    list_published_ranges,
    list_teams,
    office_view,
)
from servicedesk.offices.rules.coverage import Coverage, Finding, check_coverage, explain
from servicedesk.offices.rules.ranges import Holder, build_intervals
from servicedesk.offices.rules.setup import did_you_mean, parse_setup
from servicedesk.offices.service import LoadReport, load_office
from servicedesk.register.service.folding import refold_surnames

_EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def office() -> None:
    """Set up offices."""


@office.command("load")
@click.argument("file", type=_EXISTING_FILE)
@at_now
@as_json
@click.pass_context
def load(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Create or update an office from FILE; loading the same file again changes nothing."""
    context = get_context(ctx)
    try:
        setup = parse_setup(file.read_bytes(), catalogue=_known_concerns())
    except ConfigurationError as fault:
        count = len(fault.problems)
        raise Refused(
            *(f"{file}: {p}" for p in fault.problems), f"{count} to correct; nothing was loaded."
        ) from fault
    try:
        with context.database.unit_of_work() as session:
            report = load_office(session, setup, now=context.now(), actor=OPERATOR)
            refolded = refold_surnames(session, report.office_id) if report.is_folding_changed else 0
    except HostTaken as fault:
        raise Refused(
            f"Office {fault.params['office']!r} already answers at {fault.params['host']!r}."
        ) from fault
    for warning in setup.warnings:
        messages.print(f"note: {warning}", style="yellow", markup=False, soft_wrap=True)
    for key in report.left_out:
        told = f"note: absence {key} meets one that staff entered; theirs stands"
        messages.print(told, style="yellow", markup=False, soft_wrap=True)
    answer(
        {
            "office": report.office_ref,
            "created": report.created,
            "changed": report.changed,
            "deactivated": report.deactivated,
            "left_out": report.left_out,
            "refolded": refolded,
            "warnings": list(setup.warnings),
        },
        as_json,
        _told(report, refolded),
    )


@click.group()
def ranges() -> None:
    """Check letter ranges and ask who owns a surname."""


@ranges.command("check")
@for_office
@as_json
@click.pass_context
def check(ctx: click.Context, office_ref: str | None, as_json: bool) -> None:
    """Report gaps, overlaps and vacancies of every team; exit code 1 if there are gaps or overlaps."""
    with get_context(ctx).database.reading() as session:
        view = office_view(choose_office(session, office_ref))
        checked = _check_teams(session, view)
    result: dict[str, list[dict[str, Any]]] = {"gaps": [], "overlaps": [], "vacant": []}
    lines = []
    for team, coverage in checked:
        if coverage is None:
            lines.append(f"{team.ref}: no letter ranges; everything goes to the team's inbox")
            continue
        result["gaps"] += [{"team": team.ref, "range": f.range} for f in coverage.gaps]
        result["overlaps"] += [
            {"team": team.ref, "range": f.range, "owners": list(f.owners)} for f in coverage.overlaps
        ]
        result["vacant"] += [
            {"team": team.ref, "range": f.range, "published": f.text} for f in coverage.vacant
        ]
        lines += _told_coverage(team, coverage)
    answer(result, as_json, "\n".join(lines))
    if result["gaps"] or result["overlaps"]:
        ctx.exit(1)


@ranges.command("resolve")
@for_office
@click.argument("surname")
@click.option(
    "--concern", "concern_id", metavar="ID", help="Whose team is asked; else the office's default team."
)
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="For which day; today when left out.")
@at_now
@as_json
@click.pass_context
def resolve(
    ctx: click.Context,
    office_ref: str | None,
    surname: str,
    concern_id: str | None,
    on: datetime | None,
    as_json: bool,
) -> None:
    """Tell who owns SURNAME, step by step."""
    context = get_context(ctx)
    if concern_id and concern_id not in _known_concerns():
        raise Refused(f"There is no concern {concern_id!r}; {did_you_mean(concern_id, _known_concerns())}")
    with context.database.reading() as session:
        row = choose_office(session, office_ref)
        view = office_view(row)
        day = on.date() if on else local_day(context.now(), view.zone)
        found = _resolve(session, view, surname, concern_id, local_day(row.loaded_at, view.zone), day)
    text = "\n".join(
        [*(f"{n}. {step}" for n, step in enumerate(found["steps"], 1)), f"→ {_told_owner(found)}"]
    )
    answer(found, as_json, text)


def _known_concerns() -> Sequence[str]:
    return [concern.id for concern in load_catalogue().list_concerns()]


def _check_teams(session: Session, view: OfficeView) -> Sequence[tuple[TeamView, Coverage | None]]:
    checked: list[tuple[TeamView, Coverage | None]] = []
    for team in list_teams(session, view.id):
        published = list_published_ranges(session, view, team.id)
        checked.append((team, check_coverage(build_intervals(published)) if published else None))
    return checked


def _resolve(
    session: Session, view: OfficeView, surname: str, concern_id: str | None, loaded_on: date, day: date
) -> dict[str, Any]:
    team = get_team_for_concern(session, view, concern_id)
    asked = f"concern {concern_id} is handled by" if concern_id else "no concern was named, so the default is"
    steps = [
        f"Office {view.ref}, {day}: the ranges loaded on {loaded_on} hold.",
        f"Team {team.ref}: {asked} this team.",
    ]
    explained = explain(list_published_ranges(session, view, team.id), surname, view.folding)
    steps.extend(explained.steps)
    for other in list_teams(session, view.id) if concern_id is None else ():
        if other.id != team.id:
            there = explain(list_published_ranges(session, view, other.id), surname, view.folding)
            steps.append(
                f"In team {other.ref} it would be {there.owner or 'the inbox'} ('{there.range or 'gap'}')."
            )
    return {
        "surname": surname,
        "key": explained.key,
        "owner": explained.owner,
        "range": explained.range,
        "steps": steps,
        "team": team.ref,
        "kind": explained.holder.value,
    }


def _told(report: LoadReport, refolded: int) -> str:
    if not report.has_changes:
        return f"Office {report.office_ref}: nothing changed."
    parts = [
        f"{kind} {what}: {', '.join(refs)}"
        for what, kinds in (
            ("new", report.created),
            ("changed", report.changed),
            ("deactivated", report.deactivated),
        )
        for kind, refs in kinds.items()
    ]
    if refolded:
        parts.append(
            f"{refolded} people are filed under another key by the new rule; open cases stay where they are"
        )
    return f"Office {report.office_ref} loaded.\n" + "\n".join(f"  {part}" for part in parts)


def _told_coverage(team: TeamView, coverage: Coverage) -> list[str]:
    def line(word: str, finding: Finding) -> str:
        owners = f" ({' and '.join(finding.owners)})" if finding.owners else ""
        return f"{team.ref}: {word} {finding.range}{owners}"

    lines = [line("gap", f) for f in coverage.gaps]
    lines += [line("overlap", f) for f in coverage.overlaps]
    lines += [line("vacant", f) for f in coverage.vacant]
    if coverage.is_complete:
        lines.append(f"{team.ref}: every surname has exactly one answer")
    return lines


def _told_owner(found: dict[str, Any]) -> str:
    if found["owner"]:
        return f"{found['owner']} (team {found['team']}, '{found['range']}')"
    reason = "vacant" if found["kind"] == Holder.vacant.value else "nobody's letters"
    return f"inbox of team {found['team']} ({reason})"
