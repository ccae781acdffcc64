"""Change what an office is: load its file, enter who is away."""

from servicedesk.offices.service.absences import change_absence, end_absence, enter_absence
from servicedesk.offices.service.loading import LoadReport, load_office

__all__ = ["LoadReport", "change_absence", "end_absence", "enter_absence", "load_office"]
