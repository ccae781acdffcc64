"""Read teams, case workers, letter ranges, desks, closures, absences and concerns out of the office file."""

from collections.abc import Collection, Sequence

from servicedesk.kernel.intervals import Lead
from servicedesk.kernel.names import UmlautRule
from servicedesk.kernel.weeks import Parity
from servicedesk.offices.rules.absences import LONGEST_DAYS, Absence, list_uncovered
from servicedesk.offices.rules.pieces import Piece, UnreadablePiece, parse_pieces
from servicedesk.offices.rules.setup.office_section import read_days, read_times
from servicedesk.offices.rules.setup.reader import Table, did_you_mean
from servicedesk.offices.rules.setup.values import (
    DEFAULT_HORIZON_DAYS,
    DEFAULT_NOTICE_HOURS,
    AbsenceSetup,
    AppointmentMode,
    ClosureSetup,
    ConcernSetup,
    DeskSetup,
    OpeningSetup,
    RangeSetup,
    StaffSetup,
    TeamSetup,
)

LONGEST_LEAD = Lead(months=24)


class References:
    """Remember the references of one kind and note the second use of one."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._tables: dict[str, Table] = {}

    def take(self, table: Table, key: str = "ref") -> str:
        """Return the table's own reference, noting a duplicate."""
        ref = table.ref(key)
        first = self._tables.setdefault(ref, table)
        if ref and first is not table:
            line = table.found.line(first.at(key))
            table.problem(key, f"{self.kind} {ref!r} is already defined in line {line}; give each its own")
        return ref

    @property
    def known(self) -> Collection[str]:
        """Return every reference taken so far."""
        return [ref for ref in self._tables if ref]


def read_teams(tables: Sequence[Table], implied: Sequence[str]) -> tuple[TeamSetup, ...]:
    """Return the teams defined, or where none is, those that case workers and concerns name."""
    refs = References("team")
    teams = []
    for table in tables:
        ref = refs.take(table)
        teams.append(
            TeamSetup(
                ref=ref,
                name=table.text("name", limit=120) or _title(ref),
                phone=table.phone("phone"),
                email=table.email("email"),
                room=table.text("room", limit=60),
            )
        )
        table.finish()
    if not tables:
        return tuple(TeamSetup(ref, _title(ref)) for ref in dict.fromkeys(implied))
    return tuple(teams)


def read_staff(tables: Sequence[Table], teams: Collection[str]) -> tuple[StaffSetup, ...]:
    """Return the case workers."""
    refs = References("case worker")
    staff = []
    for table in tables:
        staff.append(
            StaffSetup(
                ref=refs.take(table),
                name=table.text("name", required=True, limit=120),
                team=table.reference_to("team", "team", teams, required=True) or "",
                phone=table.phone("phone"),
                email=table.email("email"),
                room=table.text("room", limit=60),
            )
        )
        table.finish()
    return tuple(staff)


def read_range(
    table: Table, teams: Collection[str], staff: Sequence[StaffSetup], umlauts: UmlautRule
) -> RangeSetup:
    """Return one case worker's letters in one team."""
    team = table.reference_to("team", "team", teams, required=True) or ""
    published = table.strings("pieces", required=True)
    pieces: list[Piece] = []
    for path, text in published:
        try:
            pieces.extend(parse_pieces(text, umlauts))
        except UnreadablePiece as fault:
            table.found.problem(path, str(fault))
    owner = _owner(table, staff)
    home = next((member.team for member in staff if member.ref == owner), team)
    if owner and team and home and home != team:
        table.found.warn(
            table.at("owner"), f"{owner} belongs to team {home!r} and owns letters of team {team!r}"
        )
    table.finish()
    return RangeSetup(team, owner, tuple(text for _, text in published), tuple(pieces))


def read_desk(table: Table, refs: References, staff: Collection[str]) -> DeskSetup:
    """Return one desk with its weekly openings."""
    ref = refs.take(table)
    pool = table.ref("pool") if table.has("pool") else None
    workers = _workers(table, staff)
    if pool is not None and workers:
        table.problem("pool", "a desk belongs to case_workers or to a pool, not to both; remove one")
    elif pool is None and not table.has("case_workers"):
        table.found.problem(table.path, f"nobody works at desk {ref!r}; add case_workers = […] or pool = …")
    room = table.text("room", limit=60)
    openings: list[OpeningSetup] = []
    for row in table.tables("opening"):
        _add_openings(row, openings)
    if not openings and not table.has("opening"):
        table.found.warn(table.path, f"desk {ref!r} never opens; add opening = […]")
    desk = DeskSetup(ref, table.text("name", limit=120) or room or ref, room, pool, workers, tuple(openings))
    table.finish()
    return desk


def read_closure(table: Table, desks: Collection[str]) -> tuple[ClosureSetup, ...]:
    """Return a closure of the office, or one for each desk it names."""
    reason = table.text("reason", required=True)
    if table.has("on"):
        first = last = table.day("on")
        if table.has("from") or table.has("until"):
            table.problem(
                "on", "stands beside from or until; write on for one day, from and until for several"
            )
    else:
        first = table.day("from", required=True)
        last = table.day("until") if table.has("until") else first
        if first and last and last < first:
            table.problem("until", f"{last} lies before {first}")
    closed: list[str | None] = []
    for path, ref in table.strings("desks"):
        if ref not in desks:
            table.found.problem(path, f"there is no desk {ref!r}; {did_you_mean(ref, desks)}")
        closed.append(ref)
    table.finish()
    if first is None or last is None:
        return ()
    return tuple(ClosureSetup(first, last, reason, desk) for desk in closed or [None])


def read_absences(tables: Sequence[Table], staff: Collection[str]) -> tuple[AbsenceSetup, ...]:
    """Return who is away and who stands in; somebody has to be there on every day."""
    entries: list[tuple[Table, AbsenceSetup]] = []
    for table in tables:
        member = table.reference_to("case_worker", "case worker", staff, required=True)
        deputy = table.reference_to("deputy", "case worker", staff, required=True)
        first, last = table.day("from", required=True), table.day("until", required=True)
        table.finish()
        if member and member == deputy:
            table.problem("deputy", f"{member} cannot stand in for themselves; name somebody else")
        elif first and last and last < first:
            table.problem("until", f"{last} lies before {first}")
        elif first and last and (last - first).days >= LONGEST_DAYS:
            table.problem("until", f"{last} is more than two years after {first}; check the year")
        elif member and deputy and first and last:
            entry = AbsenceSetup(member, deputy, first, last)
            _add_absence(table, entry, [other for _, other in entries])
            entries.append((table, entry))
    together = [_absence(entry) for _, entry in entries]
    for table, entry in entries:
        for day in list_uncovered(_absence(entry), together, staff)[:1]:
            table.problem("deputy", f"on {day} nobody would be there: {entry.deputy} is away, too")
    return tuple(entry for _, entry in entries)


def _absence(entry: AbsenceSetup) -> Absence[str]:
    return Absence(entry.case_worker, entry.deputy, entry.first_on, entry.last_on)


def _add_absence(table: Table, entry: AbsenceSetup, others: Sequence[AbsenceSetup]) -> None:
    for other in others:
        if other.case_worker == entry.case_worker and _absence(other).meets(_absence(entry)):
            table.problem(
                "from", f"{entry.case_worker} is already away from {other.first_on} until {other.last_on}"
            )


def read_concern(
    table: Table, refs: References, teams: Collection[str], catalogue: Collection[str] | None
) -> ConcernSetup:
    """Return how a concern is offered."""
    concern_id = refs.take(table, "id")
    if catalogue is not None and concern_id and concern_id not in catalogue:
        table.problem(
            "id", f"{concern_id!r} is no concern of the catalogue; {did_you_mean(concern_id, catalogue)}"
        )
    mode = AppointmentMode(table.choice("mode", [m.value for m in AppointmentMode], AppointmentMode.direct))
    minutes = table.integer("minutes", 5, 480)
    if minutes is not None and minutes % 5:
        table.problem("minutes", f"{minutes} is off the grid; write a multiple of five")
    notice = table.integer("min_notice_hours", 0, 24 * 60)
    horizon = table.integer("horizon_days", 1, 366)
    concern = ConcernSetup(
        id=concern_id,
        mode=mode,
        team=table.reference_to("team", "team", teams),
        minutes=minutes,
        lead=_lead(table),
        notice_hours=DEFAULT_NOTICE_HOURS if notice is None else notice,
        horizon_days=DEFAULT_HORIZON_DAYS if horizon is None else horizon,
    )
    table.finish()
    return concern


def _title(ref: str) -> str:
    return ref[:1].upper() + ref[1:].replace("_", " ")


def _owner(table: Table, staff: Sequence[StaffSetup]) -> str | None:
    is_vacant = table.flag("vacant", default=False)
    if is_vacant and table.has("owner"):
        table.problem("vacant", "a vacant range has no owner; remove one of the two")
    if is_vacant:
        return None
    if not table.has("owner"):
        table.found.problem(table.path, "nobody owns these letters; add owner = … or vacant = true")
        return None
    return table.reference_to("owner", "case worker", [member.ref for member in staff])


def _workers(table: Table, staff: Collection[str]) -> tuple[str, ...]:
    workers: list[str] = []
    for path, ref in table.strings("case_workers", required=table.has("case_workers")):
        if ref not in staff:
            table.found.problem(path, f"there is no case worker {ref!r}; {did_you_mean(ref, staff)}")
        elif ref in workers:
            table.found.problem(path, f"{ref!r} is named twice")
        else:
            workers.append(ref)
    return tuple(workers)


def _add_openings(row: Table, openings: list[OpeningSetup]) -> None:
    weekdays, times = read_days(row), read_times(row)
    valid_from, valid_until = row.day("valid_from"), row.day("valid_until")
    if valid_from and valid_until and valid_until < valid_from:
        row.problem("valid_until", f"{valid_until} lies before {valid_from}")
    weeks = row.choice("weeks", ["every", "odd", "even"], "every")
    every_weeks = row.integer("every_weeks", 2, 8)
    if every_weeks is not None and valid_from is None:
        row.problem("every_weeks", "needs to know where to begin to count; add valid_from = …")
    if every_weeks is not None and weeks != "every":
        row.problem("every_weeks", f"stands beside weeks = {weeks!r}; write one of the two")
    row.finish()
    if times is None:
        return
    for weekday in weekdays:
        opening = OpeningSetup(
            weekday,
            *times,
            valid_from,
            valid_until,
            Parity(weeks) if weeks != "every" else None,
            every_weeks,
        )
        if any(opening.overlaps(other) for other in openings):
            row.found.problem(row.path, "overlaps another opening of this desk; merge the two or shorten one")
            return
        openings.append(opening)


def _lead(table: Table) -> str | None:
    text = table.text("lead", limit=12)
    if not text:
        return None
    try:
        lead = Lead.parse(text)
    except ValueError:
        table.problem(
            "lead", f"{text!r} is no span of time; write 'P3M' for three months or 'P21D' for 21 days"
        )
        return None
    if not lead.months and not lead.days:
        table.problem("lead", "is no time at all; a lead of at least a day is needed")
    elif lead.months > LONGEST_LEAD.months or lead.days > 730:
        table.problem("lead", f"{text!r} is longer than two years; write a shorter span")
    return str(lead)
