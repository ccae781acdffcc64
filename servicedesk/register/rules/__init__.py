"""Decide about the register without database or web: one line, a household of lines, a whole list."""

from servicedesk.register.rules.changes import (
    NEW,
    Change,
    ChangeKind,
    Decision,
    KnownPerson,
    KnownTitle,
    decide_line,
    decide_missing,
    renewal_of,
)
from servicedesk.register.rules.fields import DATES, FIELDS, POSITION, REQUIRED, Field, RawRow
from servicedesk.register.rules.ordinances import Ordinance, effective_end, load_ordinances, normalise_basis
from servicedesk.register.rules.parse import Context, Judge, Row, build_picker
from servicedesk.register.rules.plausibility import check_age, check_size
from servicedesk.register.rules.reasons import REJECTIONS, WARNINGS, Reason, Rejection, explain

__all__ = [
    "DATES",
    "FIELDS",
    "NEW",
    "POSITION",
    "REJECTIONS",
    "REQUIRED",
    "WARNINGS",
    "Change",
    "ChangeKind",
    "Context",
    "Decision",
    "Field",
    "Judge",
    "KnownPerson",
    "KnownTitle",
    "Ordinance",
    "RawRow",
    "Reason",
    "Rejection",
    "Row",
    "build_picker",
    "check_age",
    "check_size",
    "decide_line",
    "decide_missing",
    "effective_end",
    "explain",
    "load_ordinances",
    "normalise_basis",
    "renewal_of",
]
