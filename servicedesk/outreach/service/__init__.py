"""Use cases of reaching people: invite, hold, send, follow the register."""

from servicedesk.outreach.service.steering import hold_invitation, release_invitation, send_now

__all__ = ["hold_invitation", "release_invitation", "send_now"]
