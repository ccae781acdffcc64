"""Offer the operator's commands; one module per area adds its own."""

from servicedesk.cli.main import main

__all__ = ["main"]
