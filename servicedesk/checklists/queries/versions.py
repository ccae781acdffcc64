"""Find the catalogue a case was opened with, and the one that holds for an office today; parsed once per process."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from servicedesk.checklists.catalogue import Catalogue, build_catalogue, load_catalogue
from servicedesk.checklists.errors import VersionNotFound
from servicedesk.checklists.models import CatalogueVersion
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import ConfigurationError

_MOST_ACTS = 200

log = structlog.get_logger("servicedesk.checklists")


class VersionState(StrEnum):
    """Say where a version stands."""

    draft = "draft"
    proposed = "proposed"
    released = "released"
    dropped = "dropped"


@dataclass(frozen=True, slots=True)
class VersionLine:
    """Show one version in the history of an office; `is_builtin`: it came with the software."""

    id: UUID
    version: str
    base_version: str
    state: VersionState
    note: str
    is_builtin: bool
    created_at: datetime
    created_by: str
    proposed_at: datetime | None
    proposed_by: str
    released_at: datetime | None
    released_by: str
    effective_from: date | None
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class VersionAct:
    """Be one act in the history of a version; `reason` is why it was sent back, `entry` what was changed."""

    at: datetime
    actor: str
    action: str
    reason: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True)
class VersionView:
    """Hold one version with an office's own entries."""

    line: VersionLine
    own: Mapping[str, Any]


class _Shelf:
    """Keep parsed catalogues; a released version never changes, its digest says which content it is."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._guard = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Catalogue] = OrderedDict()

    def take(self, key: tuple[str, str], build: Callable[[], Catalogue]) -> Catalogue:
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = build()
        with self._guard:
            self._kept[key] = made
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made

    def clear(self) -> None:
        with self._guard:
            self._kept.clear()


_shelf = _Shelf(64)


def forget_parsed() -> None:
    """Forget every parsed catalogue, as a new process would; for measuring."""
    _shelf.clear()


def catalogue_of(session: Session, office_id: UUID, version: str) -> Catalogue:
    """Return the catalogue of a version as it was released.

    A version nobody stored (a case older than the table) reads as the built-in one of today.
    """
    return catalogues_of(session, office_id, [version])[version]


def catalogues_of(session: Session, office_id: UUID, versions: Collection[str]) -> dict[str, Catalogue]:
    """Return the catalogues of some versions; one statement, and none where all are the built-in one of today."""
    today = load_catalogue()
    found = dict.fromkeys(versions, today)
    wanted = set(versions) - {today.version}
    if not wanted:
        return found
    query = select(CatalogueVersion.id, CatalogueVersion.version, CatalogueVersion.digest).where(
        CatalogueVersion.version.in_(wanted),
        or_(CatalogueVersion.office_id == office_id, CatalogueVersion.office_id.is_(None)),
        CatalogueVersion.state == VersionState.released.value,
    )
    for version_id, version, digest in session.execute(query).all():
        found[version] = read_version(session, version_id, version, digest)
    return found


def read_version(session: Session, version_id: UUID, version: str, digest: str) -> Catalogue:
    """Return the catalogue of a stored version, parsed at its first use; of one that cannot be read the built-in."""

    def build() -> Catalogue:
        content = session.scalar(select(CatalogueVersion.content).where(CatalogueVersion.id == version_id))
        return build_catalogue(content or {}, version=version)

    try:
        return _shelf.take((version, digest), build)
    except (ConfigurationError, KeyError):
        # A list of today is better than none; `check-invariants` names the version.
        log.exception("catalogue_unreadable", version=version)
        return load_catalogue()


def find_effective(session: Session, office_id: UUID, today: date) -> VersionLine | None:
    """Return the office's own version that holds today, None where the built-in one does."""
    query = (
        select(CatalogueVersion)
        .where(
            CatalogueVersion.office_id == office_id,
            CatalogueVersion.state == VersionState.released.value,
            CatalogueVersion.effective_from <= today,
        )
        .order_by(CatalogueVersion.effective_from.desc(), CatalogueVersion.released_at.desc())
        .limit(1)
    )
    row = session.scalars(query).first()
    return _line(row) if row is not None else None


def office_catalogue(session: Session, office_id: UUID, today: date) -> Catalogue:
    """Return the catalogue that holds for an office today: its own released one, else the built-in."""
    query = (
        select(CatalogueVersion.id, CatalogueVersion.version, CatalogueVersion.digest)
        .where(
            CatalogueVersion.office_id == office_id,
            CatalogueVersion.state == VersionState.released.value,
            CatalogueVersion.effective_from <= today,
        )
        .order_by(CatalogueVersion.effective_from.desc(), CatalogueVersion.released_at.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return load_catalogue() if row is None else read_version(session, row.id, row.version, row.digest)


def is_behind(line: VersionLine) -> bool:
    """Tell whether the software has brought a newer catalogue than the one an office's version lies on."""
    return not line.is_builtin and line.base_version != load_catalogue().version


def list_versions(session: Session, office_id: UUID) -> tuple[VersionLine, ...]:
    """Return an office's own versions and the built-in ones, the newest first; dropped ones included."""
    query = (
        select(CatalogueVersion)
        .where(or_(CatalogueVersion.office_id == office_id, CatalogueVersion.office_id.is_(None)))
        .order_by(CatalogueVersion.created_at.desc(), CatalogueVersion.id.desc())
    )
    return tuple(_line(row) for row in session.scalars(query))


def get_version(session: Session, office_id: UUID, version_id: UUID) -> VersionView:
    """Return one of an office's own versions; raises VersionNotFound."""
    row = session.get(CatalogueVersion, version_id)
    if row is None or row.office_id != office_id:
        raise VersionNotFound
    return VersionView(_line(row), row.own)


def find_named(session: Session, office_id: UUID, version: str) -> VersionView | None:
    """Return one of an office's own versions by its name, or None."""
    query = select(CatalogueVersion).where(
        CatalogueVersion.office_id == office_id, CatalogueVersion.version == version
    )
    row = session.scalars(query).first()
    return None if row is None else VersionView(_line(row), row.own)


def list_acts(session: Session, office_id: UUID, version_id: UUID) -> tuple[VersionAct, ...]:
    """Return what was done with a version, the latest first."""
    query = (
        select(AuditEvent)
        .where(AuditEvent.subject_id == version_id, AuditEvent.office_id == office_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(_MOST_ACTS)
    )
    return tuple(
        VersionAct(
            row.at,
            row.actor,
            row.action,
            str(row.details.get("reason", "")),
            str(row.details.get("entry", "")),
        )
        for row in session.scalars(query)
    )


def _line(row: CatalogueVersion) -> VersionLine:
    return VersionLine(
        id=row.id,
        version=row.version,
        base_version=row.base_version,
        state=VersionState(row.state),
        note=row.note,
        is_builtin=row.office_id is None,
        created_at=row.created_at,
        created_by=row.created_by,
        proposed_at=row.proposed_at,
        proposed_by=row.proposed_by,
        released_at=row.released_at,
        released_by=row.released_by,
        effective_from=row.effective_from,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
