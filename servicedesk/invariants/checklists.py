"""Check that every case's list can still be read as it was when the case was opened."""

from collections.abc import Iterator

from sqlalchemy import exists, func, or_, select

from servicedesk.cases.models import Case
from servicedesk.checklists.catalogue import build_catalogue
from servicedesk.checklists.catalogue.content import digest_of
from servicedesk.checklists.models import CatalogueVersion
from servicedesk.invariants.kinds import Calculation, Finding, Ground
from servicedesk.kernel.errors import ConfigurationError


def _find_torn_versions(ground: Ground) -> Iterator[Finding]:
    """Read every released version again; a changed one no longer has its digest."""
    rows = select(CatalogueVersion).where(CatalogueVersion.state == "released")
    for row in ground.session.scalars(rows.execution_options(yield_per=5)):
        content = row.content or {}
        if digest_of(content) != row.digest:
            yield str(row.id), f"{row.version} was changed after its release"
            continue
        try:
            build_catalogue(content, version=row.version)
        except (ConfigurationError, KeyError) as fault:
            yield str(row.id), f"{row.version} cannot be read: {str(fault)[:80]}"


def _find_lost_versions(ground: Ground) -> Iterator[Finding]:
    """Find open cases whose version nobody stored; cases older than the first stored one never had any."""
    since = ground.session.scalar(select(func.min(CatalogueVersion.created_at)))
    if since is None:
        return
    is_stored = exists().where(
        CatalogueVersion.version == Case.catalogue_version,
        CatalogueVersion.state == "released",
        or_(CatalogueVersion.office_id == Case.office_id, CatalogueVersion.office_id.is_(None)),
    )
    query = select(Case.id, Case.catalogue_version).where(
        Case.closed_at.is_(None), Case.opened_at >= since, ~is_stored
    )
    for case_id, version in ground.session.execute(query):
        yield str(case_id), f"version {version} is not stored"


CALCULATIONS = (
    Calculation(
        "catalogue_is_readable",
        "C1",
        "every released version of the catalogue is unchanged and can be read",
        _find_torn_versions,
    ),
    Calculation(
        "case_has_its_catalogue",
        "C2",
        "the catalogue that an open case was opened with is stored",
        _find_lost_versions,
    ),
)
