"""Read what is planned, held, failed and at risk."""

from servicedesk.outreach.queries.attempts import Attempt
from servicedesk.outreach.queries.preview import (
    HeldInvitation,
    PlannedInvitation,
    SettledTitle,
    count_unknown_bases,
    list_held,
    list_not_invited,
    list_tomorrow,
)
from servicedesk.outreach.queries.risk import RiskList, RiskRow, list_risk

__all__ = [
    "Attempt",
    "HeldInvitation",
    "PlannedInvitation",
    "RiskList",
    "RiskRow",
    "SettledTitle",
    "count_unknown_bases",
    "list_held",
    "list_not_invited",
    "list_risk",
    "list_tomorrow",
]
