"""Use cases of the catalogue's life: keep what came with the software, draft, propose, release, drop."""

from servicedesk.checklists.service.versions import (
    check_own,
    drop_version,
    keep_builtin,
    propose_version,
    release_version,
    save_draft,
    start_draft,
    take_back_version,
)

__all__ = [
    "check_own",
    "drop_version",
    "keep_builtin",
    "propose_version",
    "release_version",
    "save_draft",
    "start_draft",
    "take_back_version",
]
