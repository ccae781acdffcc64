"""Use cases of the catalogue's life: keep what came with the software, draft, propose, release, drop."""

from servicedesk.checklists.service.editing import change_entry, change_note, change_texts, import_draft
from servicedesk.checklists.service.versions import (
    check_own,
    drop_version,
    keep_builtin,
    propose_version,
    release_version,
    save_draft,
    send_back_version,
    start_draft,
    take_back_version,
)

__all__ = [
    "change_entry",
    "change_note",
    "change_texts",
    "check_own",
    "drop_version",
    "import_draft",
    "keep_builtin",
    "propose_version",
    "release_version",
    "save_draft",
    "send_back_version",
    "start_draft",
    "take_back_version",
]
