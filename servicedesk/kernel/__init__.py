"""Hold what needs no database and no web: time, identities, permissions, refusals, languages."""
