"""Use cases of reaching people: invite, hold, send, note attempts, follow the register."""

from servicedesk.outreach.service.attempts import log_attempt, log_attempt_before_case
from servicedesk.outreach.service.steering import hold_invitation, release_invitation, send_now

__all__ = [
    "hold_invitation",
    "log_attempt",
    "log_attempt_before_case",
    "release_invitation",
    "send_now",
]
