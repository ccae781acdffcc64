"""Read which catalogue holds, and let the database tell a title's concern."""

from servicedesk.checklists.queries.by_concern import by_concern, matches_prefix
from servicedesk.checklists.queries.versions import (
    VersionAct,
    VersionLine,
    VersionState,
    VersionView,
    catalogue_of,
    catalogues_of,
    find_effective,
    find_named,
    get_version,
    is_behind,
    list_acts,
    list_versions,
    office_catalogue,
    read_version,
)

__all__ = [
    "VersionAct",
    "VersionLine",
    "VersionState",
    "VersionView",
    "by_concern",
    "catalogue_of",
    "catalogues_of",
    "find_effective",
    "find_named",
    "get_version",
    "is_behind",
    "list_acts",
    "list_versions",
    "matches_prefix",
    "office_catalogue",
    "read_version",
]
