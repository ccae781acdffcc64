"""Decide who gets an interim confirmation, when each step is due, and whether the promise is kept; pure."""
