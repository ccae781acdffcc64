"""Deliver what the outbox holds: letters as sealed PDF, e-mails over SMTP."""

from servicedesk.notices.delivery.tools import CRASH_POINTS, DeliveryTools, Outcome
from servicedesk.notices.delivery.work import Progress, deliver, deliver_due, sweep

__all__ = ["CRASH_POINTS", "DeliveryTools", "Outcome", "Progress", "deliver", "deliver_due", "sweep"]
