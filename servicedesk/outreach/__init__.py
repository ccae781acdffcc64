"""Reach people in time: nightly invitations, holds, the risk list, and what a changed register means for them."""
