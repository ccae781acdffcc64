"""Read and validate an office file: every problem at once, each with its line."""

import re
import tomllib
from collections.abc import Collection
from dataclasses import asdict, replace
from typing import Any

from servicedesk.offices.errors import FaultyOfficeFile, Problem
from servicedesk.offices.rules.coverage import check_coverage
from servicedesk.offices.rules.ranges import build_intervals
from servicedesk.offices.rules.setup.lines import locate_keys
from servicedesk.offices.rules.setup.office_section import read_details, read_facts, warn_about_legal_texts
from servicedesk.offices.rules.setup.reader import Findings, Table, did_you_mean
from servicedesk.offices.rules.setup.sections import (
    References,
    read_absences,
    read_closure,
    read_concern,
    read_desk,
    read_range,
    read_staff,
    read_teams,
)
from servicedesk.offices.rules.setup.values import (
    DEFAULT_HORIZON_DAYS,
    DEFAULT_NOTICE_HOURS,
    AbsenceSetup,
    AppointmentMode,
    ClosureSetup,
    ConcernSetup,
    DeskSetup,
    OfficeSetup,
    OpeningSetup,
    RangeSetup,
    StaffSetup,
    TeamSetup,
)

__all__ = [
    "DEFAULT_HORIZON_DAYS",
    "DEFAULT_NOTICE_HOURS",
    "AbsenceSetup",
    "AppointmentMode",
    "ClosureSetup",
    "ConcernSetup",
    "DeskSetup",
    "OfficeSetup",
    "OpeningSetup",
    "RangeSetup",
    "StaffSetup",
    "TeamSetup",
    "did_you_mean",
    "parse_setup",
]

_WHERE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")


def parse_setup(content: bytes, *, catalogue: Collection[str] | None = None) -> OfficeSetup:
    """Return the set-up of an office file; raises FaultyOfficeFile with every problem.

    `catalogue` are the concerns there are; None leaves their identities unchecked.
    """
    source = _decoded(content)
    document = _document(source)
    found = Findings(locate_keys(source))
    setup = _read(Table(found, document, ()), catalogue)
    if found.problems:
        raise FaultyOfficeFile(found.problems)
    return setup


def _read(root: Table, catalogue: Collection[str] | None) -> OfficeSetup:
    found = root.found
    if not root.has("office"):
        found.problem((), "there is no [office] table; begin the file with one")
    office = root.table("office")
    workers, concerns = list(root.tables("case_worker")), list(root.tables("concern"))
    implied = [table.text("team") for table in (*workers, *concerns) if table.has("team")]
    teams = read_teams(list(root.tables("team")), [ref for ref in implied if ref])
    team_refs = [team.ref for team in teams if team.ref]
    if not teams and not found.problems:
        found.problem(("office",), "no team is named; add a [[case_worker]] with a team, or a [[team]]")
    facts = read_facts(office)
    staff = read_staff(workers, team_refs)
    staff_refs = [member.ref for member in staff if member.ref]
    default_team = office.reference_to("default_team", "team", team_refs) or (
        team_refs[0] if team_refs else ""
    )
    details = read_details(
        office,
        root.table("imprint"),
        root.table("privacy"),
        root.table("accessibility"),
        root.table("interim"),
        root.table("checking"),
        facts,
        default_team,
    )
    desks, concern_ids = References("desk"), References("concern")
    setup = OfficeSetup(
        **asdict(facts),
        details=details,
        teams=teams,
        staff=staff,
        ranges=tuple(read_range(t, team_refs, staff, facts.umlauts) for t in root.tables("letter_range")),
        desks=tuple(read_desk(table, desks, staff_refs) for table in root.tables("desk")),
        closures=tuple(c for table in root.tables("closure") for c in read_closure(table, desks.known)),
        absences=read_absences(list(root.tables("absence")), staff_refs),
        concerns=tuple(read_concern(table, concern_ids, team_refs, catalogue) for table in concerns),
    )
    office.finish()
    root.finish()
    return _with_warnings(setup, found)


def _with_warnings(setup: OfficeSetup, found: Findings) -> OfficeSetup:
    warn_about_legal_texts(found, setup.details)
    warnings = list(found.warnings)
    for team, ranges in setup.published_ranges().items():
        if not ranges:
            warnings.append(f"team {team!r} has no letter ranges; everything goes to its inbox")
            continue
        coverage = check_coverage(build_intervals(ranges))
        warnings.extend(
            f"team {team!r}: nobody owns {gap.range}; it goes to the team's inbox" for gap in coverage.gaps
        )
        warnings.extend(
            f"team {team!r}: {overlap.range} belongs to {' and '.join(overlap.owners)}; {overlap.owners[0]} counts"
            for overlap in coverage.overlaps
        )
    return replace(setup, warnings=tuple(warnings))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise FaultyOfficeFile([Problem(line, "", "is not UTF-8; save the file as UTF-8")]) from fault


def _document(source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as fault:
        where = _WHERE.search(str(fault))
        line = int(where[1]) if where and where[1] else source.count("\n") + 1
        sentence = f"is not valid TOML: {_WHERE.sub('', str(fault))}; nothing after it was read"
        raise FaultyOfficeFile([Problem(line, "", sentence)]) from fault
