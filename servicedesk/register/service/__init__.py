"""Use cases of the register: import an expiry list; take and confirm what residents say about their contact."""

from servicedesk.register.service.importing import ImportOrder, Surroundings, import_register
from servicedesk.register.service.report import ImportReport

__all__ = ["ImportOrder", "ImportReport", "Surroundings", "import_register"]
