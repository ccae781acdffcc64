"""Check across every room, read-only, that what must always hold does hold."""
