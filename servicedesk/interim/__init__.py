"""Interim confirmations: who may have one, issue, seal, renewal, end."""
