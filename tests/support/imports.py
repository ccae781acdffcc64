"""Write runs of imports as the command leaves them."""

from servicedesk.kernel.ids import new_id
from servicedesk.register.models import ImportRun
from tests.conftest import NOW


def add_import(session, office_id, **values):
    """Add one finished import; return its id."""
    row = {
        "id": new_id(),
        "office_id": office_id,
        "file_name": "ablauf-2026-11.csv",
        "file_sha256": "ab" * 32,
        "encoding": "cp1252",
        "delimiter": ";",
        "mapping": "standard",
        "state": "done",
        "lines": 10,
        "accepted": 6,
        "unchanged": 3,
        "rejected": 1,
        "warnings": 2,
        "difference": {"new_people": 5, "new_titles": 6, "vanished": 0},
        "started_at": NOW,
        "finished_at": NOW,
        "started_by": "operator",
    }
    session.add(ImportRun(**{**row, **values}))
    session.flush()
    return values.get("id", row["id"])
