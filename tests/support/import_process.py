"""An import in a process of its own: `python -m tests.support.import_process URL FILE DATA_DIR`.

Prints the report as JSON; ends with 1 and the refusal's sentence where the import is refused.
"""

import json
import sys
from pathlib import Path

from servicedesk.db.all_models import load_models
from servicedesk.db.session import open_database
from servicedesk.kernel.clock import SystemClock
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.errors import Refusal
from servicedesk.kernel.permissions import OPERATOR
from servicedesk.offices.queries import list_offices, office_view
from servicedesk.register.service import ImportOrder, Surroundings, import_register

VAULT = Vault(keys={1: bytes(range(32))}, active=1, pepper=b"pepper for tests, thirty-two byt")


def main(url, file, folder):
    """Import the file into the only office."""
    load_models()
    database = open_database(url)
    with database.reading() as session:
        office = office_view(list_offices(session)[0])
    surroundings = Surroundings(database, VAULT, Path(folder), SystemClock(), OPERATOR)
    try:
        report = import_register(office, ImportOrder(Path(file)), surroundings)
    except Refusal as refusal:
        sys.exit(str(refusal))
    sys.stdout.write(json.dumps(report.as_dict()))


if __name__ == "__main__":
    main(*sys.argv[1:])
