"""Decide about the register without database or web: one line, a household of lines, a whole list."""

from servicedesk.register.rules.fields import DATES, FIELDS, POSITION, REQUIRED, Field, RawRow
from servicedesk.register.rules.ordinances import Ordinance, effective_end, load_ordinances, normalise_basis
from servicedesk.register.rules.parse import Context, Judge, Row, build_picker
from servicedesk.register.rules.reasons import REJECTIONS, WARNINGS, Reason, Rejection, explain

__all__ = [
    "DATES",
    "FIELDS",
    "POSITION",
    "REJECTIONS",
    "REQUIRED",
    "WARNINGS",
    "Context",
    "Field",
    "Judge",
    "Ordinance",
    "RawRow",
    "Reason",
    "Rejection",
    "Row",
    "build_picker",
    "effective_end",
    "explain",
    "load_ordinances",
    "normalise_basis",
]
